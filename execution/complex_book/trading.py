"""Trades made and written down: of a leg alone, of packages with legs and with packages; compiled."""

from __future__ import annotations

from execution.book.compiled import inlined, int64, internal
from execution.book.layout import NO_ASK, MessageKind, Record, RecordArray
from execution.book.plain import apply_plain
from execution.complex_book.layout import (
    NO_PACKAGE,
    Label,
    Party,
    book_at,
    events_of,
    head_of,
    leg_at,
    package_at,
    request_of,
    state_at,
)
from execution.complex_book.pricing import best_or_far


@inlined
def write_trade(
    trades: RecordArray,
    count: int,
    label: Label,
    leg: int,
    side: int,
    quantity: int,
    price_ticks: int,
    one: Party,
    other: Party,
) -> int:
    """Write a trade between two orders, side being the first's; return the count after it."""
    trade = trades[count]
    trade["leg"] = leg
    trade["instrument"] = label.instrument
    trade["package"] = label.package
    trade["packages"] = label.packages
    trade["quantity"] = quantity
    trade["price_ticks"] = price_ticks
    trade["buyer_id"] = one.order_id if side > 0 else other.order_id
    trade["seller_id"] = other.order_id if side > 0 else one.order_id
    trade["buyer_owner"] = one.owner if side > 0 else other.owner
    trade["seller_owner"] = other.owner if side > 0 else one.owner
    trade["message"] = label.message
    trade["ts_ns"] = label.ts_ns
    return count + 1


@inlined
def single(message: int, ts_ns: int) -> Label:
    """The label of trades in a leg alone."""
    return Label(int64(NO_PACKAGE), int64(NO_PACKAGE), int64(0), int64(message), int64(ts_ns))


@inlined
def atomic(venue: Record, instrument: int, packages: int, alone: Label) -> Label:
    """The label of a new atomic trade of packages, in the message of a label."""
    serial = venue["serial"]
    venue["serial"] = serial + 1
    return Label(int64(instrument), int64(serial), int64(packages), alone.message, alone.ts_ns)


@inlined
def first_complex(venue: Record, instrument: int, side: int) -> Party:
    """The first complex order of a side, which has one."""
    number = venue["leg_books"] + instrument
    head = head_of(venue, number, best_or_far(state_at(venue, number), -side))
    return Party(int64(head["order_id"]), int64(head["owner"]))


@internal
def send(
    venue: Record, number: int, kind: int, side: int, quantity: int, price_ticks: int, party: Party
) -> int:
    """Give one book a message of its own; return how many of the venue's events it has caused."""
    request = request_of(venue)
    request["kind"] = kind
    request["side"] = side
    request["quantity"] = quantity
    request["price_ticks"] = price_ticks
    request["owner"] = party.owner
    request["order_id"] = party.order_id
    return int64(apply_plain(book_at(venue, number), request, events_of(venue), int64(0)))


@inlined
def take(venue: Record, number: int, side: int, quantity: int, taker: Party) -> int:
    """Trade with the best orders of a book, that has the quantity; return the number of trades in events."""
    return send(venue, number, MessageKind.MARKET.value, side, quantity, int64(0), taker)


@internal
def take_leg(
    venue: Record,
    number: int,
    side: int,
    quantity: int,
    taker: Party,
    label: Label,
    trades: RecordArray,
    count: int,
) -> int:
    """Trade one leg with the orders of its book, that has the quantity; return the count."""
    written = take(venue, number, side, quantity, taker)
    events = events_of(venue)
    for i in range(written):
        event = events[i]
        maker = Party(int64(event["maker_id"]), int64(event["maker_owner"]))
        price, traded = int64(event["price_ticks"]), int64(event["quantity"])
        count = write_trade(trades, count, label, number, side, traded, price, taker, maker)
    return count


