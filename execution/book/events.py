"""Events written, compiled."""

from __future__ import annotations

from execution.book.compiled import inlined
from execution.book.layout import NIL, Reason, RecordArray


@inlined
def write(
    events: RecordArray,
    count: int,
    kind: int,
    side: int,
    quantity: int,
    price_ticks: int,
    order_id: int,
    reason: int = Reason.NONE.value,
    maker_id: int = NIL,
    maker_owner: int = 0,
) -> int:
    """Write an event unless `events` is full; return the count that it makes either way."""
    if count < len(events):
        event = events[count]
        event["kind"] = kind
        event["side"] = side
        event["reason"] = reason
        event["quantity"] = quantity
        event["price_ticks"] = price_ticks
        event["maker_owner"] = maker_owner
        event["order_id"] = order_id
        event["maker_id"] = maker_id
    return count + 1
