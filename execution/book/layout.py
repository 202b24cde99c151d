"""The arrays that a limit order book lives in."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

RecordArray = npt.NDArray[np.void]
Record = Any  # one element of a RecordArray, whose fields numpy does not type

NIL = -1  # no order: end of a queue, end of the free list, id that is not in the book
BID, ASK = 0, 1  # rows of `levels`
MAX_QUANTITY = 2**31 - 1
MAX_ABS_PRICE_TICKS = 2**30


class MessageKind(IntEnum):
    """What a message asks for."""

    LIMIT = 0
    MARKET = 1
    IMMEDIATE_OR_CANCEL = 2
    CANCEL = 3


class EventKind(IntEnum):
    """What the book did.

    TRADE: quantity at price_ticks between order_id (taker) and maker_id. RESTED: quantity joined the queue.
    EXPIRED: quantity of a market or IOC order that found nobody. CANCELLED: quantity taken out by its owner.
    UNKNOWN: a cancel for an order that is not in the book.
    """

    TRADE = 0
    RESTED = 1
    EXPIRED = 2
    CANCELLED = 3
    UNKNOWN = 4


MESSAGE = np.dtype(
    # order_id is read by CANCEL only; price_ticks by LIMIT and IMMEDIATE_OR_CANCEL only.
    [
        ("kind", "i4"),
        ("side", "i4"),
        ("quantity", "i4"),
        ("price_ticks", "i4"),
        ("owner", "i8"),
        ("order_id", "i8"),
    ]
)
EVENT = np.dtype(
    [
        ("kind", "i4"),
        ("side", "i4"),
        ("quantity", "i4"),
        ("price_ticks", "i4"),
        ("order_id", "i8"),
        ("maker_id", "i8"),
        ("maker_owner", "i8"),
    ]
)
LEVEL = np.dtype([("head", "i4"), ("tail", "i4"), ("volume", "i8")])
ORDER = np.dtype(
    [
        ("next", "i4"),
        ("prev", "i4"),
        ("quantity", "i4"),  # 0 marks a free slot
        ("price_ticks", "i4"),
        ("side", "i8"),
        ("owner", "i8"),
        ("order_id", "i8"),
    ]
)
STATE = np.dtype(
    [
        ("origin_ticks", "i8"),
        ("best_bid", "i8"),  # origin_ticks - 1 when there is no bid
        ("best_ask", "i8"),  # origin_ticks + number of levels when there is no ask
        ("free_head", "i8"),
        ("used_slots", "i8"),  # slots from here on were never used
        ("live_orders", "i8"),
        ("next_id", "i8"),
    ]
)


class BookArrays(NamedTuple):
    """One book. state: (1,) STATE; levels: (side, level) LEVEL; orders: (slot,) ORDER; slot_of: (order_id,).

    A level's price is origin_ticks plus its index. Each level is a doubly linked queue through `orders`; a
    free slot is chained through `next`. Order ids count arrivals from 0; slot_of is NIL where none rests.
    """

    state: RecordArray
    levels: RecordArray
    orders: RecordArray
    slot_of: npt.NDArray[np.int32]


def empty_book(*, origin_ticks: int, levels: int, orders: int, ids: int) -> BookArrays:
    """An empty book: prices [origin_ticks, origin_ticks + levels), `orders` resting at once, `ids` ever."""
    state = np.zeros(1, STATE)
    state[0] = (origin_ticks, origin_ticks - 1, origin_ticks + levels, NIL, 0, 0, 0)
    ladder = np.zeros((2, levels), LEVEL)
    ladder["head"] = ladder["tail"] = NIL
    return BookArrays(state, ladder, np.zeros(orders, ORDER), np.full(ids, NIL, np.int32))


def with_room(book: BookArrays, *, orders: int, ids: int) -> BookArrays:
    """The same book with a larger order pool and more ids (sizes that are smaller leave it as it is)."""
    pool = _lengthened(book.orders, orders, 0)
    return book._replace(orders=pool, slot_of=_lengthened(book.slot_of, ids, NIL))


def with_ladder(book: BookArrays, *, origin_ticks: int, levels: int) -> BookArrays:
    """The same book over prices [origin_ticks, origin_ticks + levels), which hold every resting order."""
    moved = empty_book(origin_ticks=origin_ticks, levels=levels, orders=0, ids=0)
    low, high = resting_range(book)
    if low <= high:
        old, new = low - int(book.state["origin_ticks"][0]), low - origin_ticks
        count = high - low + 1
        moved.levels[:, new : new + count] = book.levels[:, old : old + count]
    state = book.state.copy()
    state["origin_ticks"] = origin_ticks
    bids, asks = side_is_empty(book)
    if bids:
        state["best_bid"] = origin_ticks - 1
    if asks:
        state["best_ask"] = origin_ticks + levels
    return book._replace(state=state, levels=moved.levels)


def translated(book: BookArrays, ticks: int) -> BookArrays:
    """The same book with every price moved by `ticks`."""
    state, orders = book.state.copy(), book.orders.copy()
    for name in ("origin_ticks", "best_bid", "best_ask"):
        state[name] += ticks
    orders["price_ticks"] += np.int32(ticks)
    return book._replace(state=state, orders=orders)


def resting_range(book: BookArrays) -> tuple[int, int]:
    """Lowest and highest price [ticks] with a resting order; (1, 0) when the book is empty."""
    occupied = np.flatnonzero((book.levels["volume"] > 0).any(axis=0))
    if not len(occupied):
        return 1, 0
    origin = int(book.state["origin_ticks"][0])
    return origin + int(occupied[0]), origin + int(occupied[-1])


def side_is_empty(book: BookArrays) -> tuple[bool, bool]:
    """Whether there is no bid, and whether there is no ask."""
    state = book.state[0]
    end = state["origin_ticks"] + book.levels.shape[1]
    return bool(state["best_bid"] < state["origin_ticks"]), bool(state["best_ask"] >= end)


def _lengthened(array: npt.NDArray[Any], length: int, fill: int) -> npt.NDArray[Any]:
    if length <= len(array):
        return array
    longer = np.zeros(length, array.dtype)
    if fill:
        longer[:] = fill
    longer[: len(array)] = array
    return longer