@internal
def take_legs(
    venue: Record, side: int, without: int, taker: Party, label: Label, trades: RecordArray, count: int
) -> int:
    """Trade every leg of the label's packages, but one, with the orders of its book; return the count.

    side: of the complex order that takes. without: the place of the leg left out, or NO_LEG. It is known
    beforehand that each leg has the quantity.
    """
    package = package_at(venue, label.instrument)
    for at in range(package["first"], package["end"]):
        if at != without:
            leg = leg_at(venue, at)
            direction, quantity = side * leg["sign"], label.packages * leg["ratio"]
            count = take_leg(venue, leg["book"], direction, quantity, taker, label, trades, count)
    return count


@internal
def use_maker(
    venue: Record, side: int, without: int, label: Label, trades: RecordArray, count: int
) -> tuple[Party, int]:
    """Let the first complex order of a side trade with legs, but one; return who it is, and the count."""
    maker = first_complex(venue, label.instrument, side)
    count = take_legs(venue, side, without, maker, label, trades, count)
    # In its own book it meets a taker of no name: a book refuses an id that lives in it.
    nobody = Party(int64(0), int64(0))
    take(venue, venue["leg_books"] + label.instrument, -side, label.packages, nobody)
    return maker, count


@internal
def take_packages(
    venue: Record,
    instrument: int,
    side: int,
    quantity: int,
    net_ticks: int,
    taker: Party,
    alone: Label,
    trades: RecordArray,
    count: int,
) -> int:
    """Trade with the complex orders at their best price, which have the quantity; return the count."""
    written = take(venue, venue["leg_books"] + instrument, side, quantity, taker)
    events = events_of(venue)
    for i in range(written):
        event = events[i]
        label = atomic(venue, instrument, event["quantity"], alone)
        maker = Party(int64(event["maker_id"]), int64(event["maker_owner"]))
        count = allot(venue, side, net_ticks, taker, maker, label, trades, count)
    return count


@internal
def allot(
    venue: Record,
    side: int,
    net_ticks: int,
    taker: Party,
    maker: Party,
    label: Label,
    trades: RecordArray,
    count: int,
) -> int:
    """Write a trade between two complex orders as trades of legs that add up to the net price exactly.

    Legs start at the quotes that make the package cheapest. What the net price is above that is given to one
    leg after the other, up to its other quote, and what is beyond all quotes to the first. A leg's part that
    is no multiple of its ratio makes two prices, one tick apart.
    """
    package = package_at(venue, label.instrument)
    above, room = net_ticks, int64(0)
    for at in range(package["first"], package["end"]):
        leg, (start, width) = leg_at(venue, at), _quotes(venue, at)
        above -= leg["sign"] * leg["ratio"] * start
        room += leg["ratio"] * width
    within = max(int64(0), min(above, room))
    beyond = above - within
    for at in range(package["first"], package["end"]):
        leg, (start, width) = leg_at(venue, at), _quotes(venue, at)
        part = min(within, leg["ratio"] * width)
        within -= part
        part, beyond = part + beyond, int64(0)
        for higher in range(2):
            contracts = part % leg["ratio"] if higher else leg["ratio"] - part % leg["ratio"]
            if contracts > 0:
                price = start + leg["sign"] * (part // leg["ratio"] + higher)
                traded, direction = label.packages * contracts, side * leg["sign"]
                count = write_trade(trades, count, label, leg["book"], direction, traded, price, taker, maker)
    return count


@internal
def _quotes(venue: Record, at: int) -> tuple[int, int]:
    """The quote that makes a package cheapest and how far off the other is; else the last price, and 0."""
    leg = leg_at(venue, at)
    state = state_at(venue, leg["book"])
    bid, ask = int64(state["best_bid"]), int64(state["best_ask"])
    if abs(bid) < NO_ASK and abs(ask) < NO_ASK:
        return (bid if leg["sign"] > 0 else ask), ask - bid
    if abs(bid) < NO_ASK:
        return bid, int64(0)
    if abs(ask) < NO_ASK:
        return ask, int64(0)
    last = int64(state["last_trade"]) if state["traded"] else int64(leg["reference"])
    return last, int64(0)
