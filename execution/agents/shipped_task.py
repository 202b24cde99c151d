"""The task of the agents that are shipped: five-minute orders in every kind of market."""

from __future__ import annotations

from dataclasses import replace

from execution.agents.market_source import ScenarioSource
from execution.agents.task import ExecutionTask, RewardTerms
from execution.market.scenario import MarketScenario, load_market

MARKETS = ("calm", "volatile", "squeeze", "news")
_SHOCK_MINUTES = (2.0, 8.0, 14.0)
SIZES = (0.2, 0.8)  # of the volume of five minutes of an average day
_FIRST_SIZES, _FIRST_SHARE = (0.1, 0.4), 0.4


def shipped_task(*, participation: tuple[float, float] = SIZES) -> ExecutionTask:
    """Orders of 20 to 80% of an average day's volume in five minutes, a decision every five seconds.

    Markets trade about twice the average of a day near its open, so that these are 10 to 40% of the volume.
    """
    return ExecutionTask(
        horizon_seconds=300.0,
        decisions=60,
        participation=participation,
        pause=10,
        reward=RewardTerms(ticks=1.0, completion_ticks=15.0, news_control=True),
    )


def shipped_curriculum(round_number: int, *, rounds: int) -> ExecutionTask:
    """The task of a round of training, from 0: orders of half the size at first."""
    return shipped_task(participation=_FIRST_SIZES if round_number < _FIRST_SHARE * rounds else SIZES)


def shipped_source(markets: tuple[str, ...] = MARKETS) -> ScenarioSource:
    """Shipped market scenarios, by name."""
    return ScenarioSource([load_market(name) for name in markets])


def training_source() -> ScenarioSource:
    """What agents learn in: half of it quiet regimes, half a shock of either sign at some time or other."""
    quiet = [load_market(name) for name in MARKETS]
    news = load_market("news")
    shocks = [
        shocked for minutes in _SHOCK_MINUTES for shocked in (at(news, minutes), mirrored(at(news, minutes)))
    ]
    return ScenarioSource([*quiet, *quiet[:2], *shocks])


def at(scenario: MarketScenario, minutes: float) -> MarketScenario:
    """The scenario with a first stretch of so many minutes."""
    first, *rest = scenario.timeline
    return replace(scenario, timeline=(replace(first, minutes=minutes), *rest))


def mirrored(scenario: MarketScenario) -> MarketScenario:
    """The scenario upside down: what fell rises, what was thin on the bid is thin on the offer."""
    return replace(
        scenario,
        timeline=tuple(
            replace(
                stretch,
                regime=replace(
                    stretch.regime,
                    drift=-stretch.regime.drift,
                    jump=-stretch.regime.jump,
                    bid_depth=stretch.regime.ask_depth,
                    ask_depth=stretch.regime.bid_depth,
                ),
            )
            for stretch in scenario.timeline
        ),
    )
