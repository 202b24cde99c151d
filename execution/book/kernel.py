"""Messages by order id, one or an array of them, compiled: the border of the book."""

from __future__ import annotations

import numpy as np

from execution.book.amendments import reduce_order, replace_order
from execution.book.bits import prefetch
from execution.book.compiled import compiled, inlined, int64, internal
from execution.book.core import EVENTS_PER_TOUCH, Refusal, begin_prints, event_bound, holds_price, woken
from execution.book.events import write
from execution.book.ids import find, tag_of
from execution.book.layout import (
    MAX_ABS_PRICE_TICKS,
    NIL,
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
from execution.book.matching import cancel_out, crosses, fillable
from execution.book.plain import apply_plain, reject
from execution.book.queues import is_full
from execution.book.stops import act, is_reached, pend
from execution.book.trading import trade_and_expire, trade_and_rest

__all__ = ["Refusal", "apply", "apply_unbounded", "process", "screen"]

ORDERS_IN_CACHE = 8192  # that need no prefetch
FAR_AHEAD, NEAR_AHEAD, NEXT_AHEAD = 12, 8, 4  # messages


@compiled
def process(book: BookArrays, messages: RecordArray, events: RecordArray) -> tuple[int, int, int]:
    """Apply screened messages in order; return how many were applied, the events written, and 0 or a Refusal.

    Stops at the first refused message. Each writes no event outside of `events`, whatever its length.
    """
    count, is_large = int64(0), book.state[0]["used_slots"] > ORDERS_IN_CACHE
    if len(book.ids) == 0:
        return 0, 0, Refusal.NO_IDS.value
    for i in range(len(messages)):
        if is_large:
            _look_ahead(book, messages, i)
        after = _apply(book, messages[i], events, count)
        if after < 0:
            return i, count, after
        count = after
    return len(messages), count, 0


@inlined
def _look_ahead(book: BookArrays, messages: RecordArray, at: int) -> None:
    """Ask for what messages to come will need: the id's bucket, then the order, then its neighbours."""
    last, shift = len(messages) - 1, book.state[0]["id_shift"]
    prefetch(book.ids, tag_of(messages[min(at + FAR_AHEAD, last)]["order_id"]) >> shift)
    near = book.ids[tag_of(messages[min(at + NEAR_AHEAD, last)]["order_id"]) >> shift]
    prefetch(book.orders, np.uint64(np.uint32(near)))
    next_id = messages[min(at + NEXT_AHEAD, last)]["order_id"]
    following = book.orders[np.uint32(book.ids[tag_of(next_id) >> shift])]
    prefetch(book.orders, np.uint64(following["next"]))
    prefetch(book.orders, np.uint64(following["prev"]))


@compiled
def apply(book: BookArrays, message: Record, events: RecordArray, count: int) -> int:
    """Apply one screened message, writing events from `count` on; return the new count, or a Refusal."""
    if len(book.ids) == 0:
        return Refusal.NO_IDS.value
    return _apply(book, message, events, int64(count))


@compiled
def screen(messages: RecordArray) -> tuple[int, int, int]:
    """Place of the first message that no book takes (else NIL), and the lowest and highest price named."""
    low, high = MAX_ABS_PRICE_TICKS, -MAX_ABS_PRICE_TICKS
    for i in range(len(messages)):
        message = messages[i]
        kind, price, stop = message["kind"], int64(message["price_ticks"]), int64(message["stop_ticks"])
        if kind <= MessageKind.CANCEL:
            # Without branches: which of these kinds comes next cannot be foretold.
            is_cancel, is_priced = kind == MessageKind.CANCEL, kind & 1 == 0
            fits = (message["quantity"] >= 1) & (message["side"] * message["side"] == 1)
            fits &= message["self_trade"] <= SelfTrade.DECREMENT
            low, high = min(low, price if is_priced else low), max(high, price if is_priced else high)
            if fits | is_cancel and low >= -MAX_ABS_PRICE_TICKS and high <= MAX_ABS_PRICE_TICKS:
                continue
            return i, low, high
        if is_bad(message):
            return i, low, high
        is_priced = kind != MessageKind.MARKET and kind != MessageKind.STOP and kind != MessageKind.REDUCE
        if is_priced and kind < MessageKind.HALT:
            low, high = min(low, price), max(high, price)
        if kind == MessageKind.STOP or kind == MessageKind.STOP_LIMIT or kind == MessageKind.REPLACE:
            low, high = min(low, stop), max(high, stop)
        if low < -MAX_ABS_PRICE_TICKS or high > MAX_ABS_PRICE_TICKS:
            return i, low, high
    return NIL, low, high


@internal
def is_bad(message: Record) -> bool:
    """Whether kind, side, quantity, display or self_trade is none that a book takes."""
    kind = message["kind"]
    if kind > MessageKind.RESUME or message["self_trade"] > SelfTrade.DECREMENT:
        return True
    if kind >= MessageKind.HALT:
        return False
    if message["quantity"] < 1:
        return True
    if kind == MessageKind.ICEBERG and not 1 <= message["display"] <= message["quantity"]:
        return True
    return bool(kind < MessageKind.REDUCE and abs(message["side"]) != 1)


@inlined
def _apply(book: BookArrays, message: Record, events: RecordArray, count: int) -> int:
    """Apply one message: the common ones here, the others out of line."""
    after = apply_plain(book, message, events, count)
    return after if after != Refusal.NOT_PLAIN else _apply_rare(book, message, events, count)


@internal
def _apply_rare(book: BookArrays, message: Record, events: RecordArray, count: int) -> int:
    """Apply one message that is not plain, if its events have room."""
    state, quantity = book.state[0], int64(message["quantity"])
    if message["kind"] == MessageKind.CANCEL:
        _, slot = find(book.ids, book.orders, state["id_shift"], message["order_id"])
        return cancel_out(book, slot, Reason.OWNER.value, events, count)
    needed = event_bound(state, quantity, int64(message["self_trade"]))
    if state["stops"] > 0:
        needed += EVENTS_PER_TOUCH * own_slices(book, message)
    if needed > len(events) - count:
        return Refusal.EVENT_ROOM.value
    return apply_unbounded(book, message, events, count)


@compiled
def own_slices(book: BookArrays, message: Record) -> int:
    """Slices of the iceberg that a message enters, which the stops that it wakes may take; 0 for others."""
    display = int64(0)
    if message["kind"] == MessageKind.ICEBERG:
        display = int64(message["display"])
    elif message["kind"] == MessageKind.REPLACE:
        _, slot = find(book.ids, book.orders, book.state[0]["id_shift"], message["order_id"])
        if slot != NO_SLOT and book.orders[slot]["kind"] == OrderKind.ICEBERG:
            display = int64(book.reserves[slot]["display"])
    return message["quantity"] // display + 1 if display > 0 else int64(0)


@compiled
def apply_unbounded(book: BookArrays, message: Record, events: RecordArray, count: int) -> int:
    """Apply one message of a kind other than CANCEL; events beyond `events` are counted but lost."""
    kind, state, order_id = message["kind"], book.state[0], message["order_id"]
    if kind == MessageKind.HALT or kind == MessageKind.RESUME:
        return _switch(state, kind, order_id, events, count)
    if state["halted"] and kind != MessageKind.REDUCE:
        return reject(message, Reason.HALTED.value, events, count)
    _, slot = find(book.ids, book.orders, state["id_shift"], order_id)
    if kind == MessageKind.REDUCE or kind == MessageKind.REPLACE:
        return _amend(book, message, slot, events, count)
    if slot != NO_SLOT:
        return reject(message, Reason.DUPLICATE_ID.value, events, count)
    begin_prints(state)
    if kind == MessageKind.STOP or kind == MessageKind.STOP_LIMIT:
        count = _enter_stop(book, message, events, count)
    else:
        count = _enter(book, message, events, count)
    return count if count < 0 else woken(book, events, count)


@internal
def _switch(state: Record, kind: int, order_id: int, events: RecordArray, count: int) -> int:
    """Stop or resume continuous trading."""
    halts = kind == MessageKind.HALT
    state["halted"] = 1 if halts else 0
    done = EventKind.HALTED.value if halts else EventKind.RESUMED.value
    return write(events, count, done, 0, 0, 0, order_id)


@internal
def _amend(book: BookArrays, message: Record, slot: np.uint32, events: RecordArray, count: int) -> int:
    """Reduce or replace the order of a slot."""
    state, order_id, quantity = book.state[0], message["order_id"], int64(message["quantity"])
    if slot == NO_SLOT:
        return write(events, count, EventKind.UNKNOWN.value, 0, 0, 0, order_id)
    if message["kind"] == MessageKind.REDUCE:
        return reduce_order(book, slot, quantity, events, count)
    price, stop = int64(message["price_ticks"]), int64(message["stop_ticks"])
    kind, self_trade = book.orders[slot]["kind"], int64(message["self_trade"])
    if kind >= OrderKind.STOP and not holds_price(state, stop):
        return Refusal.STOP_RANGE.value
    if kind != OrderKind.STOP and not holds_price(state, price):
        return Refusal.PRICE_RANGE.value
    begin_prints(state)
    count = replace_order(book, slot, quantity, price, stop, self_trade, events, count)
    return woken(book, events, count)


@internal
def _enter(book: BookArrays, message: Record, events: RecordArray, count: int) -> int:
    """Let a new order trade, and rest or expire; return the count or a Refusal."""
    kind, side, quantity = message["kind"], int64(message["side"]), int64(message["quantity"])
    price, owner = int64(message["price_ticks"]), int64(message["owner"])
    order_id, self_trade = message["order_id"], int64(message["self_trade"])
    if kind == MessageKind.FILL_OR_KILL and not fillable(book, side, quantity, price, owner, self_trade):
        return write(events, count, EventKind.EXPIRED.value, side, quantity, price, order_id)
    if kind != MessageKind.LIMIT and kind <= MessageKind.FILL_OR_KILL:
        is_market = kind == MessageKind.MARKET
        return trade_and_expire(
            book, is_market, side, quantity, price, owner, order_id, self_trade, events, count
        )
    would_trade = crosses(book.state[0], side, price)
    if kind == MessageKind.POST_ONLY and would_trade:
        return reject(message, Reason.WOULD_TRADE.value, events, count)
    if not holds_price(book.state[0], price):
        return Refusal.PRICE_RANGE.value
    # An order that crosses and still has something left to rest has emptied at least one slot.
    if is_full(book) and not would_trade:
        return Refusal.ORDER_POOL.value
    display = int64(message["display"] if kind == MessageKind.ICEBERG else 0)
    _, count = trade_and_rest(
        book, side, quantity, price, display, owner, order_id, self_trade, events, count
    )
    return count


@internal
def _enter_stop(book: BookArrays, message: Record, events: RecordArray, count: int) -> int:
    """Let a stop wait, or act at once when the last trade reached it; return the count or a Refusal."""
    state, side, price = book.state[0], int64(message["side"]), int64(message["price_ticks"])
    stop, is_limit = int64(message["stop_ticks"]), message["kind"] == MessageKind.STOP_LIMIT
    if not holds_price(state, stop):
        return Refusal.STOP_RANGE.value
    if is_limit and not holds_price(state, price):
        return Refusal.PRICE_RANGE.value
    reached = is_reached(state, side, stop)
    may_need_slot = (is_limit and not crosses(state, side, price)) if reached else True
    if may_need_slot and is_full(book):
        return Refusal.ORDER_POOL.value
    kind = OrderKind.STOP_LIMIT.value if is_limit else OrderKind.STOP.value
    quantity, owner = int64(message["quantity"]), int64(message["owner"])
    order_id, self_trade = message["order_id"], int64(message["self_trade"])
    if reached:
        return act(book, kind, side, quantity, price, stop, owner, order_id, self_trade, events, count)
    return pend(book, kind, side, quantity, price, stop, owner, order_id, self_trade, events, count)
