"""The book by slots, compiled: what simulators and environments call, with no look-up by id.

A handle is (slot, order_id): it is dead when the slot's order_id differs or its quantity is 0. The functions
that enter an order return its slot, NO_SLOT when nothing of it rests, and the count of events after it, or a
negative Refusal with nothing done. Order ids must differ among the living; nothing here checks that.
`events` is written from `count` on. Stops that a trade reaches have woken when a function returns.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from execution.book.amendments import reduce_order
from execution.book.compiled import boolean, compiled, inlined, inlined_and_open, int64, internal
from execution.book.events import write
from execution.book.layout import (
    NO_ASK,
    NO_BID,
    NO_SLOT,
    BookArrays,
    EventKind,
    OrderKind,
    Reason,
    Record,
    RecordArray,
    SelfTrade,
)
from execution.book.matching import cancel_out, crosses
from execution.book.queues import drop, is_full
from execution.book.stops import wake
from execution.book.trading import register, rest, trade_and_expire, trade_and_rest

EVENTS_PER_TOUCH = 3  # TRADE and REFRESHED, or CANCELLED twice and REFRESHED
EVENTS_PER_TAKER = 10  # its first and last event, one touch that ends in a queue, one touch of its own rest


class Refusal(IntEnum):
    """Why a message was not applied; the book is unchanged.

    PRICE_RANGE, STOP_RANGE: price_ticks or stop_ticks is off the ladder. ORDER_POOL: no slot is free.
    EVENT_ROOM: `events` has less room left than the message may need. NO_IDS: the book knows slots alone.
    NOT_PLAIN: the message or the book is not of the kind that execution.book.plain is for.
    """

    PRICE_RANGE = -1
    STOP_RANGE = -2
    ORDER_POOL = -3
    EVENT_ROOM = -4
    NO_IDS = -5
    NOT_PLAIN = -6


@inlined
def holds_price(state: Record, price_ticks: int) -> bool:
    """Whether a price is on the ladder."""
    return bool(np.uint64(price_ticks - state["origin_ticks"]) < np.uint64(state["span"]))


@inlined
def event_bound(state: Record, quantity: int, self_trade: int) -> int:
    """More events than an order of this quantity can cause, the stops that it wakes included.

    Every touch of a maker uses up what it shows, or a taker's quantity, or removes it.
    """
    touches = state["live_orders"] + state["refills"]
    if state["stops"] == 0 and self_trade != SelfTrade.CANCEL_OLDEST:
        touches = min(touches, quantity)
    return int(EVENTS_PER_TOUCH * touches + EVENTS_PER_TAKER * (state["stops"] + 1))


@inlined
def begin_prints(state: Record) -> None:
    """Forget the trades of the message before."""
    state["high_print"] = NO_BID
    state["low_print"] = NO_ASK


@inlined
def woken(book: BookArrays, events: RecordArray, count: int) -> int:
    """Wake the stops that the message's trades reached, if any wait; return the count."""
    return wake(book, events, count) if book.state[0]["stops"] > 0 else count


@inlined_and_open
def enter_limit(
    book: BookArrays,
    side: int,
    quantity: int,
    price_ticks: int,
    owner: int,
    order_id: int,
    self_trade: int,
    events: RecordArray,
    count: int,
) -> tuple[np.uint32, int]:
    """Trade up to price_ticks and rest what is left; return its slot and the count."""
    state = book.state[0]
    if not holds_price(state, price_ticks):
        return np.uint32(NO_SLOT), Refusal.PRICE_RANGE.value
    if crosses(state, side, price_ticks):
        return _take_and_rest(book, side, quantity, price_ticks, owner, order_id, self_trade, events, count)
    if is_full(book):
        return np.uint32(NO_SLOT), Refusal.ORDER_POOL.value
    if count >= len(events):
        return np.uint32(NO_SLOT), Refusal.EVENT_ROOM.value
    slot = rest(book, side, quantity, price_ticks, owner, order_id)
    register(book, order_id, slot)
    return slot, write(events, count, EventKind.RESTED.value, side, quantity, price_ticks, order_id)


@internal
def _take_and_rest(
    book: BookArrays,
    side: int,
    quantity: int,
    price_ticks: int,
    owner: int,
    order_id: int,
    self_trade: int,
    events: RecordArray,
    count: int,
) -> tuple[np.uint32, int]:
    """Enter a limit order that crosses."""
    if event_bound(book.state[0], quantity, self_trade) > len(events) - count:
        return np.uint32(NO_SLOT), Refusal.EVENT_ROOM.value
    begin_prints(book.state[0])
    slot, count = trade_and_rest(
        book, side, quantity, price_ticks, int64(0), owner, order_id, self_trade, events, count
    )
    count = woken(book, events, count)
    rested = book.orders[slot]
    # A stop that the order woke may have taken what rested of it, and rest in its slot.
    if rested["order_id"] != order_id or rested["quantity"] == 0:
        return np.uint32(NO_SLOT), count
    return slot, count


@compiled
def enter_market(
    book: BookArrays,
    side: int,
    quantity: int,
    owner: int,
    order_id: int,
    self_trade: int,
    events: RecordArray,
    count: int,
) -> int:
    """Trade at any price; what is left expires. Return the count or a Refusal."""
    if event_bound(book.state[0], quantity, self_trade) > len(events) - count:
        return Refusal.EVENT_ROOM.value
    begin_prints(book.state[0])
    count = trade_and_expire(
        book, boolean(True), side, quantity, int64(0), owner, order_id, self_trade, events, count
    )
    return woken(book, events, count)


@compiled
def enter_immediate_or_cancel(
    book: BookArrays,
    side: int,
    quantity: int,
    price_ticks: int,
    owner: int,
    order_id: int,
    self_trade: int,
    events: RecordArray,
    count: int,
) -> int:
    """Trade up to price_ticks; what is left expires. Return the count or a Refusal."""
    if event_bound(book.state[0], quantity, self_trade) > len(events) - count:
        return Refusal.EVENT_ROOM.value
    begin_prints(book.state[0])
    count = trade_and_expire(
        book, False, side, quantity, price_ticks, owner, order_id, self_trade, events, count
    )
    return woken(book, events, count)


@inlined_and_open
def cancel_slot(book: BookArrays, slot: np.uint32, events: RecordArray, count: int) -> int:
    """Take the living order of a slot out whole; return the count or a Refusal."""
    if count >= len(events):
        return Refusal.EVENT_ROOM.value
    order = book.orders[slot]
    if order["kind"] != OrderKind.PLAIN:
        return cancel_out(book, np.uint32(slot), Reason.OWNER.value, events, count)
    count = write(
        events,
        count,
        EventKind.CANCELLED.value,
        int64(order["side"]),
        int64(order["quantity"]),
        int64(order["price_ticks"]),
        order["order_id"],
        Reason.OWNER.value,
    )
    drop(book, np.uint32(slot))
    return count


@compiled
def reduce_slot(book: BookArrays, slot: np.uint32, quantity: int, events: RecordArray, count: int) -> int:
    """Take quantity off the living order of a slot, its place kept; return the count or a Refusal."""
    if count >= len(events):
        return Refusal.EVENT_ROOM.value
    return reduce_order(book, np.uint32(slot), quantity, events, count)
