"""New orders against the book and into it, compiled; none of this wakes stops."""

from __future__ import annotations

import numpy as np

from execution.book.compiled import inlined, internal
from execution.book.events import write
from execution.book.ids import insert
from execution.book.layout import (
    BOOK_ROW,
    NO_SLOT,
    BookArrays,
    EventKind,
    OrderKind,
    RecordArray,
)
from execution.book.matching import far_limit, match
from execution.book.queues import change_hidden, join_queue, take_slot


@inlined
def place(
    book: BookArrays, kind: int, side: int, quantity: int, price_ticks: int, owner: int, order_id: int
) -> np.uint32:
    """Give an order a slot; it is in no queue yet and its id not in the hash."""
    slot = take_slot(book)
    order = book.orders[slot]
    order["quantity"] = quantity
    order["price_ticks"] = price_ticks
    order["order_id"] = order_id
    order["owner"] = owner
    order["side"] = side
    order["kind"] = kind
    return slot


@inlined
def rest(
    book: BookArrays, side: int, quantity: int, price_ticks: int, owner: int, order_id: int
) -> np.uint32:
    """Put an order at the back of its price's queue; its id is not in the hash yet."""
    slot = place(book, OrderKind.PLAIN.value, side, quantity, price_ticks, owner, order_id)
    join_queue(book, BOOK_ROW, slot)
    book.state[0]["live_orders"] += 1
    return slot


@inlined
def register(book: BookArrays, order_id: int, slot: np.uint32) -> None:
    """Let an order be found by its id, in a book that knows ids."""
    if len(book.ids):
        insert(book.ids, book.state[0]["id_shift"], order_id, slot)


@internal
def trade_and_rest(
    book: BookArrays,
    side: int,
    quantity: int,
    price_ticks: int,
    display: int,
    owner: int,
    order_id: int,
    self_trade: int,
    events: RecordArray,
    count: int,
) -> tuple[np.uint32, int]:
    """Trade up to price_ticks and rest what is left, as an iceberg when display > 0; give slot and count."""
    leaves, count = match(
        book, side, quantity, price_ticks, price_ticks, owner, order_id, self_trade, events, count
    )
    if leaves == 0:
        return np.uint32(NO_SLOT), count
    if display > 0:
        shown = min(display, leaves)
        slot = rest(book, side, shown, price_ticks, owner, order_id)
        book.orders[slot]["kind"] = OrderKind.ICEBERG.value
        book.reserves[slot]["display"] = display
        book.reserves[slot]["hidden"] = 0
        change_hidden(book, slot, leaves - shown)
    else:
        slot = rest(book, side, leaves, price_ticks, owner, order_id)
    register(book, order_id, slot)
    return slot, write(events, count, EventKind.RESTED.value, side, leaves, price_ticks, order_id)


@internal
def trade_and_expire(
    book: BookArrays,
    is_market: bool,
    side: int,
    quantity: int,
    price_ticks: int,
    owner: int,
    order_id: int,
    self_trade: int,
    events: RecordArray,
    count: int,
) -> int:
    """Trade up to price_ticks, or at any price when is_market; what is left expires. Return the count."""
    limit = far_limit(side) if is_market else price_ticks
    leaves, count = match(
        book, side, quantity, limit, price_ticks, owner, order_id, self_trade, events, count
    )
    if leaves > 0:
        count = write(events, count, EventKind.EXPIRED.value, side, leaves, price_ticks, order_id)
    return count
