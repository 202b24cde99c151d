"""Work a parent order: rest at the touch, follow it, cross what is behind at each slice's end."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import final

import numpy as np

from execution.limits import PreTradeLimits, check_order
from execution.market.market import Market, OwnFill
from execution.market.regime import MarketConditions
from execution.market.simulator import MarketSimulator
from execution.orders import Execution, Fill, IntArray, Liquidity, ParentOrder, Side
from execution.schedules.schedule import AdaptiveSchedule, Schedule, WorkState, slice_by_slice


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionSettings:
    """How an order is worked.

    slice_ns: length of a slice of the schedule; the horizon is cut into the nearest whole number of equal
    ones. look_ns: time between two looks at the market, when the mid is sampled and the resting child follows
    the touch.
    """

    slice_ns: int = 60 * 10**9
    look_ns: int = 10**9
    limits: PreTradeLimits = field(default_factory=PreTradeLimits)


def work(
    order: ParentOrder,
    *,
    schedule: Schedule | AdaptiveSchedule,
    conditions: MarketConditions,
    rng: np.random.Generator,
    settings: ExecutionSettings | None = None,
    market: Market | None = None,
) -> Execution:
    """Work a parent order over its horizon in a market and say what became of it.

    market: simulated or replayed, not yet later than the order's start, to which it is run; by default a
    plain MarketSimulator of the conditions. What a venue charges comes on top of the order's own fee.
    schedule: asked for its plan beforehand, or, where it is adaptive, as each slice begins.

    In each slice the quantity that the schedule wants by its end, less what is filled, rests at the near
    touch behind what is there. At each look it moves when the touch has moved away from it. At the slice's
    end what is still behind is crossed at market; what an empty book cannot give stays for the next slice,
    and after the last one it is left. An order with a cap neither rests nor crosses beyond it.

    Raises as `admitted`.
    """
    settings = settings or ExecutionSettings()
    market = admitted(order, conditions=conditions, rng=rng, limits=settings.limits, market=market)
    desk = _Desk(order, market)
    edge_ns = slice_edges(order, settings)
    slices = len(edge_ns) - 1
    adaptive = slice_by_slice(schedule, order.quantity, slices, lot_size=order.rules.lot_size)
    wanted = np.zeros(slices, dtype=np.int64)
    volume_before = market.traded_volume
    desk.look(order.start_ns)
    for k in range(slices):
        wanted[k] = adaptive.wanted(desk.state(k, slices, market.traded_volume - volume_before))
        desk.work_slice(int(edge_ns[k]), int(edge_ns[k + 1]), int(wanted[k]), settings.look_ns)
    return Execution(
        fills=tuple(desk.fills),
        path_ts_ns=np.array(desk.path_ts_ns, dtype=np.int64),
        path_mid=np.array(desk.path_mid, dtype=np.float64),
        plan_ts_ns=edge_ns[1:],
        plan_quantity=wanted.astype(np.float64),
        arrival_mid=desk.path_mid[0],
        market_volume=int(market.traded_volume - volume_before),
        leaves_quantity=order.quantity - desk.filled,
        fill_news=np.array(desk.fill_news, dtype=np.float64),
    )


def admitted(
    order: ParentOrder,
    *,
    conditions: MarketConditions,
    rng: np.random.Generator,
    limits: PreTradeLimits,
    market: Market | None = None,
) -> Market:
    """The market at the order's start: the one given, or a plain MarketSimulator of the conditions.

    Raises OrderRejectedError when the order breaks a rule of its instrument or of the limits, ValueError when
    the market is already beyond the order's start.
    """
    check_order(
        order,
        tick_size=conditions.tick_size,
        expected_volume=expected_volume(order, conditions),
        limits=limits,
    )
    market = market or MarketSimulator(conditions, order.start_ns, rng)
    market.advance_to(order.start_ns)
    return market


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


def expected_volume(order: ParentOrder, conditions: MarketConditions) -> float:
    """Contracts that the market is expected to trade over the order's horizon, the order not counted."""
    return conditions.average_daily_volume * order.horizon_days


def worst_price_ticks(order: ParentOrder, arrival_mid_ticks: float) -> int | None:
    """The last price within the order's cap [ticks], at least one; None where the order has no cap."""
    if order.arrival_cap_bps is None:
        return None
    exact = arrival_mid_ticks * (1.0 + 1e-4 * order.side * order.arrival_cap_bps)
    # A cap on a tick is that tick, whatever the product rounds to.
    inside = math.floor(exact + 1e-9) if order.side is Side.BUY else math.ceil(exact - 1e-9)
    return max(1, inside)


def slice_edges(order: ParentOrder, settings: ExecutionSettings) -> IntArray:
    """Edges of the slices, shape (slice + 1,), equal to the nanosecond."""
    slices = max(1, round(order.horizon_ns / settings.slice_ns))
    return np.array(
        [order.start_ns + order.horizon_ns * k // slices for k in range(slices + 1)], dtype=np.int64
    )


@final
class _Desk:
    """One order at work: its resting child, its fills so far and what it saw."""

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

    def state(self, slice_index: int, slices: int, market_volume: int) -> WorkState:
        """Where the order stands, for the schedule to look at."""
        return WorkState(
            slice_index=slice_index,
            slices=slices,
            quantity=self._order.quantity,
            lot_size=self._order.rules.lot_size,
            filled=self.filled,
            market_volume=int(market_volume),
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
