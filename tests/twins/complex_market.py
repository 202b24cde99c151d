"""The market of legs and packages in plain Python: orders in lists, one contract or one package at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from execution.book.layout import MessageKind
from execution.complex_book.instrument import ComplexInstrument


class Order(NamedTuple):
    """kind, side, book, quantity, price_ticks: as layout.MESSAGE; order_id: of a cancellation, whose."""

    kind: int
    side: int
    book: int
    quantity: int
    price_ticks: int
    order_id: int


@dataclass(eq=False, slots=True)
class Resting:
    order_id: int
    side: int
    price: int
    quantity: int


class Traded(NamedTuple):
    message: int
    leg: int
    instrument: int
    price: int
    buyer: int
    seller: int


@dataclass(eq=False)
class SlowMarket:
    """`books` hold resting orders in order of arrival; the legs' come first, one for each symbol."""

    symbols: Sequence[str]
    instruments: Sequence[ComplexInstrument]
    reference: Sequence[int]
    books: list[list[Resting]] = field(init=False)
    last: dict[int, int] = field(default_factory=dict)
    traded: Counter[Traded] = field(default_factory=Counter)
    message: int = 0

    def __post_init__(self) -> None:
        self.books = [[] for _ in (*self.symbols, *self.instruments)]

    def apply(self, index: int, order: Order) -> int:
        """Do what one message asks for; return what it has left, or what a cancellation took out."""
        self.message = index
        if order.kind == MessageKind.CANCEL:
            return self._cancel(order)
        limit = order.side * 10**9 if order.kind == MessageKind.MARKET else order.price_ticks
        is_leg = order.book < len(self.symbols)
        left = order.quantity
        while left:
            used = self._leg_step(order, left, limit) if is_leg else self._package_step(order, limit)
            if not used:
                break
            left -= used
        if left and order.kind == MessageKind.LIMIT:
            mine = Resting(order.order_id, order.side, limit, left)
            self.books[order.book].append(mine)
            if is_leg:
                self._complete_packages(order.book)
            return mine.quantity
        return left

    def _cancel(self, order: Order) -> int:
        found = [o for o in self.books[order.book] if o.order_id == order.order_id]
        for one in found:
            self.books[order.book].remove(one)
        return sum(one.quantity for one in found)

    def _leg_step(self, order: Order, left: int, limit: int) -> int:
        """Trade one contract with a real order, or one package's worth with an implied one."""
        # Sorted: price, then real before implied, then who came first.
        offers = [(order.side * o.price, 0, o.order_id, -1) for o in self._facing(order.book, order.side)[:1]]
        for number, instrument in enumerate(self.instruments):
            price = self._implied(number, order.book, order.side)
            if price is not None and instrument.ratios[self._place(number, order.book)] <= left:
                resting = -order.side * instrument.legs[self._place(number, order.book)].side
                head = self._facing(len(self.symbols) + number, -resting)[0]
                offers.append((order.side * price, 1, head.order_id, number))
        if not offers or min(offers)[0] > order.side * limit:
            return 0
        cost, is_implied, maker_id, number = min(offers)
        if not is_implied:
            self._take(order.book, order.side, 1, order.order_id, -1)
            return 1
        at = self._place(number, order.book)
        resting = -order.side * self.instruments[number].legs[at].side
        ratio = self.instruments[number].ratios[at]
        self._make(number, resting, maker_id, without=at)
        self._use(len(self.symbols) + number, self._facing(len(self.symbols) + number, -resting)[0])
        self._write(order.book, number, order.side, ratio, order.side * cost, order.order_id, maker_id)
        return ratio

    def _package_step(self, order: Order, limit: int) -> int:
        """Trade one package with a complex order, or with the legs."""
        number = order.book - len(self.symbols)
        offers = [(order.side * o.price, 0) for o in self._facing(order.book, order.side)[:1]]
        net = self._net(number, order.side)
        if net is not None:
            offers.append((order.side * net, 1))
        if not offers or min(offers)[0] > order.side * limit:
            return 0
        cost, is_implied = min(offers)
        if is_implied:
            self._make(number, order.side, order.order_id)
        else:
            maker = self._facing(order.book, order.side)[0]
            self._use(order.book, maker)
            self._allot(number, order.side, order.side * cost, order.order_id, maker.order_id)
        return 1

    def _complete_packages(self, book: int) -> None:
        """Let complex orders trade that the legs alone can fill, the oldest first."""
        while True:
            able = []
            for number in range(len(self.instruments)):
                for side in (1, -1):
                    best = self._facing(len(self.symbols) + number, -side)[:1]
                    net = self._net(number, side)
                    if best and net is not None and side * net <= side * best[0].price:
                        able.append((best[0].order_id, number, side, best[0]))
            if not able:
                return
            maker_id, number, side, maker = min(able)
            self._make(number, side, maker_id)
            self._use(len(self.symbols) + number, maker)

    def _facing(self, book: int, side: int) -> list[Resting]:
        """Whom a taker of this side meets, best price first; sorting keeps the order of arrival."""
        return sorted((o for o in self.books[book] if o.side != side), key=lambda o: side * o.price)

    def _place(self, number: int, book: int) -> int:
        symbols = self.instruments[number].symbols
        return symbols.index(self.symbols[book]) if self.symbols[book] in symbols else -1

    def _prices(self, book: int, side: int, count: int) -> list[int] | None:
        """What each of the next `count` contracts costs; None where there are less."""
        prices = [o.price for o in self._facing(book, side) for _ in range(o.quantity)]
        return prices[:count] if len(prices) >= count else None

    def _net(self, number: int, side: int, without: int = -1) -> int | None:
        net = 0
        for at, leg in enumerate(self.instruments[number].legs):
            if at != without:
                prices = self._prices(self.symbols.index(leg.symbol), side * leg.side, leg.ratio)
                if prices is None:
                    return None
                net += leg.side * sum(prices)
        return net

    def _implied(self, number: int, book: int, side: int) -> int | None:
        """The price at which one package's worth of a leg can be had from a complex order: tried out."""
        at = self._place(number, book)
        if at < 0:
            return None
        leg = self.instruments[number].legs[at]
        resting = -side * leg.side
        best = self._facing(len(self.symbols) + number, -resting)[:1]
        others = self._net(number, resting, at)
        if not best or others is None:
            return None

        def fits(price: int) -> bool:
            return resting * (others + leg.side * leg.ratio * price) <= resting * best[0].price

        price = (leg.side * (best[0].price - others)) // leg.ratio - 2 * side
        while not fits(price):
            price += side
        while fits(price - side):
            price -= side
        return price

    def _make(self, number: int, side: int, order_id: int, without: int = -1) -> None:
        for at, leg in enumerate(self.instruments[number].legs):
            if at != without:
                self._take(self.symbols.index(leg.symbol), side * leg.side, leg.ratio, order_id, number)

    def _take(self, book: int, side: int, count: int, order_id: int, number: int) -> None:
        for _ in range(count):
            maker = self._facing(book, side)[0]
            self._use(book, maker)
            self._write(book, number, side, 1, maker.price, order_id, maker.order_id)
            self.last[book] = maker.price

    def _use(self, book: int, maker: Resting) -> None:
        maker.quantity -= 1
        if maker.quantity == 0:
            self.books[book].remove(maker)

    def _allot(self, number: int, side: int, net: int, order_id: int, maker_id: int) -> None:
        """Leg prices tick by tick: contract after contract, until they add up to the net price."""
        legs = self.instruments[number].legs
        books = [self.symbols.index(leg.symbol) for leg in legs]
        quotes = [self._quotes(book, leg.side) for book, leg in zip(books, legs, strict=True)]
        prices = [[start] * leg.ratio for (start, _), leg in zip(quotes, legs, strict=True)]
        left = net - sum(leg.side * sum(own) for leg, own in zip(legs, prices, strict=True))
        for leg, own, (_, width) in zip(legs, prices, quotes, strict=True):
            for step in range(width * leg.ratio):
                if left > 0:
                    own[step % leg.ratio] += leg.side
                    left -= 1
        # What no quote allows goes on the first leg, as a whole and then by single ticks.
        while left:
            lowest = sorted(range(legs[0].ratio), key=lambda i: legs[0].side * prices[0][i])
            i = lowest[0] if left > 0 else lowest[-1]
            prices[0][i] += legs[0].side * (1 if left > 0 else -1)
            left -= 1 if left > 0 else -1
        for book, leg, own in zip(books, legs, prices, strict=True):
            for price in own:
                self._write(book, number, side * leg.side, 1, price, order_id, maker_id)

    def _quotes(self, book: int, sign: int) -> tuple[int, int]:
        bids, asks = self._facing(book, -1), self._facing(book, 1)
        if bids and asks:
            return (bids[0].price if sign > 0 else asks[0].price), asks[0].price - bids[0].price
        one = (bids or asks)[:1]
        return (one[0].price if one else self.last.get(book, self.reference[book])), 0

    def _write(
        self, book: int, number: int, side: int, count: int, price: int, order_id: int, other: int
    ) -> None:
        buyer, seller = (order_id, other) if side > 0 else (other, order_id)
        self.traded[Traded(self.message, book, number, price, buyer, seller)] += count
