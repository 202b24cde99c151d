"""The task of the agents that are shipped: five-minute orders in every kind of market."""

from __future__ import annotations

from execution.agents.market_source import ScenarioSource
from execution.agents.task import ExecutionTask, RewardTerms
from execution.market.scenario import load_market

MARKETS = ("calm", "volatile", "squeeze", "news")
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
