"""The arrays that a market of legs and packages hands to compiled code.

Books are numbered: first those of the legs, then those of the packages, whose prices are net. All are the
project's own order book (execution.book); compiled code finds their arrays by address.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from execution.book.compiled import inlined, int64, pasted
from execution.book.layout import (
    BOOK_ROW,
    EVENT,
    LEVEL,
    ORDER,
    RESERVE,
    STATE,
    BookArrays,
    Record,
    RecordArray,
)
from execution.book.layout import (
    MESSAGE as BOOK_MESSAGE,
)
from execution.book.queues import place_of
from execution.market.memory import array_reader, record_reader

NO_PACKAGE = -1  # of a trade between two orders for one leg

MESSAGE = np.dtype(
    [
        ("kind", "u1"),  # execution.book.layout.MessageKind: LIMIT, MARKET, IMMEDIATE_OR_CANCEL or CANCEL
        ("side", "i1"),
        ("book", "i4"),
        ("quantity", "i4"),  # contracts in a leg's book, packages in a package's
        ("price_ticks", "i4"),
        ("owner", "i4"),
        ("order_id", "i8"),  # a new order's is larger than all before it: ids tell who came first
        ("ts_ns", "i8"),
    ],
    align=True,
)
TRADE = np.dtype(
    [
        ("leg", "i4"),  # the leg's book
        ("instrument", "i4"),  # the number of the package it is part of, NO_PACKAGE
        ("package", "i8"),  # trades of one number are one atomic trade of whole packages, NO_PACKAGE
        ("packages", "i8"),  # how many the whole of it is; 0 where it is none
        ("quantity", "i8"),
        ("price_ticks", "i8"),
        ("buyer_id", "i8"),
        ("seller_id", "i8"),
        ("buyer_owner", "i4"),
        ("seller_owner", "i4"),
        ("message", "i8"),  # its place among those processed
        ("ts_ns", "i8"),
    ],
    align=True,
)
OUTCOME = np.dtype([("leaves", "i8"), ("rests", "u1")], align=True)

# A book's arrays by address and length, which is what compiled code finds them by.
BOOK = np.dtype([(f"{name}{what}", "i8") for name in BookArrays._fields for what in ("", "_length")])
LEG = np.dtype(
    [
        ("book", "i8"),
        ("ratio", "i8"),  # contracts per package
        ("sign", "i8"),  # +1 where a buyer of the package buys the leg
        ("reference", "i8"),  # its price while nobody quotes it and before it has traded [ticks]
    ]
)
PACKAGE = np.dtype([("first", "i8"), ("end", "i8")])  # its legs' places among all packages' legs
VENUE = np.dtype(
    [
        ("books", "i8"),  # address of BOOK records: the legs', then the packages'
        ("legs", "i8"),  # address of LEG records
        ("packages", "i8"),  # address of PACKAGE records
        ("events", "i8"),  # address of EVENT records, room for what one order does in one book
        ("events_length", "i8"),
        ("request", "i8"),  # address of one record of the book's own MESSAGE
        ("book_count", "i8"),
        ("leg_books", "i8"),  # how many of the books are legs'
        ("most_trades", "i8"),  # that one contract or package of an order can cause
        ("serial", "i8"),  # the next atomic trade's number
    ]
)

_book, _leg, _package = record_reader(BOOK), record_reader(LEG), record_reader(PACKAGE)
_state, _level, _order = record_reader(STATE), record_reader(LEVEL), record_reader(ORDER)
_request = record_reader(BOOK_MESSAGE)
_events, _states, _levels, _orders = map(array_reader, (EVENT, STATE, LEVEL, ORDER))
_reserves, _words = array_reader(RESERVE), array_reader(np.uint64)


class Label(NamedTuple):
    """What the rows of one trade have in common; the fields are those of TRADE."""

    instrument: int
    package: int
    packages: int
    message: int
    ts_ns: int


class Party(NamedTuple):
    """An order as one side of a trade."""

    order_id: int
    owner: int


def addressed(book: BookArrays) -> tuple[int, ...]:
    """A book's BOOK record; whoever holds it must keep the book's arrays."""
    return tuple(number for array in book for number in (int(array.ctypes.data), len(array)))


@inlined
def leg_at(venue: Record, at: int) -> Record:
    """One leg of a package, by its place among all."""
    return _leg(venue["legs"], at)


@inlined
def package_at(venue: Record, instrument: int) -> Record:
    """Where a package's legs are."""
    return _package(venue["packages"], instrument)


@inlined
def packages_in(venue: Record) -> int:
    """How many packages there are."""
    return int64(venue["book_count"] - venue["leg_books"])


@inlined
def state_at(venue: Record, number: int) -> Record:
    """The state of a book."""
    return _state(_book(venue["books"], number)["state"], 0)


@inlined
def request_of(venue: Record) -> Record:
    """The message that goes to one book next."""
    return _request(venue["request"], 0)


@inlined
def volume_of(venue: Record, number: int, price_ticks: int) -> int:
    """What is shown at a price of a book's ladder."""
    book = _book(venue["books"], number)
    place = int64(place_of(_state(book["state"], 0), BOOK_ROW, price_ticks))
    return int64(_level(book["levels"], place)["volume"])


@inlined
def head_of(venue: Record, number: int, price_ticks: int) -> Record:
    """The oldest order at an occupied price of a book."""
    book = _book(venue["books"], number)
    place = int64(place_of(_state(book["state"], 0), BOOK_ROW, price_ticks))
    return _order(book["orders"], int64(_level(book["levels"], place)["head"]))


@pasted
def occupied_in(venue: Record, number: int) -> npt.NDArray[np.uint64]:
    """Which prices of a book have orders."""
    book = _book(venue["books"], number)
    return _words(book["occupied"], book["occupied_length"])  # type: ignore[no-any-return]


@pasted
def events_of(venue: Record) -> RecordArray:
    """Room for what one order does in one book."""
    return _events(venue["events"], venue["events_length"])  # type: ignore[no-any-return]


@pasted
def book_at(venue: Record, number: int) -> BookArrays:
    """One book."""
    book = _book(venue["books"], number)
    return BookArrays(
        _states(book["state"], book["state_length"]),
        _levels(book["levels"], book["levels_length"]),
        _words(book["occupied"], book["occupied_length"]),
        _orders(book["orders"], book["orders_length"]),
        _reserves(book["reserves"], book["reserves_length"]),
        _words(book["ids"], book["ids_length"]),
    )
