"""The common messages by order id in a plain book, compiled: limit, market and cancel.

A book is plain while no stop waits in it and no iceberg hides anything. Markets are mostly that, and what is
here compiles and runs in a fraction of the time of the whole kernel, which is held to the same rules.
"""

from __future__ import annotations

from execution.book.compiled import inlined, int64, internal
from execution.book.core import Refusal, holds_price
from execution.book.events import write
from execution.book.ids import close, erase, find, put
from execution.book.layout import (
    BOOK_ROW,
    NO_SLOT,
    BookArrays,
    EventKind,
    MessageKind,
    OrderKind,
    Reason,
    Record,
    RecordArray,
    SelfTrade,
)
from execution.book.matching import best_against, crosses, far_limit
from execution.book.queues import free_slot, is_full, leave_queue, place_of
from execution.book.trading import rest


@inlined
def apply_plain(book: BookArrays, message: Record, events: RecordArray, count: int) -> int:
    """Apply a screened message; return the new count or a Refusal, NOT_PLAIN for the whole kernel's."""
    state, kind = book.state[0], message["kind"]
    if count >= len(events):
        return Refusal.EVENT_ROOM.value
    if kind == MessageKind.CANCEL:
        return _cancel(book, message["order_id"], events, count)
    if kind > MessageKind.MARKET or state["halted"]:
        return Refusal.NOT_PLAIN.value
    side, leaves = int64(message["side"]), int64(message["quantity"])
    price, order_id = int64(message["price_ticks"]), message["order_id"]
    is_market = kind == MessageKind.MARKET
    if not is_market and not holds_price(state, price):
        return Refusal.PRICE_RANGE.value
    if is_market or crosses(state, side, price):
        leaves, count = _take(book, message, events, count)
        if leaves == 0:
            return count
    at, slot = find(book.ids, book.orders, state["id_shift"], order_id)
    if slot != NO_SLOT:
        return reject(message, Reason.DUPLICATE_ID.value, events, count)
    if is_full(book):
        return Refusal.ORDER_POOL.value
    slot = rest(book, side, leaves, price, int64(message["owner"]), order_id)
    put(book.ids, at, order_id, slot)
    return write(events, count, EventKind.RESTED.value, side, leaves, price, order_id)


@inlined
def _cancel(book: BookArrays, order_id: int, events: RecordArray, count: int) -> int:
    """Take an order out by id; an id that does not live is an UNKNOWN event."""
    state = book.state[0]
    at, slot = find(book.ids, book.orders, state["id_shift"], order_id)
    if slot == NO_SLOT:
        return write(events, count, EventKind.UNKNOWN.value, 0, 0, 0, order_id)
    order = book.orders[slot]
    if order["kind"] != OrderKind.PLAIN:
        return Refusal.NOT_PLAIN.value
    count = write(
        events,
        count,
        EventKind.CANCELLED.value,
        int64(order["side"]),
        int64(order["quantity"]),
        int64(order["price_ticks"]),
        order_id,
        Reason.OWNER.value,
    )
    leave_queue(book, BOOK_ROW, slot)
    state["live_orders"] -= 1
    close(book.ids, state["id_shift"], at)
    free_slot(book, slot)
    return count


@internal
def _take(book: BookArrays, message: Record, events: RecordArray, count: int) -> tuple[int, int]:
    """Let an order that crosses trade; return what is left to rest, and the count or a Refusal."""
    state, order_id = book.state[0], message["order_id"]
    side, leaves = int64(message["side"]), int64(message["quantity"])
    own_matters = message["owner"] != 0 and message["self_trade"] != SelfTrade.ALLOW
    if state["stops"] > 0 or state["refills"] > 0 or own_matters:
        return 0, Refusal.NOT_PLAIN.value
    if min(leaves, state["live_orders"]) >= len(events) - count:
        return 0, Refusal.EVENT_ROOM.value
    if find(book.ids, book.orders, state["id_shift"], order_id)[1] != NO_SLOT:
        return 0, reject(message, Reason.DUPLICATE_ID.value, events, count)
    price = int64(message["price_ticks"])
    is_market = message["kind"] == MessageKind.MARKET
    limit = far_limit(side) if is_market else price
    while leaves > 0 and crosses(state, side, limit):
        leaves, count = _trade(book, side, leaves, order_id, events, count)
    if is_market and leaves > 0:
        return 0, write(events, count, EventKind.EXPIRED.value, side, leaves, price, order_id)
    return leaves, count


@inlined
def _trade(
    book: BookArrays, side: int, leaves: int, order_id: int, events: RecordArray, count: int
) -> tuple[int, int]:
    """Trade with the oldest order at the best price; return what is left of the taker, and the count."""
    state, best = book.state[0], best_against(book.state[0], side)
    level = book.levels[place_of(state, BOOK_ROW, best)]
    slot = level["head"]
    maker = book.orders[slot]
    maker_id, traded = maker["order_id"], min(leaves, maker["quantity"])
    reason, owner = Reason.NONE.value, int64(maker["owner"])
    count = write(events, count, EventKind.TRADE.value, side, traded, best, order_id, reason, maker_id, owner)
    state["last_trade"], state["traded"] = best, 1
    if traded < maker["quantity"]:
        maker["quantity"] -= traded
        level["volume"] -= traded
    else:
        leave_queue(book, BOOK_ROW, slot)
        state["live_orders"] -= 1
        erase(book.ids, state["id_shift"], maker_id, slot)
        free_slot(book, slot)
    return leaves - traded, count


@internal
def reject(message: Record, reason: int, events: RecordArray, count: int) -> int:
    """Answer a message that the rules do not allow."""
    return write(
        events,
        count,
        EventKind.REJECTED.value,
        int64(message["side"]),
        int64(message["quantity"]),
        int64(message["price_ticks"]),
        message["order_id"],
        reason,
    )
