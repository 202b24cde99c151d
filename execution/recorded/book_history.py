"""The best levels of a recorded book after each message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from execution.recorded.level_ladder import LevelLadder, agree, drop_better, empty_ladder, put, take
from execution.recorded.messages import IntArray, RecordedKind, RecordedMessages, split_row
from execution.recorded.order_links import NO_ORDER, link_orders

NO_PRICE = -1
FourArrays = tuple[IntArray, IntArray, IntArray, IntArray]


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


def rebuild(
    messages: RecordedMessages,
    levels: int,
    initial: BookHistory | None = None,
    *,
    shown: BookHistory | None = None,
) -> BookHistory:
    """The book's best `levels` after each message, from an empty book or from `initial`'s last row.

    `initial` is the state before the first message; its volume belongs to orders whose ids the recording
    does not know. A message about an order that was not added in the recording takes from that volume at its
    price, as much as is there. A level that a message proves stale goes: one that an ADD would cross, and one
    better than where a TRADE was. `shown`, as many rows as messages, are recorded levels that the book is
    made to agree with after each message; a file that records only the best levels needs them.
    """
    return rebuild_checked(messages, levels, initial, shown)[0]


def rebuild_checked(
    messages: RecordedMessages, levels: int, initial: BookHistory | None, shown: BookHistory | None
) -> tuple[BookHistory, npt.NDArray[np.bool_]]:
    """The same, and (message,) where a message proved a level stale."""
    history = _blank(messages.ts_ns, levels)
    agreed = _blank(messages.ts_ns[:0], 1) if shown is None else shown
    if shown is not None and len(shown) != len(messages):
        raise ValueError(f"{len(shown)} shown rows for {len(messages)} messages, expected as many")
    ladder = ladder_before(messages, initial, spare=0 if shown is None else int(shown.bid_ticks.size))
    links = link_orders(messages.kind, messages.order_id, messages.quantity)
    stale = np.zeros(len(messages), np.bool_)
    _rebuild(
        ladder,
        messages.kind,
        messages.side,
        messages.quantity,
        messages.price_ticks,
        links.added_at != NO_ORDER,
        (agreed.bid_ticks, agreed.bid_volume, agreed.ask_ticks, agreed.ask_volume),
        (history.bid_ticks, history.bid_volume, history.ask_ticks, history.ask_volume),
        stale,
    )
    return history, stale


def undo(history: BookHistory, messages: RecordedMessages) -> BookHistory:
    """The book before the first message, one row, out of the book after it."""
    first = messages.rows(slice(1))
    after = history.rows(slice(1))
    if first.kind[0] > RecordedKind.TRADE:
        return after
    ladder = ladder_before(messages.rows(slice(0)), after, spare=1)
    side, price, quantity = int(first.side[0]), int(first.price_ticks[0]), int(first.quantity[0])
    if first.kind[0] == RecordedKind.ADD:
        take(ladder, side, price, quantity, False)
    else:
        put(ladder, side, price, quantity, quantity)
    before = _blank(after.ts_ns, history.levels)
    write_levels(ladder, 0, 0, before.bid_ticks, before.bid_volume)
    write_levels(ladder, 1, 0, before.ask_ticks, before.ask_volume)
    return before


def ladder_before(messages: RecordedMessages, initial: BookHistory | None, spare: int = 0) -> LevelLadder:
    """The level book before the first message, with room for all that the messages can add."""
    at_start = 0 if initial is None else initial.levels
    ladder = empty_ladder(at_start + spare + int(np.count_nonzero(messages.kind == RecordedKind.ADD)))
    if initial is not None and len(initial):
        for side, prices, volumes in (
            (1, initial.bid_ticks[-1], initial.bid_volume[-1]),
            (-1, initial.ask_ticks[-1], initial.ask_volume[-1]),
        ):
            for price, volume in zip(prices.tolist(), volumes.tolist(), strict=True):
                if volume > 0:
                    put(ladder, side, price, volume, volume)
    return ladder


def book_row(volume: Mapping[tuple[int, int], int]) -> BookHistory:
    """One row, as wide as its longer side, of the volumes above 0 by (side, price); its time is 0."""
    sides = {
        side: sorted(
            ((price, lots) for (of, price), lots in volume.items() if of == side and lots > 0),
            reverse=side > 0,
        )
        for side in (1, -1)
    }
    book = _blank(np.zeros(1, np.int64), max(1, *(len(levels) for levels in sides.values())))
    for side, prices, lots in ((1, book.bid_ticks, book.bid_volume), (-1, book.ask_ticks, book.ask_volume)):
        for level, (price, there) in enumerate(sides[side]):
            prices[0, level], lots[0, level] = price, there
    return book


def _blank(ts_ns: IntArray, levels: int) -> BookHistory:
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


@njit(cache=True)
def _rebuild(
    ladder: LevelLadder,
    kind: npt.NDArray[np.uint8],
    side: npt.NDArray[np.int8],
    quantity: IntArray,
    price_ticks: IntArray,
    known: npt.NDArray[np.bool_],
    shown: FourArrays,
    out: FourArrays,
    stale: npt.NDArray[np.bool_],
) -> None:
    for row in range(len(kind)):
        apply(ladder, kind[row], side[row], quantity[row], price_ticks[row], known[row], stale, row)
        if len(shown[0]):
            agree(ladder, 1, row, shown[0], shown[1])
            agree(ladder, -1, row, shown[2], shown[3])
        write_levels(ladder, 0, row, out[0], out[1])
        write_levels(ladder, 1, row, out[2], out[3])


@njit(cache=True)
def apply(
    ladder: LevelLadder,
    kind: int,
    side: int,
    quantity: int,
    price_ticks: int,
    known: bool,
    stale: npt.NDArray[np.bool_],
    row: int,
) -> None:
    """One message's change of the ladder; stale[row] when it proves levels wrong."""
    if kind == RecordedKind.ADD:
        stale[row] = drop_better(ladder, -side, price_ticks + side)
        put(ladder, side, price_ticks, quantity, 0)
    elif kind <= RecordedKind.TRADE:
        if kind == RecordedKind.TRADE:
            stale[row] = drop_better(ladder, side, price_ticks)
        take(ladder, side, price_ticks, quantity, known)


@njit(cache=True)
def write_levels(ladder: LevelLadder, side_row: int, row: int, prices: IntArray, volumes: IntArray) -> None:
    """Write the best levels of a side of the ladder into one row of (message, level) arrays."""
    last = ladder.occupied[side_row] - 1
    for level in range(min(prices.shape[1], last + 1)):
        prices[row, level] = ladder.price_ticks[side_row, last - level]
        volumes[row, level] = ladder.volume[side_row, last - level]
