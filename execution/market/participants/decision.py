"""What every participant's decision is made of: tickets written, quotes kept or replaced, sizes drawn."""

from __future__ import annotations

import math

from execution.book.compiled import compiled
from execution.book.layout import MAX_QUANTITY
from execution.market.compiled import inner
from execution.market.layout import NO_HANDLE, Action, Record, RecordArray
from execution.random_stream import Stream, uniform


@inner
def write_ticket(
    tickets: RecordArray, count: int, action: int, side: int, quantity: int, price_ticks: int, book: int
) -> int:
    """Write a ticket with no handle and return the next count."""
    ticket = tickets[count]
    ticket["action"] = action
    ticket["side"] = side
    ticket["quantity"] = quantity
    ticket["price_ticks"] = price_ticks
    ticket["handle"] = NO_HANDLE
    ticket["book"] = book
    return count + 1


@inner
def cancel(handles: RecordArray, at: int, book: int, tickets: RecordArray, count: int) -> int:
    """Ask for the order behind a handle back; the participant believes it gone."""
    handle = handles[at]
    handle["believed"] = 0
    count = write_ticket(tickets, count, Action.CANCEL.value, handle["side"], 0, handle["price_ticks"], book)
    tickets[count - 1]["handle"] = at
    return count


@inner
def rest(
    handles: RecordArray,
    at: int,
    action: int,
    side: int,
    quantity: int,
    price_ticks: int,
    book: int,
    tickets: RecordArray,
    count: int,
) -> int:
    """Send an order that rests behind a handle."""
    handle = handles[at]
    handle["side"] = side
    handle["price_ticks"] = price_ticks
    handle["believed"] = quantity
    count = write_ticket(tickets, count, action, side, quantity, price_ticks, book)
    tickets[count - 1]["handle"] = at
    return count


@compiled
def quote(
    handles: RecordArray,
    at: int,
    side: int,
    quantity: int,
    price_ticks: int,
    book: int,
    tickets: RecordArray,
    count: int,
) -> int:
    """Have `quantity` rest at a price: an order that is there already keeps its place in the queue.

    One of another price, or of less than half the quantity, is replaced; quantity 0 only takes it out.
    """
    handle = handles[at]
    believed = handle["believed"]
    if believed > 0:
        if quantity > 0 and handle["price_ticks"] == price_ticks and quantity <= 2 * believed <= 4 * quantity:
            return count
        count = cancel(handles, at, book, tickets, count)
    if quantity > 0:
        count = rest(handles, at, Action.SLIDE.value, side, quantity, price_ticks, book, tickets, count)
    return count


@inner
def awaits_result(me: Record) -> bool:
    """Whether the participant has not yet seen what became of what it sent last."""
    return bool(me["seen_ns"] < me["last_arrival_ns"])


@compiled
def geometric(mean: float, stream: Stream) -> int:
    """A geometric size on 1, 2, ... with this mean; 1 where the mean is at most 1."""
    if mean <= 1.0:
        return 1
    drawn = math.log1p(-uniform(stream)) / math.log1p(-1.0 / mean)
    return 1 + int(min(drawn, MAX_QUANTITY // 2))


@compiled
def power_law(scale: float, exponent: float, stream: Stream) -> float:
    """A number from 0 on whose tail falls as (1 + x / scale)^-exponent."""
    return float(scale * ((1.0 - uniform(stream)) ** (-1.0 / exponent) - 1.0))
