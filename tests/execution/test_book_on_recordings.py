"""The matching book, fed the messages of an exchange, does what the exchange did."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass, field

from execution.book.book import OrderBook
from execution.book.layout import EventKind, RecordArray
from execution.orders import Side
from tests.shared_data import shared_path

ADD, REDUCE, DELETE, TRADE = 1, 2, 3, 4
NEVER = 0  # an id that no order has
Row = list[int]
Level = tuple[int, int]  # price [1e-4 dollars], volume


def rows_of(name: str, *, begin: int) -> list[Row]:
    """A LOBSTER file's numbers from column `begin` on."""
    with shared_path("lob", "lobster_aapl", name).open(newline="") as file:
        return [[int(cell) for cell in row[begin:]] for row in csv.reader(file)]


def recording() -> list[tuple[Row, Row]]:
    """(kind, id, size, price, side) and the ten levels after it."""
    messages = rows_of("AAPL_2012-06-21_message_10_first998.csv", begin=1)
    return list(zip(messages, rows_of("AAPL_2012-06-21_orderbook_10_first998.csv", begin=0), strict=True))


def levels_of(snapshot: Row, side: Side) -> list[Level]:
    first = 0 if side == Side.SELL else 2
    return list(zip(snapshot[first::4], snapshot[first + 1 :: 4], strict=True))


@dataclass
class Exchange:
    """A book that knows what ten recorded levels show; a level that comes into sight is one old order."""

    book: OrderBook = field(default_factory=lambda: OrderBook(centre_ticks=5_855_000))
    ids_at: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    edge: dict[Side, int] = field(default_factory=lambda: {Side.SELL: 0, Side.BUY: 2**30})
    old_orders: int = 0

    def apply(self, message: Row) -> RecordArray:
        kind, order_id, quantity, price, side = message
        if kind == ADD:
            self.ids_at[price].append(order_id)
            return self.book.limit(Side(side), quantity, price, order_id=order_id)
        if kind == TRADE:
            return self.book.immediate_or_cancel(Side(-side), quantity, price, order_id=NEVER)
        return self.book.reduce(self.living(message), quantity)

    def living(self, message: Row) -> int:
        """The order that a message is about: the one of its id, or else the level's old one."""
        known = self.book.volume_ahead(message[1]) is not None
        return message[1] if known else self.ids_at[message[3]][0]

    def known(self, levels: list[Level], side: Side) -> list[Level]:
        """Those of the levels that were within the ten before the message too."""
        return [level for level in levels if side * (level[0] - self.edge[side]) >= 0]

    def follow(self, snapshot: Row) -> None:
        """Take over the levels that come into sight, forget those that go out of it."""
        for side in (Side.SELL, Side.BUY):
            levels = levels_of(snapshot, side)
            for price, volume in set(levels) - set(self.known(levels, side)):
                self.old_orders += 1
                self.ids_at[price] = [-self.old_orders]
                self.book.limit(side, volume, price, order_id=-self.old_orders)
            self.edge[side] = levels[-1][0]
            for price, _ in set(self.shown(side)) - set(levels):
                for order_id in self.ids_at.pop(price):
                    self.book.cancel(order_id)

    def shown(self, side: Side) -> list[Level]:
        return [(level.price_ticks, level.volume) for level in self.book.depth(side, 30)]


def test_ten_levels_of_a_lobster_recording_come_out_of_its_messages() -> None:
    (_, first), *later = recording()
    exchange = Exchange()
    exchange.follow(first)
    for message, snapshot in later:
        if message[0] <= TRADE:
            exchange.apply(message)
        for side in (Side.SELL, Side.BUY):
            expected = exchange.known(levels_of(snapshot, side), side)
            assert exchange.shown(side)[:10] == expected, message
        exchange.follow(snapshot)


def test_the_exchange_traded_with_the_order_at_the_front_of_our_queue() -> None:
    (_, first), *later = recording()
    exchange, trades = Exchange(), 0
    exchange.follow(first)
    for message, snapshot in later:
        if message[0] == TRADE:
            expected = (EventKind.TRADE, exchange.living(message), *message[2:4])
            events = exchange.apply(message)[["kind", "maker_id", "quantity", "price_ticks"]]
            assert events.tolist() == [expected], message
            trades += 1
        elif message[0] < TRADE:
            exchange.apply(message)
        exchange.follow(snapshot)
    assert trades == sum(message[0] == TRADE for message, _ in later) > 90
