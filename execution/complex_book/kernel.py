"""Orders for legs and for packages against everything that they may trade with, compiled.

The venue's rules. An order trades at the best price first; of equal prices real orders come before implied
ones, and of implied ones the oldest complex order's. Within a price of a book time decides, as in the book
itself. An implied price is made of one resting complex order and real orders of the other legs, or of real
orders of all legs: never of another implied price. A leg order trades with an implied price in whole packages
of its own quantity; what is below a ratio goes on to real orders, or rests. Where a leg order that has come
to rest completes a package together with older ones, complex orders that can pay for it trade at the prices
of the legs. Orders of one owner trade with each other.
"""

from __future__ import annotations

import numpy as np

from execution.book.compiled import compiled, inlined, int64, internal
from execution.book.core import Refusal, holds_price
from execution.book.ids import find
from execution.book.layout import NO_SLOT, BookArrays, EventKind, MessageKind, Record, RecordArray, SelfTrade
from execution.book.matching import match
from execution.book.queues import drop, is_full
from execution.book.trading import register, rest
from execution.complex_book.layout import Label, Venue, book_at
from execution.complex_book.pricing import (
    FAR,
    NO_LEG,
    best_implied,
    best_or_far,
    head_of,
    oldest_crossed,
    package_cost,
)
from execution.complex_book.trading import allot, atomic, single, take_leg, take_legs, take_off, write_trade


@compiled
def process(
    venue: Venue, messages: RecordArray, outcomes: RecordArray, trades: RecordArray, begin: int, count: int
) -> tuple[int, int, int]:
    """Apply messages from `begin` on; return how many are done, the trades written, and 0 or a Refusal.

    Stops at the first refused message, of which nothing has happened. outcomes: what each order has left, and
    whether that rests; of a cancellation what it took out.
    """
    for i in range(begin, len(messages)):
        message = messages[i]
        book, order_id = book_at(venue, message["book"]), message["order_id"]
        outcome = outcomes[i]
        if message["kind"] == MessageKind.CANCEL:
            outcome["leaves"], outcome["rests"] = _cancel(book, order_id), 0
            continue
        refusal = _refusal(venue, book, message, len(trades) - count)
        if refusal != 0:
            return i, count, refusal
        if message["book"] < len(venue.reference):
            leaves, count = _trade_leg(venue, message, i, trades, count)
        else:
            leaves, count = _trade_packages(venue, message, i, trades, count)
        outcome["leaves"], outcome["rests"] = leaves, 0
        if leaves > 0 and message["kind"] == MessageKind.LIMIT:
            leaves, count = _rest(venue, message, leaves, i, trades, count)
            outcome["leaves"], outcome["rests"] = leaves, 1 if leaves > 0 else 0
    return len(messages), count, 0


@internal
def _refusal(venue: Venue, book: BookArrays, message: Record, room: int) -> int:
    """Why a new order cannot be taken, before anything of it has happened; 0 where it can."""
    if message["kind"] == MessageKind.LIMIT:
        if not holds_price(book.state[0], int64(message["price_ticks"])):
            return Refusal.PRICE_RANGE.value
        if is_full(book):
            return Refusal.ORDER_POOL.value
    return 0 if room >= trade_bound(venue) else Refusal.EVENT_ROOM.value


@inlined
def trade_bound(venue: Venue) -> int:
    """More trades than one message can cause.

    A trade of packages ends an order or the last whole ratio of a level; in each leg it touches orders that
    end, and one more, or has two prices.
    """
    lives = int64(0)
    books = len(venue.books) // 12
    for book in range(books):
        lives += book_at(venue, book).state[0]["live_orders"]
    return int64(2 * (len(venue.reference) + 1) * (2 * lives + books + 2))


@internal
def _cancel(book: BookArrays, order_id: int) -> int:
    """Take an order out; return its quantity, 0 where it does not live."""
    _, slot = find(book.ids, book.orders, book.state[0]["id_shift"], order_id)
    if slot == NO_SLOT:
        return int64(0)
    quantity = int64(book.orders[slot]["quantity"])
    drop(book, slot)
    return quantity


@inlined
def _limit_of(message: Record) -> int:
    """The worst price that an order takes."""
    if message["kind"] == MessageKind.MARKET:
        return int64(message["side"]) * (FAR - 1)
    return int64(message["price_ticks"])


@internal
def _trade_leg(venue: Venue, message: Record, index: int, trades: RecordArray, count: int) -> tuple[int, int]:
    """Let a leg order trade with real orders and implied ones; return what is left and the count."""
    leg, side, leaves = int64(message["book"]), int64(message["side"]), int64(message["quantity"])
    order_id, owner, limit = int64(message["order_id"]), int64(message["owner"]), _limit_of(message)
    alone = single(index, message["ts_ns"])
    while leaves > 0:
        real = best_or_far(book_at(venue, leg).state[0], side)
        price, instrument, at, packages = best_implied(venue, leg, side, leaves)
        best = price if at != NO_LEG and side * (real - price) > 0 else real
        if side * (limit - best) < 0:
            break
        if best == real:
            leaves, count = take_leg(venue, leg, side, leaves, real, order_id, owner, alone, trades, count)
            continue
        count = _take_implied(
            venue, side, order_id, owner, price, at, atomic(venue, instrument, packages, alone), trades, count
        )
        leaves -= packages * venue.ratio[at]
    return leaves, count


