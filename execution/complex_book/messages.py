"""Orders as the records that compiled code takes, checked once at the border."""

from __future__ import annotations

import numpy as np

from execution.book.layout import MAX_ABS_PRICE_TICKS, MAX_QUANTITY, MessageKind, RecordArray
from execution.complex_book.layout import MESSAGE
from execution.complex_book.orders import ComplexOrder, LegOrder
from execution.errors import OrderRejectedError
from execution.orders import Side, TimeInForce


def message_of(order: ComplexOrder | LegOrder, book: int, ts_ns: int) -> RecordArray:
    """One record in an array of length 1; OrderRejectedError where a number does not fit."""
    if isinstance(order, LegOrder):
        quantity, limit, what = order.quantity, order.limit_ticks, f"{order.symbol}: quantity"
    else:
        quantity, limit, what = order.packages, order.net_limit_ticks, f"{order.instrument}: packages"
    _require(what, quantity, 1, MAX_QUANTITY)
    _require(f"{what.split(':')[0]}: limit", limit or 0, -MAX_ABS_PRICE_TICKS, MAX_ABS_PRICE_TICKS)
    _require("owner", order.owner, -(2**31), 2**31 - 1)
    _require("ts_ns", ts_ns, -(2**63), 2**63 - 1)
    if order.side not in (Side.BUY, Side.SELL):
        raise OrderRejectedError(f"side is {order.side!r}, expected +1 or -1")
    if order.time_in_force not in _KINDS:
        raise OrderRejectedError(f"time_in_force is {order.time_in_force!r}, expected a TimeInForce")
    kind = MessageKind.MARKET if limit is None else _KINDS[order.time_in_force]
    fields = (kind, order.side, book, quantity, limit or 0, order.owner, 0, ts_ns)
    return np.array([fields], MESSAGE)


def screen(messages: RecordArray, books: int) -> None:
    """Raise OrderRejectedError for the first message that no market of so many books takes."""
    kinds, sides, prices = messages["kind"], messages["side"], messages["price_ticks"]
    is_cancel = kinds == MessageKind.CANCEL
    rules = (
        ("kind", kinds <= MessageKind.CANCEL, "LIMIT, MARKET, IMMEDIATE_OR_CANCEL or CANCEL"),
        ("book", (messages["book"] >= 0) & (messages["book"] < books), f"0 to {books - 1}"),
        ("side", is_cancel | (np.abs(sides) == 1), "+1 or -1"),
        ("quantity", is_cancel | (messages["quantity"] >= 1), f"1 to {MAX_QUANTITY}"),
        ("price_ticks", np.abs(prices.astype(np.int64)) <= MAX_ABS_PRICE_TICKS, "within 2**30 of 0"),
    )
    for name, fits, expected in rules:
        if not fits.all():
            at = int(np.argmin(fits))
            raise OrderRejectedError(f"message {at}: {name} is {messages[name][at]}, expected {expected}")


_KINDS = {
    TimeInForce.DAY: MessageKind.LIMIT,
    TimeInForce.IMMEDIATE_OR_CANCEL: MessageKind.IMMEDIATE_OR_CANCEL,
}


def _require(what: str, value: object, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value <= most:
        raise OrderRejectedError(f"{what} is {value!r}, expected an integer from {least} to {most}")
