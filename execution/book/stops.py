"""Stop orders: they wait for a trade at or beyond their trigger and wake in rounds, compiled."""

from __future__ import annotations

import numpy as np

from execution.book.compiled import inlined, int64, internal
from execution.book.events import write
from execution.book.ids import erase
from execution.book.layout import (
    BUY_STOP_ROW,
    NO_SLOT,
    SELL_STOP_ROW,
    BookArrays,
    EventKind,
    OrderKind,
    Record,
    RecordArray,
)
from execution.book.queues import empty_level, free_slot, join_queue, place_of, row_of
from execution.book.trading import place, register, trade_and_expire, trade_and_rest


@inlined
def is_reached(state: Record, side: int, stop_ticks: int) -> bool:
    """Whether the last traded price is at or beyond a trigger; before the first trade none is."""
    return bool(state["traded"] == 1 and side * (state["last_trade"] - stop_ticks) >= 0)


@internal
def pend(
    book: BookArrays,
    kind: int,
    side: int,
    quantity: int,
    price_ticks: int,
    stop_ticks: int,
    owner: int,
    order_id: int,
    self_trade: int,
    events: RecordArray,
    count: int,
) -> int:
    """Let a stop wait; return the count. kind: an OrderKind."""
    slot = place(book, kind, side, quantity, stop_ticks, owner, order_id)
    book.orders[slot]["self_trade"] = self_trade
    book.reserves[slot]["limit_ticks"] = price_ticks
    join_queue(book, row_of(book.orders[slot]), slot)
    book.state[0]["stops"] += 1
    register(book, order_id, slot)
    return write(events, count, EventKind.PENDING.value, side, quantity, stop_ticks, order_id)


@internal
def act(
    book: BookArrays,
    kind: int,
    side: int,
    quantity: int,
    price_ticks: int,
    stop_ticks: int,
    owner: int,
    order_id: int,
    self_trade: int,
    events: RecordArray,
    count: int,
) -> int:
    """Let a stop that has woken trade; return the count. kind: an OrderKind."""
    count = write(events, count, EventKind.TRIGGERED.value, side, quantity, stop_ticks, order_id)
    is_market = kind == OrderKind.STOP
    if is_market:
        return trade_and_expire(
            book, is_market, side, quantity, price_ticks, owner, order_id, self_trade, events, count
        )
    _, count = trade_and_rest(
        book, side, quantity, price_ticks, int64(0), owner, order_id, self_trade, events, count
    )
    return count


@internal
def fire(book: BookArrays, slot: np.uint32, events: RecordArray, count: int) -> int:
    """Let a stop act that has left its queue; its slot is free for what may rest of it."""
    state, order = book.state[0], book.orders[slot]
    order_id = order["order_id"]
    kind, side, quantity = int64(order["kind"]), int64(order["side"]), int64(order["quantity"])
    price, stop = int64(book.reserves[slot]["limit_ticks"]), int64(order["price_ticks"])
    owner, self_trade = int64(order["owner"]), int64(order["self_trade"])
    if len(book.ids):
        erase(book.ids, state["id_shift"], order_id, slot)
    state["stops"] -= 1
    free_slot(book, slot)
    return act(book, kind, side, quantity, price, stop, owner, order_id, self_trade, events, count)


@internal
def wake(book: BookArrays, events: RecordArray, count: int) -> int:
    """Fire the stops that the message's trades reached, round by round; return the count."""
    while True:
        slot = _next_round(book)
        if slot == NO_SLOT:
            return count
        while slot != NO_SLOT:
            following = book.orders[slot]["next"]
            count = fire(book, slot, events, count)
            slot = following


@internal
def _next_round(book: BookArrays) -> np.uint32:
    """Take the stops that were reached out of their queues, chained in the order in which they fire."""
    state = book.state[0]
    first = last = np.uint32(NO_SLOT)
    while state["buy_stop"] <= state["high_print"]:
        first, last = _chain(book, BUY_STOP_ROW, state["buy_stop"], first, last)
    while state["sell_stop"] >= state["low_print"]:
        first, last = _chain(book, SELL_STOP_ROW, state["sell_stop"], first, last)
    return first


@internal
def _chain(
    book: BookArrays, row: int, stop_ticks: int, first: np.uint32, last: np.uint32
) -> tuple[np.uint32, np.uint32]:
    """Move a whole level of stops behind the chain first ... last."""
    state, side = book.state[0], int64(1 if row == BUY_STOP_ROW else -1)
    level = book.levels[place_of(state, row, stop_ticks)]
    head, tail = level["head"], level["tail"]
    if first == NO_SLOT:
        first = head
    else:
        book.orders[last]["next"] = head
    level["head"] = level["tail"] = NO_SLOT
    level["volume"] = level["orders"] = 0
    empty_level(state, book.occupied, row, side, stop_ticks)
    return first, tail
