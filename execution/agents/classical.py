"""Schedules worked in many markets at once, as execution.executor works them in one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.agents.markets import Markets
from execution.agents.task import ExecutionTask
from execution.agents.terms import MarketTerms
from execution.agents.worker import Outcome, SurpriseCost
from execution.book.layout import MESSAGE, MessageKind, RecordArray
from execution.market.batch_kernel import NO_MESSAGE, OWN
from execution.schedules.schedule import AdaptiveSchedule, Schedule, WorkState, slice_by_slice

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

ScheduleFor = Callable[[MarketTerms, int, float], Schedule | AdaptiveSchedule]  # terms, quantity, seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleWorker:
    """Rests what a slice wants at the near touch, follows it, and crosses what is behind at the slice's end.

    schedule_for: the schedule of an order of so many lots over so many seconds in a market. slices: equal
    ones in the horizon. look_seconds: between two looks.
    """

    name: str
    schedule_for: ScheduleFor
    slices: int = 10
    look_seconds: float = 1.0

    def session(self, markets: Markets, terms: Sequence[MarketTerms], task: ExecutionTask) -> ScheduleSession:
        """Sit down at a desk."""
        return ScheduleSession(self, markets, terms, task)


class ScheduleSession:
    """The schedule's desk. Its steps are those of execution.executor.work, to which a test holds it."""

    def __init__(
        self, worker: ScheduleWorker, markets: Markets, terms: Sequence[MarketTerms], task: ExecutionTask
    ) -> None:
        self._worker, self.markets, self._terms, self._task = worker, markets, terms, task
        count = len(markets)
        self._slots, self._ids, self._price = (np.zeros(count, np.int64) for _ in range(3))
        self._resting = np.zeros(count, np.bool_)
        self._bid, self._ask = np.zeros(count, np.int64), np.ones(count, np.int64)
        self._see()

    def work(self, side: IntArray, quantity: IntArray) -> Outcome:
        """Watch for the task's pause, then work an order in each market, shape (market,)."""
        task, worker, markets = self._task, self._worker, self.markets
        markets.step_until(markets.now_ns + task.pause * task.interval_ns)
        self._see()
        self._side, self._start = side, markets.account.copy()
        self._surprise, self._quantity = SurpriseCost(markets), quantity
        begin, horizon_ns = markets.now_ns, round(1e9 * task.horizon_seconds)
        arrival = (0.5 * (self._bid + self._ask)).astype(np.float64)
        plans = [
            slice_by_slice(
                worker.schedule_for(terms, int(lots), task.horizon_seconds), int(lots), worker.slices
            )
            for terms, lots in zip(self._terms, quantity, strict=True)
        ]
        for k in range(worker.slices):
            wanted = np.array([plan.wanted(self._state(at, k, arrival)) for at, plan in enumerate(plans)])
            edges = [begin + horizon_ns * edge // worker.slices for edge in (k, k + 1)]
            self._work_slice(edges[0], edges[1], wanted)
        return self._outcome(arrival)

    def _work_slice(self, begin: IntArray, end: IntArray, target: IntArray) -> None:
        now, look_ns = begin, round(1e9 * self._worker.look_seconds)
        while (now < end).any():
            self._follow_touch(target)
            now = np.minimum(now + look_ns, end)
            self.markets.step_until(now)
            self._see()
        self._withdraw(self._resting)
        behind = target - self._filled()
        messages, sends = self._messages(), behind > 0
        messages["kind"][sends] = MessageKind.MARKET
        messages["quantity"] = behind
        self.markets.enter(messages)
        self._see()

    def _follow_touch(self, target: IntArray) -> None:
        """Rest the child at the near touch; one that is there already keeps its place in the queue."""
        buys = self._side > 0
        price = np.where(buys, np.minimum(self._bid, self._ask - 1), np.maximum(self._ask, self._bid + 1))
        filled = self._filled()
        stays = self._resting & (self._price == price) & (filled < target)
        self._withdraw(self._resting & ~stays)
        messages, sends = self._messages(), ~stays & (filled < target)
        messages["kind"][sends] = MessageKind.LIMIT
        messages["quantity"], messages["price_ticks"] = target - filled, price
        slots = self.markets.enter(messages)
        self._slots[sends], self._ids[sends] = slots[sends], messages["order_id"][sends]
        self._price[sends], self._resting = price[sends], self._resting | sends
        self._see()

    def _withdraw(self, which: BoolArray) -> None:
        messages = self._messages()
        messages["kind"][which] = MessageKind.CANCEL
        messages["order_id"] = self._ids
        self.markets.enter(messages, self._slots)
        self._resting = self._resting & ~which
        self._see()

    def _see(self) -> None:
        """Take notice of the best prices; of an empty side the last one seen stays."""
        self.markets.resting(self._slots)
        depth = self.markets.depth
        self._bid = np.where(depth[:, 0, 0, 1] > 0, depth[:, 0, 0, 0], self._bid).astype(np.int64)
        self._ask = np.where(depth[:, 1, 0, 1] > 0, depth[:, 1, 0, 0], self._ask).astype(np.int64)

    def _filled(self) -> IntArray:
        filled: IntArray = self._side * (self.markets.account["position"] - self._start["position"])
        return filled

    def _state(self, at: int, slice_index: int, arrival: FloatArray) -> WorkState:
        tick, account = self._terms[at].tick_size, self.markets.account[at]
        return WorkState(
            slice_index=slice_index,
            slices=self._worker.slices,
            quantity=int(self._quantity[at]),
            filled=int(self._filled()[at]),
            market_volume=int(account["market_lots"] - self._start["market_lots"][at]),
            mid=0.5 * float(self._bid[at] + self._ask[at]) * tick,
            arrival_mid=float(arrival[at]) * tick,
        )

    def _outcome(self, arrival: FloatArray) -> Outcome:
        account, start, terms = self.markets.account, self._start, self._terms
        made, took = (account[name] - start[name] for name in ("maker_lots", "taker_lots"))
        maker_fee = np.array([one.maker_fee_ticks for one in terms])
        taker_fee = np.array([one.taker_fee_ticks for one in terms])
        fees, left = maker_fee * made + taker_fee * took, self._quantity - self._filled()
        cash, traded = account["cash"] - start["cash"], account["position"] - start["position"]
        opportunity = self._side * left * (0.5 * (self._bid + self._ask) - arrival)
        return Outcome(
            shortfall=fees - cash - traded * arrival + opportunity,
            news=self._surprise.cost(self._side, left),
            fees=fees,
            left=left,
            taken=took.astype(np.int64),
            arrival_ticks=arrival,
        )

    def _messages(self) -> RecordArray:
        messages = np.zeros(len(self.markets), MESSAGE)
        messages["kind"], messages["owner"], messages["side"] = NO_MESSAGE, OWN, self._side
        return messages
