"""A market of legs and packages: a Python face over the compiled kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from execution.book.book import OrderBook
from execution.book.core import Refusal
from execution.book.depth import slot_of
from execution.book.growth import living_range
from execution.book.layout import EVENT, NO_SLOT, MessageKind, RecordArray
from execution.book.layout import MESSAGE as BOOK_MESSAGE
from execution.complex_book.implied import implied_leg, implied_packages
from execution.complex_book.instrument import ComplexInstrument, ComplexLimits
from execution.complex_book.kernel import process
from execution.complex_book.ladder import Ladder
from execution.complex_book.layout import BOOK, LEG, MESSAGE, OUTCOME, PACKAGE, TRADE, VENUE, addressed
from execution.complex_book.messages import message_of, screen
from execution.complex_book.orders import ComplexOrder, LegOrder, Report
from execution.complex_book.report import report_of
from execution.complex_book.sweep import Sweep, sweep
from execution.errors import BookCapacityError, OrderRejectedError
from execution.orders import Side

_LEVELS, _ORDERS, _TRADES = 256, 256, 1024  # that a market begins with room for
_MOST_LEVELS = 2**20  # of one book


class ComplexMarket:
    """Books of legs and of packages in which all that can trade does, by the rules of complex_book.kernel.

    symbols: the legs that have a book. instruments: the packages that have one. reference_ticks: of each
    symbol, where its book begins and what it is worth while nobody quotes it, 0 where it is left out. Order
    ids are counted from 1 on over all books. Raises OrderRejectedError for a symbol or a name that comes
    twice, two packages of the same legs, and a package that the limits or the symbols do not allow.

    >>> from execution.complex_book.instrument import ComplexLeg
    >>> long = ComplexLeg(symbol="C100", ratio=1, side=Side.BUY)
    >>> short = ComplexLeg(symbol="C105", ratio=1, side=Side.SELL)
    >>> market = ComplexMarket(("C100", "C105"), (ComplexInstrument(name="vertical", legs=(long, short)),))
    >>> _ = market.submit(LegOrder(symbol="C100", side=Side.SELL, quantity=5, limit_ticks=520))
    >>> _ = market.submit(LegOrder(symbol="C105", side=Side.BUY, quantity=5, limit_ticks=310))
    >>> report = market.submit(ComplexOrder(instrument="vertical", side=Side.BUY, packages=2))
    >>> [(fill.packages, fill.net_ticks) for fill in report.package_fills]
    [(2, 210.0)]
    """

    def __init__(
        self,
        symbols: Sequence[str],
        instruments: Sequence[ComplexInstrument],
        *,
        reference_ticks: Mapping[str, int] | None = None,
        limits: ComplexLimits | None = None,
    ) -> None:
        self.symbols, self.instruments = tuple(symbols), tuple(instruments)
        _check_listing(self.symbols, self.instruments, limits or ComplexLimits())
        known = dict.fromkeys(self.symbols, 0) | dict(reference_ticks or {})
        if strange := set(known) - set(self.symbols):
            raise OrderRejectedError(f"reference_ticks: no book trades {', '.join(sorted(strange))}")
        reference = [known[symbol] for symbol in self.symbols]
        centres = reference + [_net(instrument, known) for instrument in self.instruments]
        self._books = [
            OrderBook(centre_ticks=centre, levels=_LEVELS, orders=_ORDERS, max_levels=_MOST_LEVELS)
            for centre in centres
        ]
        self._numbers = {name: at for at, name in enumerate(self.symbols)}
        self._packages = {
            instrument.name: len(self.symbols) + at for at, instrument in enumerate(self.instruments)
        }
        self._legs = _legs_of(self.instruments, self._numbers, reference)
        self._places = _packages_of(self.instruments)
        self._request = np.zeros(1, BOOK_MESSAGE)
        self._venue = np.zeros(1, VENUE)
        self._venue["book_count"], self._venue["leg_books"] = len(self._books), len(self.symbols)
        self._venue["most_trades"] = 1 + max((_most_trades(i) for i in self.instruments), default=0)
        self._trades = np.empty(_TRADES, TRADE)
        self.next_id = 1
        self._lay_out()

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Lay a copy out anew: its books are elsewhere."""
        self.__dict__.update(state)
        self._lay_out()

    def submit(self, order: ComplexOrder | LegOrder, *, ts_ns: int = 0) -> Report:
        """Let an order trade with all that it may, and rest if it has a limit and is no immediate one.

        Raises OrderRejectedError for an unknown symbol or instrument, a side that is none, and a quantity or
        price that no book takes.
        """
        number = self._number_of(order)
        message = message_of(order, number, ts_ns)
        order_id = self.next_id
        trades, outcomes = self.process(message)
        return report_of(order_id, outcomes[0], trades, self.symbols, self.instruments)

    def cancel(self, order_id: int) -> int:
        """Take an order out, of whatever book; return its quantity, 0 when it no longer lives."""
        for number, book in enumerate(self._books):
            if slot_of(book.arrays, order_id) != NO_SLOT:
                message = np.zeros(1, MESSAGE)
                message["kind"], message["book"] = MessageKind.CANCEL, number
                message["order_id"] = order_id
                return int(self.process(message)[1]["leaves"][0])
        return 0

    def process(self, messages: RecordArray) -> tuple[RecordArray, RecordArray]:
        """Apply an array of layout.MESSAGE in order; return its TRADE rows and an OUTCOME for each.

        The order of message i has the id next_id + i of before the call; a cancellation names in order_id
        whom it takes out, and what it took out is its outcome's `leaves`. With nothing done it raises
        OrderRejectedError where a message is none that a market takes, and BookCapacityError where orders of
        one book would lie more than 2**20 prices apart.
        """
        messages = messages.copy()
        screen(messages, len(self._books))
        self._check_reach(messages)
        is_new = messages["kind"] != MessageKind.CANCEL
        ids = self.next_id + np.arange(len(messages))
        messages["order_id"] = np.where(is_new, ids, messages["order_id"])
        self.next_id += len(messages)
        outcomes, done, count = np.zeros(len(messages), OUTCOME), 0, 0
        while done < len(messages):
            done, count, refusal = process(self._venue, messages, outcomes, self._trades, done, count)
            if refusal != 0:
                self._make_room(refusal, messages[done], count)
        return self._trades[:count].copy(), outcomes

    def sweep(
        self, instrument: str, side: Side, packages: int, *, net_limit_ticks: int | None = None
    ) -> Sweep:
        """What an order for packages of a taker of this side would trade now, without trading it."""
        return sweep(
            self.instrument(instrument),
            side,
            packages,
            legs=self._met_legs(instrument, side),
            complex_book=self.complex_ladder(instrument, Side(-side)),
            net_limit_ticks=net_limit_ticks,
        )

    def implied(self, instrument: str, side: Side, levels: int = 5) -> Ladder:
        """Bids (BUY) or offers (SELL) for packages that the legs' orders imply, best first."""
        legs = self._met_legs(instrument, Side(-side))
        return implied_packages(self.instrument(instrument), legs).best(levels)

    def implied_leg(self, instrument: str, symbol: str, side: Side, levels: int = 5) -> Ladder:
        """Bids (BUY) or offers (SELL) for a leg that a package's resting orders and its other legs imply."""
        package = self.instrument(instrument)
        if symbol not in package.symbols:
            raise OrderRejectedError(f"{symbol} is no leg of {instrument}")
        resting = Side(side * package.legs[package.symbols.index(symbol)].side)
        others = [
            ladder
            for name, ladder in zip(package.symbols, self._met_legs(instrument, resting), strict=True)
            if name != symbol
        ]
        packages = self.complex_ladder(instrument, resting)
        return implied_leg(package, symbol, packages, others, side).best(levels)

    def leg_book(self, symbol: str) -> OrderBook:
        """A leg's book, to read; orders go through `submit`."""
        return self._books[self._known(self._numbers, symbol, "symbol")]

    def complex_book(self, instrument: str) -> OrderBook:
        """A package's book of net prices, to read; orders go through `submit`."""
        return self._books[self._known(self._packages, instrument, "instrument")]

    def leg_ladder(self, symbol: str, side: Side) -> Ladder:
        """The real orders of a side of a leg, best first."""
        return _ladder_of(self.leg_book(symbol), side)

    def complex_ladder(self, instrument: str, side: Side) -> Ladder:
        """The real orders of a side of a package's book, best first."""
        return _ladder_of(self.complex_book(instrument), side)

    def instrument(self, name: str) -> ComplexInstrument:
        """A package by its name."""
        return self.instruments[self._known(self._packages, name, "instrument") - len(self.symbols)]

    def book_number(self, name: str) -> int:
        """What layout.MESSAGE calls the book of a symbol or an instrument."""
        return self._numbers[name] if name in self._numbers else self._known(self._packages, name, "book")

    def _met_legs(self, instrument: str, side: Side) -> list[Ladder]:
        """Of each leg the side of its book that a taker of packages meets."""
        return [
            self.leg_ladder(leg.symbol, Side(-side * leg.side)) for leg in self.instrument(instrument).legs
        ]

    def _number_of(self, order: ComplexOrder | LegOrder) -> int:
        if isinstance(order, LegOrder):
            return self._known(self._numbers, order.symbol, "symbol")
        return self._known(self._packages, order.instrument, "instrument")

    @staticmethod
    def _known(numbers: Mapping[str, int], name: str, what: str) -> int:
        if name not in numbers:
            raise OrderRejectedError(f"unknown {what} {name!r}, expected one of {', '.join(numbers)}")
        return numbers[name]

    def _check_reach(self, messages: RecordArray) -> None:
        """Raise BookCapacityError where a book could have to hold prices that lie too far apart."""
        limits = messages[messages["kind"] == MessageKind.LIMIT]
        for number in set(limits["book"].tolist()):
            prices = limits["price_ticks"][limits["book"] == number]
            low, high = int(prices.min()), int(prices.max())
            book = self._books[number].arrays
            origin, span = int(book.state["origin_ticks"][0]), int(book.state["span"][0])
            if origin <= low and high < origin + span:
                continue
            lowest, highest = living_range(book)
            if lowest <= highest:
                low, high = min(low, lowest), max(high, highest)
            if high - low >= _MOST_LEVELS:
                raise BookCapacityError(
                    f"book {number} would reach from {low} to {high} ticks, at most {_MOST_LEVELS} prices fit"
                )

    def _make_room(self, refusal: int, message: np.void, count: int) -> None:
        """Grow what the kernel refused a message for."""
        if refusal == Refusal.EVENT_ROOM:
            self._trades = np.concatenate((self._trades, np.empty(len(self._trades), TRADE)))
            return
        self._books[int(message["book"])].make_room(refusal, int(message["price_ticks"]))
        self._lay_out()

    def _lay_out(self) -> None:
        """Tell the kernel where the books are now."""
        self._addresses = np.array([addressed(book.arrays) for book in self._books], BOOK)
        self._events = np.empty(max(len(book.arrays.orders) for book in self._books), EVENT)
        arrays = {
            "books": self._addresses,
            "legs": self._legs,
            "packages": self._places,
            "events": self._events,
            "request": self._request,
        }
        for name, array in arrays.items():
            self._venue[name] = array.ctypes.data
        self._venue["events_length"] = len(self._events)


