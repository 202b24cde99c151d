"""Work a parent order: rest at the touch, follow it, cross what is behind at each slice's end."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from execution.limits import PreTradeLimits, check_order
from execution.market.market import Market
from execution.market.regime import MarketConditions
from execution.market.simulator import MarketSimulator
from execution.order_desk import OrderDesk
from execution.orders import Execution, IntArray, ParentOrder
from execution.schedules.schedule import AdaptiveSchedule, Schedule, slice_by_slice


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
    desk = OrderDesk(order, market)
    edge_ns = slice_edges(order, settings)
    slices = len(edge_ns) - 1
    adaptive = slice_by_slice(schedule, order.quantity, slices, lot_size=order.rules.lot_size)
    wanted = np.zeros(slices, dtype=np.int64)
    for k in range(slices):
        wanted[k] = adaptive.wanted(desk.state(k, slices))
        desk.work_slice(int(edge_ns[k]), int(edge_ns[k + 1]), int(wanted[k]), settings.look_ns)
    return desk.execution(edge_ns[1:], wanted)


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


def expected_volume(order: ParentOrder, conditions: MarketConditions) -> float:
    """Contracts that the market is expected to trade over the order's horizon, the order not counted."""
    return conditions.average_daily_volume * order.horizon_days


def slice_edges(order: ParentOrder, settings: ExecutionSettings) -> IntArray:
    """Edges of the slices, shape (slice + 1,), equal to the nanosecond."""
    slices = max(1, round(order.horizon_ns / settings.slice_ns))
    return np.array(
        [order.start_ns + order.horizon_ns * k // slices for k in range(slices + 1)], dtype=np.int64
    )
