"""A taker against the other side of the book: trades, icebergs and self-trade prevention, compiled."""

from __future__ import annotations

import numpy as np

from execution.book.compiled import inlined, int64, internal
from execution.book.events import write
from execution.book.layout import (
    BOOK_ROW,
    NO_ASK,
    NO_SLOT,
    BookArrays,
    EventKind,
    OrderKind,
    Reason,
    Record,
    RecordArray,
    SelfTrade,
)
from execution.book.queues import (
    change_hidden,
    drop,
    hidden_of,
    join_queue,
    leave_queue,
    next_behind,
    place_of,
)


@inlined
def best_against(state: Record, side: int) -> int:
    """The best price that a taker of this side meets; NO_ASK or NO_BID when there is none."""
    bid, ask = state["best_bid"], state["best_ask"]
    return int(ask if side > 0 else bid)


@inlined
def crosses(state: Record, side: int, limit_ticks: int) -> bool:
    """Whether an order of this side would trade at once."""
    return bool(side * (limit_ticks - best_against(state, side)) >= 0)


@inlined
def far_limit(side: int) -> int:
    """The limit of an order that takes any price."""
    return side * (NO_ASK - 1)


@internal
def match(
    book: BookArrays,
    side: int,
    quantity: int,
    limit_ticks: int,
    price_ticks: int,
    owner: int,
    order_id: int,
    self_trade: int,
    events: RecordArray,
    count: int,
) -> tuple[int, int]:
    """Trade within limit_ticks, best price and its oldest order first; return what is left and the count.

    price_ticks is the taker's price as it was sent, for the events that name it.
    """
    state, leaves = book.state[0], quantity
    while leaves > 0 and crosses(state, side, limit_ticks):
        best = best_against(state, side)
        level = book.levels[place_of(state, BOOK_ROW, best)]
        slot = level["head"]
        maker = book.orders[slot]
        if owner != 0 and maker["owner"] == owner and self_trade != SelfTrade.ALLOW:
            leaves, count = _meet_own(
                book, slot, side, leaves, price_ticks, order_id, self_trade, events, count
            )
            continue
        traded = min(leaves, maker["quantity"])
        count = write(
            events,
            count,
            EventKind.TRADE.value,
            side,
            traded,
            best,
            order_id,
            Reason.NONE.value,
            maker["order_id"],
            int64(maker["owner"]),
        )
        leaves -= traded
        state["last_trade"], state["traded"] = best, 1
        state["high_print"] = max(state["high_print"], best)
        state["low_print"] = min(state["low_print"], best)
        count = _take_off(book, slot, traded, events, count)
    return leaves, count


@internal
def fillable(
    book: BookArrays, side: int, quantity: int, limit_ticks: int, owner: int, self_trade: int
) -> bool:
    """Whether all of a FILL_OR_KILL order would trade with others (with anybody under SelfTrade.ALLOW)."""
    state = book.state[0]
    own_matters = owner != 0 and self_trade != SelfTrade.ALLOW
    available, price = int64(0), best_against(state, side)
    while side * (limit_ticks - price) >= 0:
        level = book.levels[place_of(state, BOOK_ROW, price)]
        if own_matters:
            available, stops = _others_on(book, level, available, quantity, owner, self_trade)
            if stops:
                return available >= quantity
        else:
            available += level["volume"] + level["hidden"]
        if available >= quantity:
            return True
        price = next_behind(state, book.occupied, -side, price)
    return False


@internal
def _others_on(
    book: BookArrays, level: Record, available: int, quantity: int, owner: int, self_trade: int
) -> tuple[int, bool]:
    """Add what others have on a level; also whether the taker would meet an own order that stops it."""
    is_stopped_by_own = self_trade == SelfTrade.CANCEL_NEWEST or self_trade == SelfTrade.CANCEL_BOTH
    slot, hidden = level["head"], 0
    while slot != NO_SLOT:
        order = book.orders[slot]
        if order["owner"] != owner:
            available += order["quantity"]
            hidden += hidden_of(book, slot)
        elif is_stopped_by_own:
            return available, True
        slot = order["next"]
        if available >= quantity:
            return available, True
    return available + hidden, False


@inlined
def _take_off(book: BookArrays, slot: np.uint32, quantity: int, events: RecordArray, count: int) -> int:
    """Take quantity off what a maker shows; a used-up iceberg shows its next slice, other orders go."""
    order = book.orders[slot]
    order["quantity"] -= quantity
    price = int64(order["price_ticks"])
    book.levels[place_of(book.state[0], BOOK_ROW, price)]["volume"] -= quantity
    if order["quantity"] == 0:
        if order["kind"] == OrderKind.ICEBERG and book.reserves[slot]["hidden"] > 0:
            return _refresh(book, slot, events, count)
        drop(book, slot)
    return count


@internal
def _refresh(book: BookArrays, slot: np.uint32, events: RecordArray, count: int) -> int:
    """Show an iceberg's next slice at the back of its queue."""
    order, reserve = book.orders[slot], book.reserves[slot]
    side, price = int64(order["side"]), int64(order["price_ticks"])
    shown = int64(min(reserve["display"], reserve["hidden"]))
    change_hidden(book, slot, reserve["hidden"] - shown)
    leave_queue(book, BOOK_ROW, slot)
    order["quantity"] = shown
    join_queue(book, BOOK_ROW, slot)
    return write(events, count, EventKind.REFRESHED.value, side, shown, price, order["order_id"])


@internal
def _meet_own(
    book: BookArrays,
    slot: np.uint32,
    side: int,
    leaves: int,
    price_ticks: int,
    order_id: int,
    self_trade: int,
    events: RecordArray,
    count: int,
) -> tuple[int, int]:
    """Do what self_trade says about a maker of the taker's owner; return the taker's leaves and the count."""
    maker = book.orders[slot]
    cancelled, reason = EventKind.CANCELLED.value, Reason.SELF_TRADE.value
    taken = leaves
    if self_trade == SelfTrade.DECREMENT:
        taken = min(leaves, maker["quantity"])
        at, maker_id = int64(maker["price_ticks"]), maker["order_id"]
        count = write(events, count, cancelled, -side, taken, at, maker_id, reason)
    elif self_trade != SelfTrade.CANCEL_NEWEST:
        count = cancel_out(book, slot, reason, events, count)
    if self_trade == SelfTrade.CANCEL_OLDEST:
        return leaves, count
    count = write(events, count, cancelled, side, taken, price_ticks, order_id, reason)
    if self_trade == SelfTrade.DECREMENT:
        count = _take_off(book, slot, taken, events, count)
    return leaves - taken, count


@internal
def cancel_out(book: BookArrays, slot: np.uint32, reason: int, events: RecordArray, count: int) -> int:
    """Take a living order out whole."""
    order = book.orders[slot]
    side, price = int64(order["side"]), int64(order["price_ticks"])
    leaves, order_id = order["quantity"] + hidden_of(book, slot), order["order_id"]
    count = write(events, count, EventKind.CANCELLED.value, side, leaves, price, order_id, reason)
    drop(book, slot)
    return count
