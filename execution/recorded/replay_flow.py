"""Recorded messages among our own orders, compiled.

The recording does not react to us, and no volume is invented:
- A recorded TRADE's aggressor meets our orders that are better than its price first, then those at its price
that came before the order it traded with, and that order with the rest. What that order is spared is
withdrawn, so that the recorded book stays what it was. Where we had taken the order already, the aggressor
misses that much. - A recorded ADD that our orders would have crossed trades with them at their prices first;
its rest enters. - A HIDDEN_TRADE fills only our orders that are better than its price. - What is ahead of us
at our price shrinks with the executions and cancellations of orders that came before ours. Where the
recording has levels only, trades are first come, first served, and nobody knows which orders cancel: in
proportion to the volume ahead of us and behind, or, at worst, those behind us first.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from execution.recorded.level_ladder import volume_at
from execution.recorded.messages import IntArray, RecordedKind
from execution.recorded.order_links import NO_ORDER
from execution.recorded.replay_state import (
    MISSED,
    PLAYED,
    TRADED,
    Replay,
    add_order,
    agree,
    available,
    clear_better,
    take_out,
    taken_of,
)

ShownLevels = tuple[IntArray, IntArray, IntArray, IntArray]
_ROUNDING = 1e-6


class CancelRule(IntEnum):
    """How a recorded cancellation moves the volume ahead of us."""

    BY_ORDER = 0
    PROPORTIONAL = 1
    BEHIND_FIRST = 2


class OwnOrders(NamedTuple):
    """(order,): our resting orders in order of arrival. row: the first message that came after the order.

    ahead [lots]: recorded volume that trades before it at its price; a fraction under
    CancelRule.PROPORTIONAL.
    """

    side: IntArray
    price_ticks: IntArray
    leaves: IntArray
    row: IntArray
    ahead: npt.NDArray[np.float64]


class OwnFills(NamedTuple):
    """(fill,): place of the order in OwnOrders, lots and price; written[0] are filled."""

    order: IntArray
    quantity: IntArray
    price_ticks: IntArray
    written: IntArray


@njit(cache=True)
def run(
    replay: Replay, until_ns: int, own: OwnOrders, rule: int, shown: ShownLevels, fills: OwnFills
) -> None:
    """Play messages up to `until_ns`, itself included, or up to the first that fills orders of ours."""
    fills.written[0] = 0
    while replay.counts[PLAYED] < len(replay.flow.ts_ns) and fills.written[0] == 0:
        if replay.flow.ts_ns[replay.counts[PLAYED]] > until_ns:
            return
        play(replay, own, rule, shown, fills)


@njit(cache=True)
def play(replay: Replay, own: OwnOrders, rule: int, shown: ShownLevels, fills: OwnFills) -> None:
    """Play the next message; room for one fill an order is needed."""
    flow, row = replay.flow, replay.counts[PLAYED]
    kind = flow.kind[row]
    if kind == RecordedKind.ADD:
        _add(replay, row, own, fills)
    elif kind == RecordedKind.TRADE:
        _trade(replay, row, own, rule, fills)
    elif kind == RecordedKind.HIDDEN_TRADE:
        replay.counts[TRADED] += flow.quantity[row]
        _fill_better(own, flow.side[row], flow.price_ticks[row], flow.quantity[row], fills)
    elif kind <= RecordedKind.DELETE:
        _cancel(replay, row, own, rule)
    if len(shown[0]):
        agree(replay, 1, row, shown[0], shown[1])
        agree(replay, -1, row, shown[2], shown[3])
    replay.counts[PLAYED] = row + 1


@njit(cache=True)
def _add(replay: Replay, row: int, own: OwnOrders, fills: OwnFills) -> None:
    flow = replay.flow
    side, price, quantity = flow.side[row], flow.price_ticks[row], flow.quantity[row]
    replay.stale[row] = clear_better(replay, -side, price + side)
    taken = _fill_better(own, -side, price + side, quantity, fills)
    replay.counts[TRADED] += taken
    add_order(replay, row, taken)


@njit(cache=True)
def _trade(replay: Replay, row: int, own: OwnOrders, rule: int, fills: OwnFills) -> None:
    flow, counts = replay.flow, replay.counts
    side, price, quantity = flow.side[row], flow.price_ticks[row], flow.quantity[row]
    replay.stale[row] = clear_better(replay, side, price)
    better = _fill_better(own, side, price, quantity, fills)
    reached = quantity - better
    if rule == CancelRule.BY_ORDER.value:
        ours = _fill_before(own, side, price, reached, flow.added_at[row], fills)
    else:
        there = volume_at(replay.ladder, side, price)
        ours = _fill_in_turn(own, side, price, reached, there, fills)
    missed = min(max(reached - ours - available(replay, row), 0), taken_of(replay, row))
    counts[TRADED] += quantity - missed
    counts[MISSED] += missed
    gone = take_out(replay, row)
    if rule == CancelRule.BY_ORDER.value:
        _move_ahead(own, side, price, gone, flow.added_at[row])
    else:
        _move_ahead(own, side, price, reached, NO_ORDER)


@njit(cache=True)
def _cancel(replay: Replay, row: int, own: OwnOrders, rule: int) -> None:
    flow = replay.flow
    side, price = flow.side[row], flow.price_ticks[row]
    before = volume_at(replay.ladder, side, price)
    gone = take_out(replay, row)
    if rule == CancelRule.BY_ORDER.value:
        _move_ahead(own, side, price, gone, flow.added_at[row])
        return
    for at in range(len(own.side)):
        if own.side[at] == side and own.price_ticks[at] == price and before > 0:
            behind = max(before - own.ahead[at], 0.0)
            share = gone * own.ahead[at] / before if rule == CancelRule.PROPORTIONAL.value else gone - behind
            own.ahead[at] = max(own.ahead[at] - max(share, 0.0), 0.0)


@njit(cache=True)
def _fill_better(own: OwnOrders, side: int, price_ticks: int, quantity: int, fills: OwnFills) -> int:
    """Fill our orders of a side that are better than a price, best first; return the lots filled."""
    filled = 0
    while filled < quantity:
        best = -1
        for at in range(len(own.side)):
            here = own.side[at] == side and own.leaves[at] > 0
            reached = side * (own.price_ticks[at] - price_ticks) > 0
            if here and reached and (best < 0 or side * (own.price_ticks[at] - own.price_ticks[best]) > 0):
                best = at
        if best < 0:
            break
        filled += _fill(own, best, quantity - filled, fills)
    return filled


@njit(cache=True)
def _fill_before(
    own: OwnOrders, side: int, price_ticks: int, quantity: int, order: int, fills: OwnFills
) -> int:
    """Fill our orders at a price that came before a recorded order; NO_ORDER came before all."""
    filled = 0
    for at in range(len(own.side)):
        here = own.side[at] == side and own.price_ticks[at] == price_ticks
        if here and order >= own.row[at] and filled < quantity:
            filled += _fill(own, at, quantity - filled, fills)
            own.ahead[at] = 0.0
    return filled


@njit(cache=True)
def _fill_in_turn(
    own: OwnOrders, side: int, price_ticks: int, quantity: int, there: int, fills: OwnFills
) -> int:
    """Fill our orders at a price with what reaches past the volume ahead of them, `there` at most."""
    filled = 0
    for at in range(len(own.side)):
        if own.side[at] == side and own.price_ticks[at] == price_ticks:
            past = math.floor(quantity - filled - min(own.ahead[at], there) + _ROUNDING)
            if past > 0:
                filled += _fill(own, at, past, fills)
    return filled


@njit(cache=True)
def _fill(own: OwnOrders, at: int, quantity: int, fills: OwnFills) -> int:
    lots = min(own.leaves[at], quantity)
    if lots > 0:
        own.leaves[at] -= lots
        written = fills.written[0]
        fills.order[written] = at
        fills.quantity[written] = lots
        fills.price_ticks[written] = own.price_ticks[at]
        fills.written[0] = written + 1
    return int(lots)


@njit(cache=True)
def _move_ahead(own: OwnOrders, side: int, price_ticks: int, gone: int, order: int) -> None:
    """Our orders at a price that came after a recorded order have that much less ahead."""
    for at in range(len(own.side)):
        if own.side[at] == side and own.price_ticks[at] == price_ticks and order < own.row[at]:
            own.ahead[at] = max(own.ahead[at] - gone, 0.0)