@internal
def _take_implied(
    venue: Venue,
    side: int,
    order_id: int,
    owner: int,
    price_ticks: int,
    at: int,
    label: Label,
    trades: RecordArray,
    count: int,
) -> int:
    """Let a leg order trade with the first complex order, and that one with the other legs."""
    resting = -side * venue.sign[at]
    quantity = label.packages * venue.ratio[at]
    maker_id, maker_owner = _first_complex(venue, label.instrument, resting)
    count = write_trade(
        trades,
        count,
        label,
        venue.leg[at],
        side,
        quantity,
        price_ticks,
        order_id,
        owner,
        maker_id,
        maker_owner,
    )
    count = take_legs(venue, resting, at, maker_id, maker_owner, label, trades, count)
    take_off(venue, label.instrument, resting, label.packages)
    return count


@inlined
def _first_complex(venue: Venue, instrument: int, side: int) -> tuple[int, int]:
    """Id and owner of the first complex order of a side."""
    book = book_at(venue, len(venue.reference) + instrument)
    head = head_of(book, best_or_far(book.state[0], -side))
    return int64(head["order_id"]), int64(head["owner"])


@internal
def _trade_packages(
    venue: Venue, message: Record, index: int, trades: RecordArray, count: int
) -> tuple[int, int]:
    """Let a complex order trade with complex orders and with legs; return what is left and the count."""
    number, side, leaves = int64(message["book"]), int64(message["side"]), int64(message["quantity"])
    order_id, owner, limit = int64(message["order_id"]), int64(message["owner"]), _limit_of(message)
    instrument, alone = number - len(venue.reference), single(index, message["ts_ns"])
    while leaves > 0:
        real = best_or_far(book_at(venue, number).state[0], side)
        net, packages = package_cost(venue, instrument, side, int64(NO_LEG))
        best = net if packages > 0 and side * (real - net) > 0 else real
        if side * (limit - best) < 0:
            break
        if best == real:
            leaves, count = _meet_packages(
                venue, number, side, leaves, real, order_id, owner, alone, trades, count
            )
            continue
        label = atomic(venue, instrument, min(packages, leaves), alone)
        count = take_legs(venue, side, int64(NO_LEG), order_id, owner, label, trades, count)
        leaves -= label.packages
    return leaves, count


@internal
def _meet_packages(
    venue: Venue,
    number: int,
    side: int,
    leaves: int,
    price_ticks: int,
    order_id: int,
    owner: int,
    alone: Label,
    trades: RecordArray,
    count: int,
) -> tuple[int, int]:
    """Trade with the complex orders at a price; return what is left and the count."""
    events, instrument = venue.events, number - len(venue.reference)
    allow, zero = SelfTrade.ALLOW.value, int64(0)
    leaves, written = match(
        book_at(venue, number), side, leaves, price_ticks, price_ticks, owner, order_id, allow, events, zero
    )
    for i in range(written):
        event = events[i]
        if event["kind"] == EventKind.TRADE:
            label = atomic(venue, instrument, int64(event["quantity"]), alone)
            maker, maker_owner = event["maker_id"], int64(event["maker_owner"])
            count = allot(venue, side, price_ticks, order_id, owner, maker, maker_owner, label, trades, count)
    return leaves, count


@internal
def _rest(
    venue: Venue, message: Record, leaves: int, index: int, trades: RecordArray, count: int
) -> tuple[int, int]:
    """Let what is left of an order rest, and packages that it completes trade; return leaves and count."""
    number, side, order_id = int64(message["book"]), int64(message["side"]), int64(message["order_id"])
    book = book_at(venue, number)
    slot = rest(book, side, leaves, int64(message["price_ticks"]), int64(message["owner"]), order_id)
    register(book, order_id, slot)
    if number >= len(venue.reference):
        return leaves, count
    alone = single(index, message["ts_ns"])
    while True:
        instrument, resting, packages = oldest_crossed(venue, number, side)
        if packages == 0:
            break
        label = atomic(venue, instrument, packages, alone)
        maker_id, maker_owner = _first_complex(venue, instrument, resting)
        count = take_legs(venue, resting, int64(NO_LEG), maker_id, maker_owner, label, trades, count)
        take_off(venue, instrument, resting, packages)
    order = book.orders[np.uint32(slot)]
    return int64(order["quantity"]) if order["order_id"] == order_id else int64(0), count