def _check_listing(
    symbols: Sequence[str], instruments: Sequence[ComplexInstrument], limits: ComplexLimits
) -> None:
    """Raise OrderRejectedError unless names are unique, packages differ and each is one the venue lists."""
    if not symbols:
        raise OrderRejectedError("no symbol is listed, expected at least one")
    names = [*symbols, *(instrument.name for instrument in instruments)]
    if len(set(names)) < len(names):
        raise OrderRejectedError(f"{', '.join(names)}: expected every symbol and instrument once")
    seen: dict[frozenset[tuple[str, int]], str] = {}
    for instrument in instruments:
        instrument.check_listed(symbols, limits)
        held = list(zip(instrument.symbols, instrument.weights, strict=True))
        for legs in (frozenset(held), frozenset((symbol, -weight) for symbol, weight in held)):
            if legs in seen:
                raise OrderRejectedError(f"{instrument.name} has the same legs as {seen[legs]}")
        seen[frozenset(held)] = instrument.name


def _most_trades(instrument: ComplexInstrument) -> int:
    """Trades of legs that one package can take: each contract apart, or two prices."""
    return sum(max(2, ratio) for ratio in instrument.ratios)


def _net(instrument: ComplexInstrument, known: Mapping[str, int]) -> int:
    return instrument.net_ticks([known[symbol] for symbol in instrument.symbols])


def _legs_of(
    instruments: Sequence[ComplexInstrument], numbers: Mapping[str, int], reference: Sequence[int]
) -> RecordArray:
    """All packages' legs, one package after the other."""
    legs = [(numbers[leg.symbol], leg) for instrument in instruments for leg in instrument.legs]
    return np.array([(at, leg.ratio, leg.side, reference[at]) for at, leg in legs], LEG)


def _packages_of(instruments: Sequence[ComplexInstrument]) -> RecordArray:
    """Where each package's legs are."""
    ends = np.cumsum([len(instrument.legs) for instrument in instruments]).tolist()
    return np.array(list(zip([0, *ends], ends, strict=False)), PACKAGE)


def _ladder_of(book: OrderBook, side: Side) -> Ladder:
    """A side of a book, best first."""
    return Ladder.sorted_of(book.depth(side, book.live_orders))
