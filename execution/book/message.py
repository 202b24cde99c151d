"""Messages for the book, made and explained in Python."""

from __future__ import annotations

import numpy as np

from execution.book.layout import (
    MAX_ABS_PRICE_TICKS,
    MAX_QUANTITY,
    MESSAGE,
    MessageKind,
    RecordArray,
    SelfTrade,
)
from execution.errors import OrderRejectedError


def message(
    kind: MessageKind,
    side: int = 0,
    quantity: int = 0,
    price_ticks: int = 0,
    *,
    order_id: int = 0,
    owner: int = 0,
    display: int = 0,
    stop_ticks: int = 0,
    self_trade: SelfTrade = SelfTrade.ALLOW,
) -> RecordArray:
    """One MESSAGE record in an array of length 1; OrderRejectedError where a number does not fit."""
    fields = (kind, side, self_trade, quantity, price_ticks, display, stop_ticks, owner, order_id)
    try:
        return np.array([fields], MESSAGE)
    except OverflowError:
        raise unfit(fields) from None


def unfit(fields: tuple[int, ...]) -> OrderRejectedError:
    """Say that a message has a field that its bits cannot hold, fields in MESSAGE's order."""
    values = [int(value) if isinstance(value, int) else value for value in fields]
    return OrderRejectedError(
        f"one of {dict(zip(MESSAGE.names or (), values, strict=True))} is no integer or outside of the bits "
        "that the book keeps: 64 for order_id, 8 for side, 32 for the others"
    )


def explain(messages: RecordArray, at: int) -> str:
    """Say which field of a message no book takes."""
    one = dict(zip(messages.dtype.names or (), messages[at].item(), strict=True))
    for name, expected, fits in _rules(one):
        if not fits:
            return f"message {at}: {name} is {one[name]}, expected {expected}"
    return f"message {at} is none that the book takes"


def _rules(one: dict[str, int]) -> list[tuple[str, str, bool]]:
    """Field, what is expected of it, and whether it is so."""
    within = f"within {MAX_ABS_PRICE_TICKS} of 0"
    shown = one["kind"] != MessageKind.ICEBERG or 1 <= one["display"] <= one["quantity"]
    return [
        ("kind", "a MessageKind", one["kind"] in list(MessageKind)),
        ("self_trade", "a SelfTrade", one["self_trade"] in list(SelfTrade)),
        ("quantity", f"1 to {MAX_QUANTITY}", one["quantity"] >= 1),
        ("display", f"1 to the quantity, {one['quantity']}", shown),
        ("side", "+1 or -1", abs(one["side"]) == 1 or one["kind"] >= MessageKind.REDUCE),
        ("price_ticks", within, abs(one["price_ticks"]) <= MAX_ABS_PRICE_TICKS),
        ("stop_ticks", within, abs(one["stop_ticks"]) <= MAX_ABS_PRICE_TICKS),
    ]
