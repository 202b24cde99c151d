"""One parent order at work in one market: its resting child, its fills, and what it saw."""

from __future__ import annotations

import math
from typing import final

import numpy as np

from execution.market.market import Market, OwnFill
from execution.orders import Execution, Fill, IntArray, Liquidity, ParentOrder, Side
from execution.schedules.schedule import WorkState


@final
class OrderDesk:
    """One order at work in a market that has reached its start: see execution.executor.work."""

    def __init__(self, order: ParentOrder, market: Market) -> None:
        self.fills: list[Fill] = []
        self.filled = 0
        self.path_ts_ns: list[int] = []
        self.path_mid: list[float] = []
        self.fill_news: list[float] = []
        self._order = order
        self._market = market
        self._resting: tuple[int, int] | None = None  # order id, price in ticks
        self._cap_ticks = worst_price_ticks(order, market.mid_ticks)
        self._volume_before = market.traded_volume
        self.look(order.start_ns)

    def work_slice(self, start_ns: int, end_ns: int, target: int, look_ns: int) -> None:
        """Rest and follow the touch until the slice's end, then cross what is behind the target."""
        now_ns = start_ns
        while now_ns < end_ns:
            self._follow_touch(target)
            now_ns = min(now_ns + look_ns, end_ns)
            self._market.advance_to(now_ns)
            self._collect()
            self.look(now_ns)
        self._withdraw()
        if self.filled < target:
            self._cross(target - self.filled)
            self._collect()

    @property
    def market_volume(self) -> int:
        """Contracts that everybody traded since the order's start."""
        return int(self._market.traded_volume - self._volume_before)

    def execution(self, plan_ts_ns: IntArray, wanted: IntArray) -> Execution:
        """What became of the order. wanted: contracts by the ends of the slices, both shape (slice,)."""
        return Execution(
            fills=tuple(self.fills),
            path_ts_ns=np.array(self.path_ts_ns, dtype=np.int64),
            path_mid=np.array(self.path_mid, dtype=np.float64),
            plan_ts_ns=plan_ts_ns,
            plan_quantity=wanted.astype(np.float64),
            arrival_mid=self.path_mid[0],
            market_volume=self.market_volume,
            leaves_quantity=self._order.quantity - self.filled,
            fill_news=np.array(self.fill_news, dtype=np.float64),
        )

    def state(self, slice_index: int, slices: int) -> WorkState:
        """Where the order stands, for the schedule to look at."""
        return WorkState(
            slice_index=slice_index,
            slices=slices,
            quantity=self._order.quantity,
            lot_size=self._order.rules.lot_size,
            filled=self.filled,
            market_volume=self.market_volume,
            mid=self.path_mid[-1],
            arrival_mid=self.path_mid[0],
        )

    def look(self, ts_ns: int) -> None:
        """Sample the mid price."""
        self.path_ts_ns.append(ts_ns)
        self.path_mid.append(self._market.mid_ticks * self._order.rules.tick_size)

    def _follow_touch(self, target: int) -> None:
        """Rest the child at the near touch; one that is there already keeps its place in the queue."""
        price_ticks = self._near_touch()
        if self._resting is not None and self._resting[1] == price_ticks and self.filled < target:
            return
        self._withdraw()
        if self.filled < target:
            order_id = self._market.submit_limit(self._order.side, target - self.filled, price_ticks)
            self._resting = (order_id, price_ticks)

    def _cross(self, quantity: int) -> None:
        """Take what others offer, at any price or within the cap."""
        if self._cap_ticks is None:
            self._market.submit_market(self._order.side, quantity)
        else:
            self._market.cancel(self._market.submit_limit(self._order.side, quantity, self._cap_ticks))

    def _near_touch(self) -> int:
        """Best price on the own side [ticks], a tick inside the far touch where the own side is stale.

        Where that is beyond the cap, the cap itself.
        """
        if self._order.side is Side.BUY:
            touch = min(self._market.best_bid_ticks, self._market.best_ask_ticks - 1)
            return touch if self._cap_ticks is None else min(touch, self._cap_ticks)
        touch = max(self._market.best_ask_ticks, self._market.best_bid_ticks + 1)
        return touch if self._cap_ticks is None else max(touch, self._cap_ticks)

    def _withdraw(self) -> None:
        if self._resting is not None:
            self._market.cancel(self._resting[0])
            self._resting = None

    def _collect(self) -> None:
        """Turn the market's fills of our orders into the parent's."""
        for own in self._market.take_fills():
            self.filled += own.quantity
            self.fill_news.append(own.news_ticks * self._order.rules.tick_size)
            self.fills.append(fill_of(self._order, own))


def fill_of(order: ParentOrder, own: OwnFill) -> Fill:
    """A market's fill of a child as the parent's, with the order's own fee on top of the venue's."""
    return Fill(
        parent_id=order.parent_id,
        symbol=order.symbol,
        side=order.side,
        quantity=own.quantity,
        price_ticks=own.price_ticks,
        ts_ns=own.ts_ns,
        fee=order.rules.fee_per_contract * own.quantity + own.fee,
        liquidity=Liquidity.MAKER if own.is_maker else Liquidity.TAKER,
    )


def worst_price_ticks(order: ParentOrder, arrival_mid_ticks: float) -> int | None:
    """The last price within the order's cap [ticks], at least one; None where the order has no cap."""
    if order.arrival_cap_bps is None:
        return None
    exact = arrival_mid_ticks * (1.0 + 1e-4 * order.side * order.arrival_cap_bps)
    # A cap on a tick is that tick, whatever the product rounds to.
    inside = math.floor(exact + 1e-9) if order.side is Side.BUY else math.ceil(exact - 1e-9)
    return max(1, inside)
