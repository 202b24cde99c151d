"""A recorded market that an agent trades in: recorded messages with its own orders inserted."""

from __future__ import annotations

import copy
import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import final

import numpy as np

from execution.book.book import DepthLevel
from execution.errors import OrderRejectedError
from execution.market.market import OwnFill
from execution.orders import Side
from execution.recorded.book_history import no_fills, shown_levels
from execution.recorded.level_ladder import LevelLadder, volume_at, write_levels
from execution.recorded.recording import Recording
from execution.recorded.replay_flow import CancelRule, OwnOrders, run
from execution.recorded.replay_state import MISSED, PLAYED, TRADED, Levels, Replay, new_replay
from execution.recorded.replay_taking import take

_TAKEN_LEVELS = 64


@dataclass(slots=True, kw_only=True)
class _Resting:
    """One of our resting orders; row is the first message after it."""

    order_id: int
    side: Side
    price_ticks: int
    leaves: int
    row: int
    ahead: float


@final
class ReplayMarket:
    """A recording as a Market: what would have become of our orders had nobody reacted to them.

    Our resting orders queue behind what was there when they came and move up as
    execution/recorded/replay_flow.py says; what we take stays taken. Without orders of ours every book and
    trade is the recorded one. Times are those of the recording's messages; messages at the very nanosecond of
    an arrival come before it.

    order_latency_ns: from sending an order or a cancellation to its arrival [nanoseconds], 0 for at once.
    cancel_rule: BY_ORDER where the recording names orders; PROPORTIONAL or, cautiously, BEHIND_FIRST where
    not.
    """

    def __init__(
        self,
        recording: Recording,
        *,
        start_ns: int | None = None,
        order_latency_ns: int = 0,
        cancel_rule: CancelRule | None = None,
    ) -> None:
        messages = recording.messages
        if order_latency_ns < 0:
            raise ValueError(f"order_latency_ns is {order_latency_ns}, expected at least 0")
        usual = CancelRule.PROPORTIONAL if messages.level_wise else CancelRule.BY_ORDER
        self._rule = usual if cancel_rule is None else cancel_rule
        if messages.level_wise and self._rule == CancelRule.BY_ORDER:
            raise ValueError("the recording names no orders, so that cancel_rule cannot be BY_ORDER")
        shown = recording.history if recording.history_is_recorded else None
        self._replay = new_replay(messages, recording.initial, shown)
        self._shown = shown_levels(messages, shown)
        self._latency_ns = order_latency_ns
        self._resting: list[_Resting] = []
        self._in_flight: list[tuple[int, int, Callable[[], None]]] = []
        self._sent: dict[int, tuple[Side, int | None]] = {}
        self._numbers, self._ids = count(), count()
        self._fills: list[OwnFill] = []
        self._last = {Side.BUY: 0, Side.SELL: 0}
        self._now_ns = int(messages.ts_ns[0]) - 1 if len(messages) else 0
        self._note_quotes()
        if start_ns is not None:
            self.advance_to(start_ns)

    @property
    def now_ns(self) -> int:
        """The time reached."""
        return self._now_ns

    @property
    def best_bid_ticks(self) -> int:
        """Highest price at which somebody buys, us included; the last one seen while nobody does."""
        return self._last[Side.BUY]

    @property
    def best_ask_ticks(self) -> int:
        """Lowest price at which somebody sells, us included; the last one seen while nobody does."""
        return self._last[Side.SELL]

    @property
    def mid_ticks(self) -> float:
        """Half way between the best prices [ticks]."""
        return 0.5 * (self.best_bid_ticks + self.best_ask_ticks)

    @property
    def traded_volume(self) -> int:
        """Lots traded since the recording began, ours included, each trade counted once."""
        return int(self._replay.counts[TRADED])

    @property
    def missed_volume(self) -> int:
        """Lots that recorded aggressors did not find because we had taken them before."""
        return int(self._replay.counts[MISSED])

    @property
    def finished(self) -> bool:
        """Whether every message has been played."""
        return bool(self._replay.counts[PLAYED] == len(self._replay.flow.ts_ns))

    def depth(self, side: Side, levels: int) -> list[DepthLevel]:
        """The best `levels` prices of a side with what rests there, ours included."""
        own = [order for order in self._resting if order.side is side]
        prices, volumes = (np.zeros((1, levels + len(own)), np.int64) for _ in range(2))
        write_levels(self._replay.ladder, int(side), 0, prices, volumes)
        volume = {p: v for p, v in zip(prices[0].tolist(), volumes[0].tolist(), strict=True) if v > 0}
        for order in own:
            volume[order.price_ticks] = volume.get(order.price_ticks, 0) + order.leaves
        best = sorted(volume, reverse=side is Side.BUY)[:levels]
        return [DepthLevel(price, volume[price]) for price in best]

    def volume_ahead(self, order_id: int) -> int | None:
        """Lots that trade before an own resting order at its price; None while or when it does not rest."""
        ahead = 0
        mine = next((order for order in self._resting if order.order_id == order_id), None)
        if mine is None:
            return None
        for order in self._resting:
            if order is mine:
                return ahead + math.ceil(mine.ahead)
            if (order.side, order.price_ticks) == (mine.side, mine.price_ticks):
                ahead += order.leaves
        return None

    def advance_to(self, ts_ns: int) -> None:
        """Let the recording run up to `ts_ns`, itself included; ValueError when that is in the past."""
        if ts_ns < self._now_ns:
            raise ValueError(f"ts_ns is {ts_ns}, expected at least the time reached, {self._now_ns}")
        while self._in_flight and self._in_flight[0][0] <= ts_ns:
            arrival_ns, _, arrive = heapq.heappop(self._in_flight)
            self._play_to(arrival_ns)
            arrive()
        self._play_to(ts_ns)

    def submit_limit(self, side: Side, quantity: int, price_ticks: int) -> int:
        """Trade up to `price_ticks`, rest what is left, and return the order's id.

        OrderRejectedError when it would trade with an own order, or a quantity is below 1.
        """
        return self._send(side, quantity, price_ticks)

    def submit_market(self, side: Side, quantity: int) -> int:
        """Trade at any recorded price and return the order's id; what finds nobody expires.

        OrderRejectedError while an own order is on the other side, or when a quantity is below 1.
        """
        return self._send(side, quantity, None)

    def cancel(self, order_id: int) -> int:
        """Take an own order out and return the quantity that has not traded; 0 when it rests no longer.

        With a latency the order may still trade until the cancellation arrives; its fills tell.
        """
        resting = next((order for order in self._resting if order.order_id == order_id), None)
        self._dispatch(lambda: self._withdraw(order_id))
        return 0 if resting is None else resting.leaves

    def reduce(self, order_id: int, quantity: int) -> int:
        """Take lots off an own order, which keeps its place, and return how many; as `cancel` for all of it.

        ValueError when the quantity is below 1.
        """
        if quantity < 1:
            raise ValueError(f"quantity is {quantity}, expected at least 1")
        leaves = sum(order.leaves for order in self._resting if order.order_id == order_id)
        self._dispatch(lambda: self._shrink(order_id, quantity))
        return min(leaves, quantity)

    def take_fills(self) -> list[OwnFill]:
        """Our fills since the last call, oldest first."""
        fills, self._fills = self._fills, []
        return fills

    def copy(self) -> ReplayMarket:
        """The same market at this moment, our orders included; neither changes with the other from here on.

        ValueError while an order or a cancellation is under way.
        """
        if self._in_flight:
            raise ValueError("orders are under way, expected none while a market is copied")
        ready = {id(self._replay): _copied(self._replay), id(self._shown): self._shown}
        return copy.deepcopy(self, ready)

    def _send(self, side: Side, quantity: int, price_ticks: int | None) -> int:
        if quantity < 1:
            raise OrderRejectedError(f"quantity is {quantity}, expected at least 1")
        self._refuse_self_trade(side, price_ticks)
        order_id = next(self._ids)
        self._sent[order_id] = side, price_ticks
        self._dispatch(lambda: self._enter(order_id, side, quantity, price_ticks))
        return order_id

    def _dispatch(self, arrive: Callable[[], None]) -> None:
        if self._latency_ns:
            arrival = (self._now_ns + self._latency_ns, next(self._numbers), arrive)
            heapq.heappush(self._in_flight, arrival)
        else:
            arrive()

    def _enter(self, order_id: int, side: Side, quantity: int, price_ticks: int | None) -> None:
        """An order arrives: it takes what it reaches and rests with what is left."""
        del self._sent[order_id]
        leaves = quantity
        limit = 0 if price_ticks is None else price_ticks
        fills = no_fills(_TAKEN_LEVELS)
        while leaves:
            leaves -= take(self._replay, int(side), leaves, limit, price_ticks is not None, fills)
            written = int(fills.written[0])
            for lots, price in zip(fills.quantity[:written], fills.price_ticks[:written], strict=True):
                self._record(order_id, int(lots), int(price), self._now_ns, is_maker=False)
            if written < _TAKEN_LEVELS:
                break
        if leaves and price_ticks is not None:
            ahead = float(volume_at(self._replay.ladder, int(side), price_ticks))
            self._resting.append(
                _Resting(
                    order_id=order_id,
                    side=side,
                    price_ticks=price_ticks,
                    leaves=leaves,
                    row=int(self._replay.counts[PLAYED]),
                    ahead=ahead,
                )
            )
        self._note_quotes()

    def _withdraw(self, order_id: int) -> None:
        self._resting = [order for order in self._resting if order.order_id != order_id]
        self._note_quotes()

    def _shrink(self, order_id: int, quantity: int) -> None:
        for order in self._resting:
            order.leaves -= quantity if order.order_id == order_id else 0
        self._resting = [order for order in self._resting if order.leaves > 0]
        self._note_quotes()

    def _play_to(self, ts_ns: int) -> None:
        flow, counts = self._replay.flow, self._replay.counts
        fills = no_fills(len(self._resting))
        while True:
            own = self._own_arrays()
            run(self._replay, ts_ns, own, int(self._rule), self._shown, fills)
            for order, leaves, ahead in zip(self._resting, own.leaves, own.ahead, strict=True):
                there = volume_at(self._replay.ladder, int(order.side), order.price_ticks)
                order.leaves, order.ahead = int(leaves), min(float(ahead), float(there))
            written = int(fills.written[0])
            for at in range(written):
                order_id = self._resting[int(fills.order[at])].order_id
                ts_of_fill = int(flow.ts_ns[counts[PLAYED] - 1])
                lots, price = int(fills.quantity[at]), int(fills.price_ticks[at])
                self._record(order_id, lots, price, ts_of_fill, is_maker=True)
            if not written:
                break
            self._resting = [order for order in self._resting if order.leaves]
        self._now_ns = ts_ns
        self._note_quotes()

    def _own_arrays(self) -> OwnOrders:
        own = self._resting
        side, price_ticks, leaves, row = (
            np.array(column, np.int64)
            for column in (
                [int(order.side) for order in own],
                [order.price_ticks for order in own],
                [order.leaves for order in own],
                [order.row for order in own],
            )
        )
        return OwnOrders(side, price_ticks, leaves, row, np.array([order.ahead for order in own], np.float64))

    def _record(self, order_id: int, quantity: int, price_ticks: int, ts_ns: int, *, is_maker: bool) -> None:
        self._fills.append(OwnFill(order_id, quantity, price_ticks, ts_ns, is_maker, 0.0))

    def _note_quotes(self) -> None:
        for side in Side:
            if best := self.depth(side, 1):
                self._last[side] = best[0].price_ticks

    def _refuse_self_trade(self, side: Side, price_ticks: int | None) -> None:
        own = [(order.side, order.price_ticks) for order in self._resting]
        for own_side, own_price in own + list(self._sent.values()):
            reached = price_ticks is None or own_price is None or side * (price_ticks - own_price) >= 0
            if own_side is not side and reached:
                raise OrderRejectedError(
                    f"the order would trade with the agent's own order at {own_price} ticks; "
                    "cancel that one first"
                )


def _copied(replay: Replay) -> Replay:
    """The same state in arrays of its own; the recorded flow, which nobody writes, is shared."""
    return replay._replace(
        levels=Levels(*(array.copy() for array in replay.levels)),
        ladder=LevelLadder(*(array.copy() for array in replay.ladder)),
        left=replay.left.copy(),
        lost=replay.lost.copy(),
        counts=replay.counts.copy(),
        stale=replay.stale.copy(),
    )
