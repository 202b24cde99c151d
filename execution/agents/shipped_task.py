"""The task of the agents that are shipped: five-minute orders in every kind of market."""

from __future__ import annotations

from execution.agents.market_source import ScenarioSource
from execution.agents.task import ExecutionTask, RewardTerms
from execution.market.scenario import load_market

MARKETS = ("calm", "volatile", "squeeze", "news")


def shipped_task(*, participation: tuple[float, float] = (0.1, 0.6)) -> ExecutionTask:
    """Orders of 10 to 60% of an average day's volume in five minutes, a decision every five seconds.

    Markets trade about twice the average of a day near its open, so that these are 5 to 30% of the volume.
    """
    return ExecutionTask(
        horizon_seconds=300.0,
        decisions=60,
        participation=participation,
        pause=10,
        reward=RewardTerms(ticks=1.0, completion_ticks=4.0, news_control=True),
    )


def shipped_source(markets: tuple[str, ...] = MARKETS) -> ScenarioSource:
    """Shipped market scenarios, by name."""
    return ScenarioSource([load_market(name) for name in markets])
