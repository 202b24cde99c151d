"""A long order worked by an agent of the pace, among schedules and other agents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.agents.markets import Markets
from execution.agents.pace.actions import PaceTable, pace_actions
from execution.agents.pace.desk import PaceDesk
from execution.agents.pace.order import LongOrder
from execution.agents.policy import ExecutionPolicy, begun
from execution.agents.task import ExecutionTask
from execution.agents.terms import MarketTerms
from execution.agents.worker import Outcome, SurpriseCost
from execution.schedules.volume import VolumeCurve

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceWorker:
    """Chooses pace and style about every five minutes, whatever the task says of decisions.

    curve: the market's usual volume in the order's time [lots]; None for an even one as the terms have it.
    """

    policy: ExecutionPolicy
    curve: VolumeCurve | None = None

    @property
    def name(self) -> str:
        """The policy's name."""
        return self.policy.name

    @property
    def table(self) -> PaceTable:
        """What the policy chooses from."""
        return pace_actions()

    def session(self, markets: Markets, terms: Sequence[MarketTerms], task: ExecutionTask) -> PaceSession:
        """Sit down at a desk."""
        return PaceSession(self, markets, terms, task)


class PaceSession:
    """The agent's desk, which remembers its markets from order to order."""

    def __init__(
        self, worker: PaceWorker, markets: Markets, terms: Sequence[MarketTerms], task: ExecutionTask
    ) -> None:
        self.desk = PaceDesk(markets, terms, worker.table)
        self._worker, self._terms, self._task = worker, terms, task

    def work(self, side: IntArray, quantity: IntArray) -> Outcome:
        """Watch for the task's pause, then work an order in each market, shape (market,)."""
        desk, orders = self.desk, self._orders(side, quantity)
        pause_ns = self._task.pause * self._task.interval_ns
        desk.watch(desk.markets.now_ns + pause_ns)
        desk.begin(np.ones(len(desk), np.bool_), orders)
        account, surprise = desk.markets.account.copy(), SurpriseCost(desk.markets)
        policy = begun(self._worker.policy, len(desk))
        for _ in range(orders[0].decisions):
            desk.act(policy.act(desk.observation(), desk.mask()))
        return Outcome(
            shortfall=desk.shortfall(),
            news=surprise.cost(side, desk.left),
            fees=desk.fees,
            left=desk.left,
            taken=(desk.markets.account["taker_lots"] - account["taker_lots"]).astype(np.int64),
            arrival_ticks=desk.arrival_ticks,
        )

    def _orders(self, side: IntArray, quantity: IntArray) -> list[LongOrder]:
        seconds = self._task.horizon_seconds
        return [
            LongOrder(
                side=int(one),
                quantity=int(lots),
                seconds=seconds,
                curve=self._worker.curve or VolumeCurve(volume=(terms.lots_per_second * seconds,)),
            )
            for one, lots, terms in zip(side, quantity, self._terms, strict=True)
        ]
