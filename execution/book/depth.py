"""Read the book without changing it: quotes, depth by level, imbalance and the queue ahead of an order.

`levels[:span]` of the arrays is the whole depth by price, without a copy; these functions pick from it.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from execution.book.compiled import compiled, internal
from execution.book.ids import find
from execution.book.layout import (
    BOOK_ROW,
    NO_ASK,
    NO_BID,
    NO_SLOT,
    BookArrays,
    OrderKind,
    Record,
)
from execution.book.queues import next_behind, place_of

IntArray = npt.NDArray[np.int64]


@compiled
def write_depth(
    book: BookArrays, side: int, price_ticks: IntArray, volume: IntArray, orders: IntArray
) -> int:
    """Fill the occupied levels of a side, best first, into three arrays; return how many were filled.

    volume: what is shown [lots]. orders: how many queue there. The arrays' length says how many are wanted.
    """
    state = book.state[0]
    price, filled = (state["best_bid"] if side > 0 else state["best_ask"]), 0
    while filled < len(price_ticks) and NO_BID < price < NO_ASK:
        level = book.levels[place_of(state, BOOK_ROW, price)]
        price_ticks[filled] = price
        volume[filled] = level["volume"]
        orders[filled] = level["orders"]
        filled += 1
        price = next_behind(state, book.occupied, side, price)
    return filled


@compiled
def volume_at(book: BookArrays, price_ticks: int) -> int:
    """What is shown at a price [lots], of the one side that it can have; 0 beyond the ladder."""
    return int(_level_volume(book, book.state[0], price_ticks))


@compiled
def imbalance(book: BookArrays, levels: int) -> float:
    """(bid - ask) / (bid + ask) of what the best `levels` prices show, in [-1, 1]; NaN if nothing."""
    bid, ask = _volume_of(book, 1, levels), _volume_of(book, -1, levels)
    return (bid - ask) / (bid + ask) if bid + ask > 0 else math.nan


@compiled
def microprice(book: BookArrays) -> float:
    """Best prices weighted by what the other side shows [ticks]; NaN unless both sides are there."""
    state = book.state[0]
    bid, ask = state["best_bid"], state["best_ask"]
    if bid == NO_BID or ask == NO_ASK:
        return math.nan
    bid_volume, ask_volume = _level_volume(book, state, bid), _level_volume(book, state, ask)
    return float((bid * ask_volume + ask * bid_volume) / (bid_volume + ask_volume))


@compiled
def slot_of(book: BookArrays, order_id: int) -> int:
    """The slot of a living order; NO_SLOT when there is none. Only in a book that knows ids."""
    if len(book.ids) == 0:
        return NO_SLOT
    return int(find(book.ids, book.orders, book.state[0]["id_shift"], order_id)[1])


@compiled
def queue_ahead(book: BookArrays, slot: int) -> tuple[int, int]:
    """Quantity shown and number of orders in front of a resting order at its own price.

    (-1, -1) for a slot that is free or holds a stop. Hidden quantity is not counted: it shows itself behind.
    """
    order = book.orders[slot]
    if order["quantity"] == 0 or order["kind"] >= OrderKind.STOP:
        return -1, -1
    volume = orders = 0
    ahead = order["prev"]
    while ahead != NO_SLOT:
        volume += book.orders[ahead]["quantity"]
        orders += 1
        ahead = book.orders[ahead]["prev"]
    return volume, orders


@internal
def _level_volume(book: BookArrays, state: Record, price_ticks: int) -> int:
    if not 0 <= price_ticks - state["origin_ticks"] < state["span"]:
        return 0
    return int(book.levels[place_of(state, BOOK_ROW, price_ticks)]["volume"])


@internal
def _volume_of(book: BookArrays, side: int, levels: int) -> int:
    state = book.state[0]
    price, volume = (state["best_bid"] if side > 0 else state["best_ask"]), 0
    while levels > 0 and NO_BID < price < NO_ASK:
        volume += _level_volume(book, state, price)
        price = next_behind(state, book.occupied, side, price)
        levels -= 1
    return volume
