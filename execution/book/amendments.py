"""Orders that live, changed: cancel, reduce and replace, by slot, compiled; none of this wakes stops."""

from __future__ import annotations

import numpy as np

from execution.book.compiled import int64, internal
from execution.book.events import write
from execution.book.layout import (
    BookArrays,
    EventKind,
    OrderKind,
    Reason,
    RecordArray,
)
from execution.book.matching import cancel_out
from execution.book.queues import (
    change_hidden,
    drop,
    hidden_of,
    join_queue,
    leave_queue,
    place_of,
    row_of,
)
from execution.book.stops import fire, is_reached
from execution.book.trading import trade_and_rest


@internal
def reduce_order(book: BookArrays, slot: np.uint32, quantity: int, events: RecordArray, count: int) -> int:
    """Take quantity off an order, hidden first, its place kept; all of it when that is what it has."""
    order = book.orders[slot]
    if quantity >= order["quantity"] + hidden_of(book, slot):
        return cancel_out(book, slot, Reason.OWNER.value, events, count)
    _shrink(book, slot, quantity)
    side, price = int64(order["side"]), int64(order["price_ticks"])
    cancelled, owner = EventKind.CANCELLED.value, Reason.OWNER.value
    return write(events, count, cancelled, side, quantity, price, order["order_id"], owner)


@internal
def replace_order(
    book: BookArrays,
    slot: np.uint32,
    quantity: int,
    price_ticks: int,
    stop_ticks: int,
    self_trade: int,
    events: RecordArray,
    count: int,
) -> int:
    """Give an order new leaves and a new price; only one that falls in quantity alone keeps its place."""
    order = book.orders[slot]
    if order["kind"] >= OrderKind.STOP:
        return _replace_stop(book, slot, quantity, price_ticks, stop_ticks, events, count)
    side, owner, order_id = int64(order["side"]), int64(order["owner"]), order["order_id"]
    leaves = order["quantity"] + hidden_of(book, slot)
    count = write(events, count, EventKind.REPLACED.value, side, quantity, price_ticks, order_id)
    if price_ticks == order["price_ticks"] and quantity <= leaves:
        _shrink(book, slot, leaves - quantity)
        return count
    display = int64(book.reserves[slot]["display"] if order["kind"] == OrderKind.ICEBERG else 0)
    drop(book, slot)
    _, count = trade_and_rest(
        book, side, quantity, price_ticks, display, owner, order_id, self_trade, events, count
    )
    return count


@internal
def _replace_stop(
    book: BookArrays,
    slot: np.uint32,
    quantity: int,
    price_ticks: int,
    stop_ticks: int,
    events: RecordArray,
    count: int,
) -> int:
    """Give a waiting stop new leaves, trigger and limit; it wakes when its trigger was reached already."""
    order, reserve = book.orders[slot], book.reserves[slot]
    side, order_id = int64(order["side"]), order["order_id"]
    count = write(events, count, EventKind.REPLACED.value, side, quantity, stop_ticks, order_id)
    same_limit = order["kind"] == OrderKind.STOP or price_ticks == reserve["limit_ticks"]
    if stop_ticks == order["price_ticks"] and same_limit and quantity <= order["quantity"]:
        _shrink(book, slot, order["quantity"] - quantity)
        return count
    leave_queue(book, row_of(order), slot)
    order["quantity"], order["price_ticks"] = quantity, stop_ticks
    if order["kind"] == OrderKind.STOP_LIMIT:
        reserve["limit_ticks"] = price_ticks
    if is_reached(book.state[0], side, stop_ticks):
        return fire(book, slot, events, count)
    join_queue(book, row_of(order), slot)
    return count


@internal
def _shrink(book: BookArrays, slot: np.uint32, quantity: int) -> None:
    """Take less than all off an order in its queue, hidden first."""
    order = book.orders[slot]
    hidden = hidden_of(book, slot)
    unseen, price = min(quantity, hidden), int64(order["price_ticks"])
    if unseen > 0:
        change_hidden(book, slot, hidden - unseen)
    seen = quantity - unseen
    order["quantity"] -= seen
    book.levels[place_of(book.state[0], row_of(order), price)]["volume"] -= seen
