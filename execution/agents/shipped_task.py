"""The task of the agents that are shipped: five-minute orders in every kind of market."""

from __future__ import annotations

from dataclasses import replace

from execution.agents.actions import default_actions
from execution.agents.market_source import ScenarioSource
from execution.agents.task import ExecutionTask, RewardTerms
from execution.market.scenario import MarketScenario, load_market

_USUAL = default_actions().names.index("join 1")
MARKETS = ("calm", "volatile", "squeeze", "news")
_SHOCK_MINUTES = (2.0, 14.0)
HORIZON_SECONDS, STEP_SECONDS = 300.0, 1.0
# Of learning by action values: the gain of a second's choice is lost in their noise.
SLOW_DECISION_SECONDS = 10.0
SIZES = (0.05, 0.3)  # of the volume of five minutes of an average day
_FIRST_SIZES, _FIRST_SHARE = (0.05, 0.15), 0.3


def task_of(seconds: float, *, decision_seconds: float = STEP_SECONDS) -> ExecutionTask:
    """An order of so many seconds, decided on so often, as nearly as that can be; done again each second."""
    decisions = max(1, round(seconds / decision_seconds))
    repeats = max(1, round(seconds / (decisions * STEP_SECONDS)))
    return ExecutionTask(horizon_seconds=seconds, decisions=decisions, repeats=repeats, pause=0)


def shipped_task(
    *, participation: tuple[float, float] = SIZES, decision_seconds: float = STEP_SECONDS
) -> ExecutionTask:
    """Orders of 5 to 30% of an average day's volume in five minutes, by default a decision each second.

    Rewards are what the order costs more than its twin, which rests a slice at the near touch throughout.
    """
    return replace(
        task_of(HORIZON_SECONDS, decision_seconds=decision_seconds),
        participation=participation,
        pause=50,
        reward=RewardTerms(
            ticks=1.0,
            completion_ticks=15.0,
            news_control=True,
            twin_action=_USUAL,
            marked_at_reference=True,
            finish_ticks=2.5,
        ),
    )


def shipped_curriculum(
    round_number: int, *, rounds: int, decision_seconds: float = STEP_SECONDS
) -> ExecutionTask:
    """The task of a round of training, from 0: orders of half the size at first."""
    sizes = _FIRST_SIZES if round_number < _FIRST_SHARE * rounds else SIZES
    return shipped_task(participation=sizes, decision_seconds=decision_seconds)


def shipped_source(markets: tuple[str, ...] = MARKETS) -> ScenarioSource:
    """Shipped market scenarios, by name."""
    return ScenarioSource([load_market(name) for name in markets])


def training_source() -> ScenarioSource:
    """What agents learn in: quiet regimes, and shocks to either side at some time or other.

    A shock spreads quotes, thins one side and lets prices move more, but drives them nowhere: a drift would
    be the scenario's, not the market's, to be learnt.
    """
    quiet = [load_market(name) for name in MARKETS]
    news = undriven(load_market("news"))
    shocks = [
        shocked for minutes in _SHOCK_MINUTES for shocked in (at(news, minutes), mirrored(at(news, minutes)))
    ]
    return ScenarioSource([*quiet, *quiet[:3], *shocks])


def undriven(scenario: MarketScenario) -> MarketScenario:
    """The scenario without jumps and drifts."""
    return replace(
        scenario,
        timeline=tuple(
            replace(stretch, regime=replace(stretch.regime, drift=0.0, jump=0.0))
            for stretch in scenario.timeline
        ),
    )


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
