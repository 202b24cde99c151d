"""A long order worked by an agent of short ones: equal child orders, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.agents.markets import Markets
from execution.agents.policy import begun
from execution.agents.task import ExecutionTask
from execution.agents.terms import MarketTerms
from execution.agents.worker import AgentWorker, Outcome, SurpriseCost
from execution.schedules.twap import Twap

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildOrderWorker:
    """Cuts an order into children of the length that its agent knows, even in time, and lets it work each.

    What a child leaves is the next one's. child_seconds: of a child; as many as fit best make the horizon.
    The agent decides as often as the task says.
    """

    agent: AgentWorker
    child_seconds: float

    @property
    def name(self) -> str:
        """The agent's name."""
        return self.agent.name

    def session(self, markets: Markets, terms: Sequence[MarketTerms], task: ExecutionTask) -> _ChildSession:
        """Sit down at a desk."""
        return _ChildSession(self, markets, terms, task)


class _ChildSession:
    """The agent's desk, which remembers its markets from child to child."""

    def __init__(
        self, worker: ChildOrderWorker, markets: Markets, terms: Sequence[MarketTerms], task: ExecutionTask
    ) -> None:
        children = max(1, min(round(task.horizon_seconds / worker.child_seconds), task.decisions))
        self._decisions = np.diff([task.decisions * at // children for at in range(children + 1)])
        self._task, self._policy = task, worker.agent.policy
        self._desk = worker.agent.desk(markets, terms, task)

    def work(self, side: IntArray, quantity: IntArray) -> Outcome:
        """Watch for the task's pause, then work an order in each market, shape (market,)."""
        desk = self._desk
        desk.watch(self._task.pause)
        start, arrival = desk.markets.account.copy(), desk.mid_ticks
        fees, surprise = np.zeros(len(desk)), SurpriseCost(desk.markets)
        plans = np.array([Twap().plan(int(lots), len(self._decisions)) for lots in quantity])
        left = np.zeros(len(desk), np.int64)
        for planned, decisions in zip(plans.T, self._decisions, strict=True):
            fees += self._work_child(side, planned + left, int(decisions))
            left = desk.left
        cash, traded, took = (
            desk.markets.account[name] - start[name] for name in ("cash", "position", "taker_lots")
        )
        return Outcome(
            shortfall=fees - cash - traded * arrival + side * left * (desk.mid_ticks - arrival),
            news=surprise.cost(side, left),
            fees=fees,
            left=left,
            taken=took.astype(np.int64),
            arrival_ticks=arrival,
        )

    def _work_child(self, side: IntArray, quantity: IntArray, decisions: int) -> FloatArray:
        """Work one child in every market to its end and return its fees [ticks x lots]."""
        desk, fees = self._desk, np.zeros(len(self._desk))
        desk.begin(np.ones(len(desk), np.bool_), side, quantity, decisions * self._task.repeats)
        policy = begun(self._policy, len(desk))
        for _ in range(decisions):
            fees += desk.act(policy.act(desk.observation(), desk.mask()), self._task.repeats).fees
        return fees
