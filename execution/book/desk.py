"""One message a call from Python: what goes in and comes out lies in memory that compiled code knows.

To take seven arrays apart costs numba more than the book needs for a message. So a desk writes their
addresses down once, and a call passes one number.
"""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt

from execution.book.bits import array_at
from execution.book.compiled import compiled, int64, internal, pasted
from execution.book.core import Refusal
from execution.book.kernel import apply, is_bad
from execution.book.layout import (
    EVENT,
    LEVEL,
    MAX_ABS_PRICE_TICKS,
    MESSAGE,
    ORDER,
    RESERVE,
    STATE,
    BookArrays,
    MessageKind,
    Record,
    RecordArray,
)
from execution.book.message import unfit
from execution.book.plain import apply_plain

PAGE = 2048  # events
_FIELDS = struct.Struct("=BbBxiiiiiq")  # MESSAGE
# In the table come address and length of eight arrays, then how many events are on the page.
_WRITTEN = 16


class Desk:
    """Where a book's single messages are handed in.

    message: (1,) MESSAGE, the last one. The desk keeps the book's arrays alive and is good for these alone.
    """

    __slots__ = ("_address", "_begin", "_bytes", "_events", "_table", "arrays", "message")

    def __init__(self, arrays: BookArrays) -> None:
        self.arrays = arrays
        self.message = np.zeros(1, MESSAGE)
        self._bytes = memoryview(self.message.view(np.uint8))  # type: ignore[arg-type]
        self._table = np.zeros(_WRITTEN + 1, np.int64)
        for at, array in enumerate((*arrays, self.message)):
            self._table[2 * at : 2 * at + 2] = array.ctypes.data, len(array)
        self._address = int(self._table.ctypes.data)
        self.turn_page()

    def __reduce__(self) -> tuple[type[Desk], tuple[BookArrays]]:
        return Desk, (self.arrays,)  # a copy has other addresses

    def turn_page(self) -> None:
        """Write the events to come on a new page; those that were handed out keep theirs."""
        self._events = np.empty(PAGE, EVENT)
        self._table[_WRITTEN - 2 :] = self._events.ctypes.data, PAGE, 0
        self._begin = 0

    def write(self, fields: tuple[int, ...]) -> None:
        """Write the message, fields in MESSAGE's order; OrderRejectedError where one does not fit."""
        try:
            _FIELDS.pack_into(self._bytes, 0, *fields)
        except struct.error:
            raise unfit(fields) from None

    def apply_plain(self) -> int:
        """Apply the message by the short kernel; return 0 or more, or a Refusal."""
        return answer_plain(self._address)

    def apply(self) -> int:
        """Apply the message by the whole kernel; return 0 or more, or a Refusal."""
        return answer(self._address)

    def take_events(self, end: int) -> RecordArray:
        """What the message caused, of which apply gave the end; nothing writes over it."""
        begin, self._begin = self._begin, end
        return self._events[begin:end]

    @property
    def has_blank_page(self) -> bool:
        """Whether no events lie on the page."""
        return self._begin == 0


@compiled
def answer_plain(table: int) -> int:
    """Check and apply the message of a desk; return the page's count of events, or a Refusal.

    NOT_PLAIN too where a number is none that a book takes.
    """
    book, message, events, written = _laid_out(table)
    if message["kind"] != MessageKind.CANCEL and (message["kind"] > MessageKind.MARKET or _is_off(message)):
        return Refusal.NOT_PLAIN.value
    count = apply_plain(book, message, events, written[0])
    if count >= 0:
        written[0] = count
    return count


@compiled
def answer(table: int) -> int:
    """As answer_plain, of any kind."""
    book, message, events, written = _laid_out(table)
    if message["kind"] != MessageKind.CANCEL and _is_off(message):
        return Refusal.NOT_PLAIN.value
    count = apply(book, message, events, written[0])
    if count >= 0:
        written[0] = count
    return count


@pasted
def _laid_out(table: int) -> tuple[BookArrays, Record, RecordArray, npt.NDArray[np.int64]]:
    """The book, the message, the page of events and the count of those on it, that a desk's table names."""
    at = array_at(table, _WRITTEN + 1, np.int64)
    book = BookArrays(
        array_at(at[0], at[1], STATE),
        array_at(at[2], at[3], LEVEL),
        array_at(at[4], at[5], np.uint64),
        array_at(at[6], at[7], ORDER),
        array_at(at[8], at[9], RESERVE),
        array_at(at[10], at[11], np.uint64),
    )
    message = array_at(at[12], at[13], MESSAGE)[0]
    return book, message, array_at(at[14], at[15], EVENT), at[_WRITTEN:]


@internal
def _is_off(message: Record) -> bool:
    """Whether a number is none that a book takes, or a price is that the kind might not look at."""
    price, stop = abs(int64(message["price_ticks"])), abs(int64(message["stop_ticks"]))
    return is_bad(message) or max(price, stop) > MAX_ABS_PRICE_TICKS
