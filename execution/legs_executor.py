"""Work several parent orders together: one schedule for all legs, each leg in its own market."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from execution.executor import ExecutionSettings, admitted, slice_edges
from execution.market.market import Market
from execution.market.regime import MarketConditions
from execution.order_desk import OrderDesk
from execution.orders import Execution, ParentOrder
from execution.schedules.multi_asset_schedule import (
    AdaptiveLegsSchedule,
    LegsSchedule,
    LegsState,
    legs_slice_by_slice,
)


def work_legs(
    orders: Sequence[ParentOrder],
    *,
    schedule: LegsSchedule | AdaptiveLegsSchedule,
    conditions: Sequence[MarketConditions],
    rngs: Sequence[np.random.Generator],
    settings: ExecutionSettings | None = None,
    markets: Sequence[Market] | None = None,
) -> tuple[Execution, ...]:
    """Work orders over one horizon by a schedule of all of them, and say what became of each, in their order.

    As each slice begins the schedule sees what is filled of every leg and what a contract of each is worth;
    in the slice each leg is worked as in `execution.executor.work`, in its own market. Orders of one leg and
    of its schedule give what `work` gives.

    Raises as `admitted`, and ValueError for orders that do not begin and end together, for conditions or
    markets that are not one for each, and for a plan on which a leg trades back.
    """
    how = settings or ExecutionSettings()
    if len({(order.start_ns, order.horizon_ns) for order in orders}) != 1:
        raise ValueError("orders that are worked together begin and end together")
    desks = [
        OrderDesk(order, admitted(order, conditions=met, rng=rng, limits=how.limits, market=market))
        for order, met, rng, market in zip(
            orders, conditions, rngs, [None] * len(orders) if markets is None else markets, strict=True
        )
    ]
    edge_ns = slice_edges(orders[0], how)
    slices = len(edge_ns) - 1
    sides = np.array([int(order.side) for order in orders], dtype=np.int64)
    lots = [order.rules.lot_size for order in orders]
    whole = [int(order.side) * order.quantity for order in orders]
    legs = legs_slice_by_slice(schedule, whole, slices, lot_sizes=lots)
    wanted = np.zeros((slices, len(orders)), dtype=np.int64)
    for k in range(slices):
        # Less than nothing is nothing: an order has one side.
        wanted[k] = np.maximum(0, sides * legs.wanted(_state(orders, desks, k, slices)))
        for leg, desk in enumerate(desks):
            desk.work_slice(int(edge_ns[k]), int(edge_ns[k + 1]), int(wanted[k, leg]), how.look_ns)
    return tuple(desk.execution(edge_ns[1:], wanted[:, leg]) for leg, desk in enumerate(desks))


def _state(
    orders: Sequence[ParentOrder], desks: Sequence[OrderDesk], slice_index: int, slices: int
) -> LegsState:
    both = list(zip(orders, desks, strict=True))
    return LegsState(
        slice_index=slice_index,
        slices=slices,
        quantities=tuple(order.side * order.quantity for order in orders),
        lot_sizes=tuple(order.rules.lot_size for order in orders),
        filled=tuple(order.side * desk.filled for order, desk in both),
        mids=tuple(order.rules.multiplier * desk.path_mid[-1] for order, desk in both),
    )
