"""The arrays that a market of legs and packages hands to compiled code.

Books are numbered: first those of the legs, then those of the packages, whose prices are net. All are the
project's own order book (execution.book); compiled code finds their arrays by address.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from execution.book.compiled import pasted
from execution.book.layout import LEVEL, ORDER, RESERVE, STATE, BookArrays, RecordArray
from execution.market.memory import array_reader

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

_states, _levels, _orders = array_reader(STATE), array_reader(LEVEL), array_reader(ORDER)
_reserves, _words = array_reader(RESERVE), array_reader(np.uint64)

IntArray = npt.NDArray[np.int64]


class Venue(NamedTuple):
    """Books and packages of one market.

    books: shape (12 * book,), address and length of each array of BookArrays. first: shape (package + 1,), where
    a package's legs begin in the next three. leg: the leg's book. ratio: contracts per package. sign: +1 where
    a buyer of the package buys the leg. reference: shape (leg,), price of a leg that nobody quotes and that
    never traded [ticks]. events: room for what one order does in one book. serial: shape (1,), the next atomic
    trade's number.
    """

    books: IntArray
    first: IntArray
    leg: IntArray
    ratio: IntArray
    sign: IntArray
    reference: IntArray
    events: RecordArray
    serial: IntArray


class Label(NamedTuple):
    """What the rows of one trade have in common; the fields are those of TRADE."""

    instrument: int
    package: int
    packages: int
    message: int
    ts_ns: int


def address_row(book: BookArrays) -> list[int]:
    """A book's row of Venue.books; whoever holds it must keep the book's arrays."""
    return [number for array in book for number in (int(array.ctypes.data), len(array))]


@pasted
def book_at(venue: Venue, book: int) -> BookArrays:
    """One book."""
    books, at = venue.books, 12 * book
    return BookArrays(
        _states(books[at], books[at + 1]),
        _levels(books[at + 2], books[at + 3]),
        _words(books[at + 4], books[at + 5]),
        _orders(books[at + 6], books[at + 7]),
        _reserves(books[at + 8], books[at + 9]),
        _words(books[at + 10], books[at + 11]),
    )
