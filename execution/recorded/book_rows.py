"""The best levels of a recorded book after each message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.recorded.level_ladder import NO_PRICE
from execution.recorded.messages import IntArray, split_row


@dataclass(frozen=True, slots=True, kw_only=True)
class BookHistory:
    """Best first along axis level, AFTER each message; no level: volume 0 and price NO_PRICE.

    ts_ns: (message,) as in RecordedMessages. The others: (message, level) in ticks and lots.
    """

    ts_ns: IntArray
    bid_ticks: IntArray
    bid_volume: IntArray
    ask_ticks: IntArray
    ask_volume: IntArray

    def __len__(self) -> int:
        return len(self.ts_ns)

    @property
    def levels(self) -> int:
        """How many levels a side are kept."""
        return int(self.bid_ticks.shape[1])

    @property
    def crossed(self) -> npt.NDArray[np.bool_]:
        """(message,): both sides are there and the best bid is at or above the best ask."""
        both = (self.bid_volume[:, 0] > 0) & (self.ask_volume[:, 0] > 0)
        return np.asarray(both & (self.bid_ticks[:, 0] >= self.ask_ticks[:, 0]))

    def rows(self, which: slice | npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> BookHistory:
        """The rows at a slice, indices or a mask; a slice copies nothing."""
        return BookHistory(
            ts_ns=self.ts_ns[which],
            bid_ticks=self.bid_ticks[which],
            bid_volume=self.bid_volume[which],
            ask_ticks=self.ask_ticks[which],
            ask_volume=self.ask_volume[which],
        )

    def between(self, start_ns: int, end_ns: int) -> BookHistory:
        """Rows with start_ns <= ts_ns < end_ns."""
        return self.rows(slice(*np.searchsorted(self.ts_ns, (start_ns, end_ns)).tolist()))

    def split(self, fraction: float) -> tuple[BookHistory, BookHistory]:
        """The part before a fraction of the recorded time, and the rest: RecordedMessages.split alike."""
        row = split_row(self.ts_ns, fraction)
        return self.rows(slice(row)), self.rows(slice(row, None))


def book_row(volume: Mapping[tuple[int, int], int]) -> BookHistory:
    """One row, as wide as its longer side, of the volumes above 0 by (side, price); its time is 0."""
    sides = {
        side: sorted(
            ((price, lots) for (of, price), lots in volume.items() if of == side and lots > 0),
            reverse=side > 0,
        )
        for side in (1, -1)
    }
    book = blank_rows(np.zeros(1, np.int64), max(1, *(len(levels) for levels in sides.values())))
    for side, prices, lots in ((1, book.bid_ticks, book.bid_volume), (-1, book.ask_ticks, book.ask_volume)):
        for level, (price, there) in enumerate(sides[side]):
            prices[0, level], lots[0, level] = price, there
    return book


def blank_rows(ts_ns: IntArray, levels: int) -> BookHistory:
    """Rows of `levels` empty levels; ValueError below one."""
    if levels < 1:
        raise ValueError(f"levels is {levels}, expected at least 1")
    shape = (len(ts_ns), levels)
    return BookHistory(
        ts_ns=ts_ns,
        bid_ticks=np.full(shape, NO_PRICE),
        bid_volume=np.zeros(shape, np.int64),
        ask_ticks=np.full(shape, NO_PRICE),
        ask_volume=np.zeros(shape, np.int64),
    )


def book_sides(book: BookHistory) -> tuple[tuple[int, IntArray, IntArray], ...]:
    """(side, prices, volumes) of the bids and of the asks."""
    return (1, book.bid_ticks, book.bid_volume), (-1, book.ask_ticks, book.ask_volume)
