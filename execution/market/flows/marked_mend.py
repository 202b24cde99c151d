"""The book made as it was recorded where a stretch of the tape begins, by the fewest messages."""

from __future__ import annotations

from execution.book.compiled import compiled
from execution.book.layout import MAX_QUANTITY, NO_SLOT, BookArrays, MessageKind, Record
from execution.market.flows.background import THINNED, has_ask, has_bid, write_cancel, write_limit
from execution.market.flows.marked_orders import (
    best_of,
    has_level,
    is_last,
    price_behind,
    volume_at,
    youngest_own,
)
from execution.market.flows.marked_tape import MarkedParameters
from execution.random_stream import Stream, uniform


@compiled
def centre_of(book: BookArrays, state: Record, parameters: MarkedParameters, stream: Stream) -> int:
    """The price [ticks] of the anchor's best bid that puts its mid where the book's is; half ticks by chance.

    A book with one side keeps that side's best price; an empty one its last mid.
    """
    spread = parameters.anchor_ticks[state["mending"], 1, 0]
    flip = state["flip"]
    if has_bid(book) != has_ask(book):
        kept = best_of(book, 1) if has_bid(book) else best_of(book, -1)
        return int(kept if has_bid(book) == (flip > 0) else kept - flip * spread)
    if has_bid(book):
        twice = best_of(book, 1) + best_of(book, -1) - flip * spread
    else:
        twice = state["last_bid"] + state["last_ask"] - flip * spread
    if twice % 2 != 0 and uniform(stream) < 0.5:
        twice += 1
    return int(twice // 2)


@compiled
def mend(book: BookArrays, state: Record, parameters: MarkedParameters, message: Record) -> int:
    """Write the next message that makes the levels as recorded; THINNED when they are, or cannot be.

    Volume comes before it goes, and goes from behind, so that the book is never thin on the way.
    """
    for side in (1, -1):
        written = _add(book, state, parameters, side, message)
        if written != THINNED:
            return written
    for side in (1, -1):
        written = _remove(book, state, parameters, side, message)
        if written != THINNED:
            return written
    return THINNED


@compiled
def take_off(book: BookArrays, price_ticks: int, excess: int, message: Record) -> int:
    """Cancel or reduce the youngest background order of a level; THINNED when there is none to be taken."""
    slot = youngest_own(book, price_ticks)
    if slot == NO_SLOT or is_last(book, book.orders[slot]["side"], slot):
        return THINNED
    written = write_cancel(book, message, slot)
    if book.orders[slot]["quantity"] > excess:
        message["kind"] = MessageKind.REDUCE
        message["quantity"] = excess
    return written


@compiled
def _price_of(state: Record, parameters: MarkedParameters, side: int, level: int) -> int:
    recorded = 0 if side * state["flip"] > 0 else 1
    ticks = parameters.anchor_ticks[state["mending"], recorded, level]
    return int(state["centre"] + state["flip"] * ticks)


@compiled
def _volume_of(state: Record, parameters: MarkedParameters, side: int, level: int) -> int:
    recorded = 0 if side * state["flip"] > 0 else 1
    return int(parameters.anchor_volume[state["mending"], recorded, level])


@compiled
def _count(state: Record, parameters: MarkedParameters, side: int) -> int:
    """How many levels of a side the anchor has."""
    levels = parameters.anchor_volume.shape[2]
    for level in range(levels):
        if _volume_of(state, parameters, side, level) == 0:
            return level
    return int(levels)


@compiled
def _slack(volume: int) -> int:
    """By how much a level behind the best may exceed this volume and be left: half of it is like it."""
    return volume // 2


@compiled
def _remove(book: BookArrays, state: Record, parameters: MarkedParameters, side: int, message: Record) -> int:
    """The volume that the anchor does not have nearest to its last level."""
    if not (has_bid(book) if side > 0 else has_ask(book)):
        return THINNED
    level = _count(state, parameters, side) - 1
    price, best = _price_of(state, parameters, side, level) - side, best_of(book, side)
    while True:
        price = price_behind(book, -side, price)
        if not has_level(price) or side * (best - price) < 0:
            return THINNED
        while level > 0 and side * (_price_of(state, parameters, side, level) - price) < 0:
            level -= 1
        wanted = 0
        if _price_of(state, parameters, side, level) == price:
            wanted = _volume_of(state, parameters, side, level)
        excess = volume_at(book, price) - wanted
        if excess > (_slack(wanted) if level > 0 else 0):
            written = take_off(book, price, excess, message)
            if written != THINNED:
                return written


@compiled
def _add(book: BookArrays, state: Record, parameters: MarkedParameters, side: int, message: Record) -> int:
    """The first volume that the book does not have where it would not trade."""
    for level in range(_count(state, parameters, side)):
        price = _price_of(state, parameters, side, level)
        opposite = has_ask(book) if side > 0 else has_bid(book)
        if opposite and side * (best_of(book, -side) - price) <= 0:
            continue
        wanted, resting = _volume_of(state, parameters, side, level), volume_at(book, price)
        missing = wanted - resting
        if missing > (_slack(resting) if level > 0 else 0):
            return write_limit(message, side, min(missing, MAX_QUANTITY), price)
    return THINNED
