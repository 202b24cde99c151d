"""Small tasks in shipped markets, for tests of desks, workers and environments."""

from __future__ import annotations

from execution.agents.market_source import ScenarioSource
from execution.agents.task import ExecutionTask, RewardTerms
from execution.market.scenario import load_market


def small_task(reward: RewardTerms | None = None) -> ExecutionTask:
    """Orders of one minute, a decision every five seconds."""
    return ExecutionTask(
        horizon_seconds=60.0,
        decisions=12,
        participation=(0.1, 0.5),
        pause=2,
        reward=reward or RewardTerms(),
    )


def small_source(*names: str) -> ScenarioSource:
    """Markets of scenarios by name, calm and squeezed ones by default."""
    return ScenarioSource([load_market(name) for name in names or ("calm", "squeeze")])
