"""The book that the marked flow starts from: what rested when its recording ended."""

from __future__ import annotations

import numpy as np

from execution.book.layout import MAX_QUANTITY, RecordArray
from execution.market.flows.marked_tape import OPENING, IntArray
from execution.recorded.book_history import BookHistory
from execution.recorded.messages import RecordedKind, RecordedMessages
from execution.recorded.order_links import link_orders

_LEVELS_MADE_UP = 8  # behind a recording's only level


def opening_orders(
    messages: RecordedMessages, history: BookHistory, *, lots: int, gaps: IntArray, revealed: IntArray
) -> RecordArray:
    """The orders, (order,) OPENING, the oldest of a level first; prices [ticks] count from the last best bid.

    Each level of the last row with both sides: the orders that the recording knows to rest there, after one
    order of whatever else does. Behind the levels of `history`, the orders known to rest; behind an only
    level, others at the mean of `gaps` with the median of `revealed`.
    """
    both = (history.bid_volume[:, 0] > 0) & (history.ask_volume[:, 0] > 0)
    row = int(np.flatnonzero(both & ~history.crossed)[-1])
    alive = _alive(messages)
    bid = int(history.bid_ticks[row, 0])
    orders: list[tuple[int, int, int]] = []
    for side, prices, volumes in (
        (1, history.bid_ticks[row], history.bid_volume[row]),
        (-1, history.ask_ticks[row], history.ask_volume[row]),
    ):
        there = volumes > 0
        orders += _visible(alive, side, prices[there], volumes[there])
        if history.levels > 1:
            orders += [(side, *order) for order in _behind(alive, side, int(prices[there][-1]))]
        elif len(gaps):
            step, size = max(1, round(float(gaps.mean()))), lots * max(1, round(float(np.median(revealed))))
            orders += [(side, int(prices[0]) - side * step * k, size) for k in range(1, 1 + _LEVELS_MADE_UP)]
    coarse = [
        (side, price - bid, min(MAX_QUANTITY, max(1, round(quantity / lots))))
        for side, price, quantity in orders
    ]
    return np.array(coarse, OPENING)


def _alive(messages: RecordedMessages) -> IntArray:
    """Orders that were added and still rest at the end: (order, 3) side, price, leaves."""
    links, leaves = (
        link_orders(messages.kind, messages.order_id, messages.quantity),
        np.zeros(len(messages), np.int64),
    )
    rows = np.flatnonzero(links.added_at >= 0)
    left = np.where(
        messages.kind[rows] == RecordedKind.ADD,
        messages.quantity[rows],
        links.leaves_before[rows] - messages.quantity[rows],
    )
    leaves[links.added_at[rows]] = np.where(messages.kind[rows] == RecordedKind.DELETE, 0, left)
    rests = np.flatnonzero(leaves > 0)
    return np.column_stack((messages.side[rests], messages.price_ticks[rests], leaves[rests])).astype(
        np.int64
    )


def _visible(alive: IntArray, side: int, prices: IntArray, volumes: IntArray) -> list[tuple[int, int, int]]:
    """The orders of the levels: what is not known by its id rests first, and nothing rests twice."""
    orders: list[tuple[int, int, int]] = []
    for price, volume in zip(prices.tolist(), volumes.tolist(), strict=True):
        known = alive[(alive[:, 0] == side) & (alive[:, 1] == price), 2].tolist()
        while known and sum(known) > volume:
            known.pop(0)
        if volume > sum(known):
            known.insert(0, volume - sum(known))
        orders += [(side, price, quantity) for quantity in known]
    return orders


def _behind(alive: IntArray, side: int, last_price: int) -> list[tuple[int, int]]:
    """(price, quantity) of the known orders behind the last visible level."""
    behind = alive[(alive[:, 0] == side) & (side * (last_price - alive[:, 1]) > 0)]
    return [(int(price), int(quantity)) for _, price, quantity in behind]
