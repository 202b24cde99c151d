"""The task of the agents that are shipped: five-minute orders in every kind of market."""

from __future__ import annotations

from dataclasses import replace

from execution.agents.actions import default_actions
from execution.agents.market_source import ScenarioSource
from execution.agents.task import ExecutionTask, RewardTerms
from execution.market.scenario import MarketScenario, load_market

_USUAL = default_actions().names.index("join 1")
MARKETS = ("calm", "volatile", "squeeze", "news")
_SHOCK_MINUTES = (2.0, 8.0, 14.0)
HORIZON_SECONDS, DECISION_SECONDS = 300.0, 2.0
SIZES = (0.05, 0.3)  # of the volume of five minutes of an average day
_FIRST_SIZES, _FIRST_SHARE = (0.05, 0.15), 0.3


def shipped_task(*, participation: tuple[float, float] = SIZES) -> ExecutionTask:
    """Orders of 5 to 30% of an average day's volume in five minutes, a decision every two seconds.

    Rewards are what the order costs more than its twin, which rests a slice at the near touch throughout.
    """
    return ExecutionTask(
        horizon_seconds=HORIZON_SECONDS,
        decisions=round(HORIZON_SECONDS / DECISION_SECONDS),
        participation=participation,
        pause=25,
        reward=RewardTerms(ticks=1.0, completion_ticks=15.0, news_control=True, twin_action=_USUAL),
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
