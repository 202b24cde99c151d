"""Trades written down: of a leg alone, of packages against legs, and of packages against packages; compiled."""

from __future__ import annotations

from execution.book.compiled import inlined, int64, internal
from execution.book.layout import NO_ASK, EventKind, RecordArray, SelfTrade
from execution.book.matching import best_against, match
from execution.complex_book.layout import NO_PACKAGE, Label, Venue, book_at
from execution.complex_book.pricing import FAR

_ALLOW = SelfTrade.ALLOW.value


@inlined
def write_trade(
    trades: RecordArray,
    count: int,
    label: Label,
    leg: int,
    side: int,
    quantity: int,
    price_ticks: int,
    order_id: int,
    owner: int,
    other_id: int,
    other_owner: int,
) -> int:
    """Write a trade between two orders, side being the first's; return the count after it."""
    trade = trades[count]
    trade["leg"] = leg
    trade["instrument"] = label.instrument
    trade["package"] = label.package
    trade["packages"] = label.packages
    trade["quantity"] = quantity
    trade["price_ticks"] = price_ticks
    trade["buyer_id"] = order_id if side > 0 else other_id
    trade["seller_id"] = other_id if side > 0 else order_id
    trade["buyer_owner"] = owner if side > 0 else other_owner
    trade["seller_owner"] = other_owner if side > 0 else owner
    trade["message"] = label.message
    trade["ts_ns"] = label.ts_ns
    return count + 1


@inlined
def atomic(venue: Venue, instrument: int, packages: int, alone: Label) -> Label:
    """The label of a new atomic trade of packages, in the message of a label."""
    serial = venue.serial[0]
    venue.serial[0] = serial + 1
    return Label(int64(instrument), serial, int64(packages), alone.message, alone.ts_ns)


@inlined
def single(message: int, ts_ns: int) -> Label:
    """The label of a trade in a leg alone."""
    return Label(int64(NO_PACKAGE), int64(NO_PACKAGE), int64(0), int64(message), int64(ts_ns))


@internal
def take_leg(
    venue: Venue,
    leg: int,
    side: int,
    quantity: int,
    limit_ticks: int,
    order_id: int,
    owner: int,
    label: Label,
    trades: RecordArray,
    count: int,
) -> tuple[int, int]:
    """Trade one leg with the orders of its book; return what is left and the count."""
    events = venue.events
    leaves, written = match(
        book_at(venue, leg),
        side,
        quantity,
        limit_ticks,
        limit_ticks,
        owner,
        order_id,
        _ALLOW,
        events,
        int64(0),
    )
    for i in range(written):
        event = events[i]
        if event["kind"] == EventKind.TRADE:
            count = write_trade(
                trades,
                count,
                label,
                leg,
                side,
                int64(event["quantity"]),
                int64(event["price_ticks"]),
                order_id,
                owner,
                event["maker_id"],
                int64(event["maker_owner"]),
            )
    return leaves, count


@internal
def take_legs(
    venue: Venue,
    side: int,
    without: int,
    order_id: int,
    owner: int,
    label: Label,
    trades: RecordArray,
    count: int,
) -> int:
    """Trade every leg of the label's packages, but one, with the orders of its book; return the count.

    side: of the complex order that takes. It is known beforehand that each leg has the quantity.
    """
    for at in range(venue.first[label.instrument], venue.first[label.instrument + 1]):
        if at != without:
            direction, quantity = side * venue.sign[at], label.packages * venue.ratio[at]
            _, count = take_leg(
                venue,
                venue.leg[at],
                direction,
                quantity,
                direction * FAR,
                order_id,
                owner,
                label,
                trades,
                count,
            )
    return count


@internal
def take_off(venue: Venue, instrument: int, side: int, packages: int) -> None:
    """Take packages off the first complex order of a side, which trade with orders of legs."""
    book = book_at(venue, len(venue.reference) + instrument)
    best = int64(best_against(book.state[0], -side))
    nobody = int64(0)
    match(book, -side, packages, best, best, nobody, nobody, _ALLOW, venue.events, nobody)


@internal
def allot(
    venue: Venue,
    side: int,
    net_ticks: int,
    order_id: int,
    owner: int,
    other_id: int,
    other_owner: int,
    label: Label,
    trades: RecordArray,
    count: int,
) -> int:
    """Write a trade between two complex orders as trades of legs that add up to the net price exactly.

    Legs start at the quotes that make the package cheapest. What the net price is above that is given to one
    leg after the other, up to its other quote, and what is beyond all quotes to the first. A leg's part that
    is no multiple of its ratio makes two prices, one tick apart.
    """
    begin, end = venue.first[label.instrument], venue.first[label.instrument + 1]
    above, room = net_ticks, int64(0)
    for at in range(begin, end):
        start, width = _quotes(venue, at)
        above -= venue.sign[at] * venue.ratio[at] * start
        room += venue.ratio[at] * width
    within = max(int64(0), min(above, room))
    beyond = above - within
    for at in range(begin, end):
        start, width = _quotes(venue, at)
        sign, ratio = venue.sign[at], venue.ratio[at]
        part = min(within, ratio * width)
        within -= part
        part, beyond = part + beyond, int64(0)
        for higher in range(2):
            contracts = part % ratio if higher else ratio - part % ratio
            if contracts > 0:
                price = start + sign * (part // ratio + higher)
                quantity = label.packages * contracts
                count = write_trade(
                    trades,
                    count,
                    label,
                    venue.leg[at],
                    side * sign,
                    quantity,
                    price,
                    order_id,
                    owner,
                    other_id,
                    other_owner,
                )
    return count


@internal
def _quotes(venue: Venue, at: int) -> tuple[int, int]:
    """A leg's quote that makes a package cheapest and how far the other is; else the price last known, and 0."""
    state = book_at(venue, venue.leg[at]).state[0]
    bid, ask = int64(state["best_bid"]), int64(state["best_ask"])
    if abs(bid) < NO_ASK and abs(ask) < NO_ASK:
        return (bid if venue.sign[at] > 0 else ask), ask - bid
    if abs(bid) < NO_ASK:
        return bid, int64(0)
    if abs(ask) < NO_ASK:
        return ask, int64(0)
    if state["traded"]:
        return int64(state["last_trade"]), int64(0)
    return int64(venue.reference[venue.leg[at]]), int64(0)
