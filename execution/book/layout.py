"""The arrays that a limit order book lives in.

A book is six arrays, so that compiled code can take it apart and a batch of books is the same arrays with a
leading axis. Orders are slots of a pool, queues are doubly linked through it; slot 0 is never an order and
ends every list, which saves the kernel the branches that an absent neighbour would need.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from execution.book.compiled import int64

RecordArray = npt.NDArray[np.void]
Record = Any  # one element of a RecordArray, whose fields numpy does not type

NIL = -1  # maker_id of an event that has no maker
NO_SLOT = 0  # the slot that no order has
NO_BID, NO_ASK = -(2**31 - 1), 2**31 - 1  # the best price of an empty side: beyond every limit
MAX_QUANTITY = 2**31 - 1
MAX_ABS_PRICE_TICKS = 2**30
LEVELS_PER_WORD = 64
# Spans of `levels`; numpy's integers, since numba would compile every function anew for each literal.
BOOK_ROW, BUY_STOP_ROW, SELL_STOP_ROW = int64(0), int64(1), int64(2)


class MessageKind(IntEnum):
    """What a message asks for."""

    LIMIT = 0
    MARKET = 1
    IMMEDIATE_OR_CANCEL = 2
    CANCEL = 3
    FILL_OR_KILL = 4
    POST_ONLY = 5
    ICEBERG = 6
    STOP = 7
    STOP_LIMIT = 8
    REDUCE = 9
    REPLACE = 10
    HALT = 11
    RESUME = 12


class SelfTrade(IntEnum):
    """What a taker does about a maker of the same owner (owner 0 is nobody's).

    CANCEL_NEWEST: the taker's remainder goes. CANCEL_OLDEST: the maker goes, matching goes on. CANCEL_BOTH.
    DECREMENT: both lose the smaller of the two quantities without a trade.
    """

    ALLOW = 0
    CANCEL_NEWEST = 1
    CANCEL_OLDEST = 2
    CANCEL_BOTH = 3
    DECREMENT = 4


class EventKind(IntEnum):
    """What the book did; side, quantity, price_ticks and order_id are those of the order that it happened to.

    TRADE: between order_id (taker, whose side it is) and maker_id at the maker's price. RESTED: quantity, the
    hidden part included, joined a queue. EXPIRED: found nobody. CANCELLED: quantity taken out, by whom says
    the reason. UNKNOWN: the message's order does not live. REJECTED: for the reason. REFRESHED: an iceberg
    shows its next slice. PENDING, TRIGGERED: a stop waits, wakes; price_ticks is its trigger. REPLACED: with
    its new quantity and price. HALTED, RESUMED: continuous trading.
    """

    TRADE = 0
    RESTED = 1
    EXPIRED = 2
    CANCELLED = 3
    UNKNOWN = 4
    REJECTED = 5
    REFRESHED = 6
    PENDING = 7
    TRIGGERED = 8
    REPLACED = 9
    HALTED = 10
    RESUMED = 11


class Reason(IntEnum):
    """Why an order was cancelled or rejected."""

    NONE = 0
    OWNER = 1
    SELF_TRADE = 2
    HALTED = 3
    WOULD_TRADE = 4
    DUPLICATE_ID = 5


class OrderKind(IntEnum):
    """What a slot holds; stops come last."""

    PLAIN = 0
    ICEBERG = 1
    STOP = 2
    STOP_LIMIT = 3


MESSAGE = np.dtype(
    [
        ("kind", "u1"),
        ("side", "i1"),
        ("self_trade", "u1"),
        ("quantity", "i4"),
        ("price_ticks", "i4"),
        ("display", "i4"),
        ("stop_ticks", "i4"),
        ("owner", "i4"),
        ("order_id", "i8"),
    ],
    align=True,
)
EVENT = np.dtype(
    [
        ("kind", "u1"),
        ("side", "i1"),
        ("reason", "u1"),
        ("quantity", "i4"),
        ("price_ticks", "i4"),
        ("maker_owner", "i4"),
        ("order_id", "i8"),
        ("maker_id", "i8"),
    ],
    align=True,
)
ORDER = np.dtype(
    [
        ("next", "u4"),
        ("prev", "u4"),
        ("quantity", "i4"),  # what an iceberg shows; 0 marks a free slot
        ("price_ticks", "i4"),  # of a stop: its trigger
        ("order_id", "i8"),
        ("owner", "i4"),
        ("side", "i1"),
        ("kind", "u1"),
        ("self_trade", "u1"),  # of a stop, for when it wakes
    ],
    align=True,
)
# What only icebergs and stops have; limit_ticks is a stop's price_ticks as it was sent.
RESERVE = np.dtype([("hidden", "i4"), ("display", "i4"), ("limit_ticks", "i4")])
LEVEL = np.dtype(
    [("head", "u4"), ("tail", "u4"), ("volume", "i8"), ("hidden", "i8"), ("orders", "i4")], align=True
)
STATE = np.dtype(
    [
        ("origin_ticks", "i8"),
        ("span", "i8"),  # prices of the ladder
        ("best_bid", "i8"),
        ("best_ask", "i8"),
        ("buy_stop", "i8"),  # lowest trigger, NO_ASK when there is none
        ("sell_stop", "i8"),  # highest trigger, NO_BID when there is none
        ("last_trade", "i8"),  # meaningless while `traded` is 0
        ("traded", "i8"),
        ("high_print", "i8"),  # of the message under way
        ("low_print", "i8"),
        ("free_head", "u4"),
        ("used_slots", "u4"),  # slots from here on were never used
        ("live_orders", "i8"),
        ("stops", "i8"),
        ("refills", "i8"),  # slices that all icebergs have yet to show
        ("halted", "i8"),
        ("id_shift", "u8"),  # 32 less the bits of an id's place in `ids`
    ]
)


class BookArrays(NamedTuple):
    """One book: its ladder, its pool of orders and where to find an order by its id.

    state: (1,) STATE. levels: (3 * span,) LEVEL, of the book, of the buy stops, of the sell stops; the place
    in a row is the price less origin_ticks. The book itself is one row for both sides, since it is never
    crossed. occupied: (3 * span / 64,) uint64, a bit for each level that has orders. orders: (slot,) ORDER;
    free slots are chained through `next`. reserves: (slot,) RESERVE. ids: (2**k,) uint64, a hash of what
    lives (execution.book.ids); of length 0 in a book whose orders are known by their slots alone.
    """

    state: RecordArray
    levels: RecordArray
    occupied: npt.NDArray[np.uint64]
    orders: RecordArray
    reserves: RecordArray
    ids: npt.NDArray[np.uint64]


def empty_book(*, origin_ticks: int, levels: int, orders: int, hashed: bool = True) -> BookArrays:
    """An empty book for prices [origin_ticks, origin_ticks + levels) and `orders` at once.

    levels is rounded up to a multiple of 64. With hashed=False it knows no ids: every order is its slot.
    """
    span = -(-levels // LEVELS_PER_WORD) * LEVELS_PER_WORD
    bits = id_bits(orders)
    state = np.zeros(1, STATE)
    state["origin_ticks"], state["span"] = origin_ticks, span
    state["best_bid"] = state["sell_stop"] = state["high_print"] = NO_BID
    state["best_ask"] = state["buy_stop"] = state["low_print"] = NO_ASK
    state["used_slots"], state["id_shift"] = 1, 32 - bits
    return BookArrays(
        state=state,
        levels=np.zeros(3 * span, LEVEL),
        occupied=np.zeros(3 * span // LEVELS_PER_WORD, np.uint64),
        orders=np.zeros(orders + 1, ORDER),
        reserves=np.zeros(orders + 1, RESERVE),
        ids=np.zeros(2**bits if hashed else 0, np.uint64),
    )


def id_bits(orders: int) -> int:
    """Bits of the hash's length: the least power of two that `orders` fill to a half at most."""
    return max(1, (2 * orders - 1).bit_length())
