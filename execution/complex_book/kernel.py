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

from execution.book.compiled import compiled, int64, internal
from execution.book.core import Refusal, holds_price
from execution.book.layout import MessageKind, Record, RecordArray
from execution.book.queues import is_full
from execution.complex_book.layout import Label, Party, book_at, events_of, leg_at, state_at, volume_of
from execution.complex_book.pricing import (
    FAR,
    NO_LEG,
    best_implied,
    best_or_far,
    oldest_crossed,
    package_cost,
)
from execution.complex_book.trading import (
    atomic,
    send,
    single,
    take_leg,
    take_legs,
    take_packages,
    use_maker,
    write_trade,
)


@compiled
def process(
    venues: RecordArray,
    messages: RecordArray,
    outcomes: RecordArray,
    trades: RecordArray,
    begin: int,
    count: int,
) -> tuple[int, int, int]:
    """Apply messages from `begin` on; return how many are done, the trades written, and 0 or a Refusal.

    venues: shape (1,) VENUE. Stops at the first refused message, of which nothing has happened. outcomes:
    what each order has left, and whether that rests; of a cancellation what it took out.
    """
    venue, count = venues[0], int64(count)
    for i in range(int64(begin), len(messages)):
        message, outcome = messages[i], outcomes[i]
        outcome["rests"] = 0
        if message["kind"] == MessageKind.CANCEL:
            outcome["leaves"] = _cancel(venue, message)
            continue
        refusal = _refusal(venue, message, len(trades) - count)
        if refusal != 0:
            return i, count, refusal
        leaves, count = _trade(venue, message, i, trades, count)
        if leaves > 0 and message["kind"] == MessageKind.LIMIT:
            leaves, count = _rest(venue, message, leaves, i, trades, count)
            outcome["rests"] = 1 if leaves > 0 else 0
        outcome["leaves"] = leaves
    return len(messages), count, 0


@internal
def _refusal(venue: Record, message: Record, room: int) -> int:
    """Why a new order cannot be taken, before anything of it has happened; 0 where it can."""
    if message["kind"] == MessageKind.LIMIT:
        book = book_at(venue, message["book"])
        if not holds_price(book.state[0], int64(message["price_ticks"])):
            return int64(Refusal.PRICE_RANGE.value)
        if is_full(book):
            return int64(Refusal.ORDER_POOL.value)
    lives = int64(0)
    for number in range(venue["book_count"]):
        lives += state_at(venue, number)["live_orders"]
    # A trade of packages ends an order or uses up a level's whole ratios; in each leg it meets orders that it
    # ends and one more, or has two prices.
    bound = 2 * (venue["leg_books"] + 1) * (2 * lives + venue["book_count"] + 2)
    bound = min(bound, int64(message["quantity"]) * venue["most_trades"])
    return int64(0) if room >= bound else int64(Refusal.EVENT_ROOM.value)


@internal
def _cancel(venue: Record, message: Record) -> int:
    """Take an order out; return its quantity, 0 where it does not live."""
    whose = Party(int64(message["order_id"]), int64(0))
    kind, nothing = MessageKind.CANCEL.value, int64(0)
    send(venue, int64(message["book"]), kind, nothing, nothing, nothing, whose)
    return int64(events_of(venue)[0]["quantity"])


@internal
def _trade(venue: Record, message: Record, index: int, trades: RecordArray, count: int) -> tuple[int, int]:
    """Let a new order trade with all that it may; return what is left and the count."""
    side, number = int64(message["side"]), int64(message["book"])
    taker = Party(int64(message["order_id"]), int64(message["owner"]))
    limit = side * (FAR - 1) if message["kind"] == MessageKind.MARKET else int64(message["price_ticks"])
    leaves, alone = int64(message["quantity"]), single(index, message["ts_ns"])
    if number < venue["leg_books"]:
        return _trade_leg(venue, number, side, leaves, limit, taker, alone, trades, count)
    instrument = int64(number - venue["leg_books"])
    return _trade_packages(venue, instrument, side, leaves, limit, taker, alone, trades, count)


@internal
def _trade_leg(
    venue: Record,
    number: int,
    side: int,
    leaves: int,
    limit_ticks: int,
    taker: Party,
    alone: Label,
    trades: RecordArray,
    count: int,
) -> tuple[int, int]:
    """Let a leg order trade with real orders and implied ones; return what is left and the count."""
    while leaves > 0:
        real = best_or_far(state_at(venue, number), side)
        implied, instrument, at, packages = best_implied(venue, number, side, leaves)
        is_implied = side * (real - implied) > 0
        best = implied if is_implied else real
        if side * (limit_ticks - best) < 0:
            break
        if not is_implied:
            traded = min(leaves, volume_of(venue, number, real))
            count = take_leg(venue, number, side, traded, taker, alone, trades, count)
            leaves -= traded
            continue
        leg, label = leg_at(venue, at), atomic(venue, instrument, packages, alone)
        maker, count = use_maker(venue, -side * leg["sign"], at, label, trades, count)
        traded = packages * leg["ratio"]
        count = write_trade(trades, count, label, number, side, traded, implied, taker, maker)
        leaves -= traded
    return leaves, count


@internal
def _trade_packages(
    venue: Record,
    instrument: int,
    side: int,
    leaves: int,
    limit_ticks: int,
    taker: Party,
    alone: Label,
    trades: RecordArray,
    count: int,
) -> tuple[int, int]:
    """Let a complex order trade with complex orders and with legs; return what is left and the count."""
    while leaves > 0:
        real = best_or_far(state_at(venue, venue["leg_books"] + instrument), side)
        implied, packages = package_cost(venue, instrument, side, int64(NO_LEG))
        is_implied = packages > 0 and side * (real - implied) > 0
        best = implied if is_implied else real
        if side * (limit_ticks - best) < 0:
            break
        if not is_implied:
            traded = min(leaves, volume_of(venue, venue["leg_books"] + instrument, real))
            count = take_packages(venue, instrument, side, traded, real, taker, alone, trades, count)
            leaves -= traded
            continue
        label = atomic(venue, instrument, min(packages, leaves), alone)
        count = take_legs(venue, side, int64(NO_LEG), taker, label, trades, count)
        leaves -= label.packages
    return leaves, count


@internal
def _rest(
    venue: Record, message: Record, leaves: int, index: int, trades: RecordArray, count: int
) -> tuple[int, int]:
    """Let what is left of an order rest, and packages that it completes trade; return leaves and count."""
    number, side, price = int64(message["book"]), int64(message["side"]), int64(message["price_ticks"])
    maker, before = Party(int64(message["order_id"]), int64(message["owner"])), count
    send(venue, number, MessageKind.LIMIT.value, side, leaves, price, maker)
    if number >= venue["leg_books"]:
        return leaves, count
    alone = single(index, message["ts_ns"])
    while True:
        instrument, resting, packages = oldest_crossed(venue, number, side)
        if packages == 0:
            break
        label = atomic(venue, instrument, packages, alone)
        _, count = use_maker(venue, resting, int64(NO_LEG), label, trades, count)
    for at in range(before, count):
        if trades[at]["buyer_id"] == maker.order_id or trades[at]["seller_id"] == maker.order_id:
            leaves -= trades[at]["quantity"]
    return leaves, count
