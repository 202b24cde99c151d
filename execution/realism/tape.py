"""A stretch of market as the statistics see it: every message, and the book after each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from execution.recorded.book_history import BookHistory
from execution.recorded.messages import RecordedKind, RecordedMessages, split_row

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketOrders:
    """Marketable orders put together from their executions, in the order of arrival, shape (order,).

    at: index of the first execution among the messages; last: of the last one. sign: +1 bought.
    quantity [lots]: all that it took.
    """

    at: Integers
    last: Integers
    sign: Integers
    quantity: Integers

    def __len__(self) -> int:
        return len(self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tape:
    """Messages with the book after each; ValueError where they do not go together or are too few.

    A book without bids or asks after a message has no mid there: statistics of the book leave the message
    out, and prices in between are those of the last book that had both sides.
    """

    messages: RecordedMessages
    history: BookHistory

    def __post_init__(self) -> None:
        count = len(self.messages.ts_ns)
        if len(self.history.ts_ns) != count:
            rows = len(self.history.ts_ns)
            raise ValueError(f"the book has {rows:,} rows and there are {count:,} messages, expected as many")
        if np.any(np.diff(self.messages.ts_ns) < 0):
            raise ValueError("the messages are not in the order of time")
        if count < 2 or self.messages.ts_ns[-1] <= self.messages.ts_ns[0]:
            raise ValueError(f"there are {count:,} messages that take no time, expected a stretch of market")

    def __len__(self) -> int:
        return len(self.messages.ts_ns)

    @property
    def seconds(self) -> float:
        """Time from the first message to the last."""
        return 1e-9 * float(self.messages.ts_ns[-1] - self.messages.ts_ns[0])

    @property
    def levels(self) -> int:
        """Price levels of each side that the book history keeps."""
        return self.history.levels

    def of_kind(self, *kinds: RecordedKind) -> Integers:
        """Indices of the messages of these kinds."""
        return np.flatnonzero(np.isin(self.messages.kind, kinds))

    def two_sided(self) -> Flags:
        """Whether the book has a bid and an ask after each message."""
        return np.asarray((self.history.bid_volume[:, 0] > 0) & (self.history.ask_volume[:, 0] > 0))

    def spread_ticks(self) -> Floats:
        """Best ask less best bid after each message, NaN where a side is empty."""
        spread = self.history.ask_ticks[:, 0] - self.history.bid_ticks[:, 0]
        return np.where(self.two_sided(), spread, np.nan)

    def mid_ticks(self) -> Floats:
        """Mid price after each message; where a side is empty the last one before, NaN before the first."""
        mid = 0.5 * (self.history.ask_ticks[:, 0] + self.history.bid_ticks[:, 0])
        known = np.where(self.two_sided(), np.arange(len(self)), -1)
        latest = np.maximum.accumulate(known)
        return np.where(latest >= 0, mid[latest], np.nan)

    def rows(self, which: slice) -> Tape:
        """The messages of a slice as a tape of their own."""
        return Tape(messages=self.messages.rows(which), history=self.history.rows(which))

    def split(self, fraction: float) -> tuple[Tape, Tape]:
        """The part before `fraction` of the time, and the rest."""
        row = split_row(self.messages.ts_ns, fraction)
        return self.rows(slice(row)), self.rows(slice(row, None))

    def seen_to(self, levels: int) -> Tape:
        """The tape as a recording of so many levels has it: without messages behind the last level.

        An order is seen where its price is among the best `levels` of its side before or after the message;
        executions that show no order, auctions and halts stay.
        """
        kept = self.messages.kind > RecordedKind.TRADE
        for side, ticks, volume in (
            (1, self.history.bid_ticks[:, :levels], self.history.bid_volume[:, :levels]),
            (-1, self.history.ask_ticks[:, :levels], self.history.ask_volume[:, :levels]),
        ):
            listed = (volume > 0) & (ticks == self.messages.price_ticks[:, None])
            before = (volume[:-1] > 0) & (ticks[:-1] == self.messages.price_ticks[1:, None])
            seen = listed.any(axis=1)
            seen[1:] |= before.any(axis=1)
            kept |= seen & (self.messages.side == side)
        kept[0] = True  # what the first message found is not known
        return Tape(messages=self.messages.rows(kept), history=self._cut(levels).rows(kept))

    def in_units_of(self, other: Tape) -> Tape:
        """The tape with quantities in the other's lots, rounded to whole ones.

        ValueError where the tick sizes differ: prices are compared in ticks.
        """
        own, wanted = self.messages, other.messages
        if not np.isclose(own.tick_size, wanted.tick_size, rtol=1e-9):
            raise ValueError(f"tick sizes {own.tick_size:g} and {wanted.tick_size:g} cannot be compared")
        factor = own.lot_size / wanted.lot_size
        if factor == 1.0:
            return self
        return Tape(
            messages=replace(own, quantity=_times(own.quantity, factor), lot_size=wanted.lot_size),
            history=replace(
                self.history,
                bid_volume=_times(self.history.bid_volume, factor),
                ask_volume=_times(self.history.ask_volume, factor),
            ),
        )

    def _cut(self, levels: int) -> BookHistory:
        return replace(
            self.history,
            bid_ticks=self.history.bid_ticks[:, :levels],
            bid_volume=self.history.bid_volume[:, :levels],
            ask_ticks=self.history.ask_ticks[:, :levels],
            ask_volume=self.history.ask_volume[:, :levels],
        )

    def market_orders(self) -> MarketOrders:
        """Executions against resting orders, those of one time and side in a row put together.

        A recording does not say which order traded; the matching engine writes its executions together and
        with one time stamp (LOBSTER), so that two orders of one side at the very same time count as one.
        """
        trades = self.of_kind(RecordedKind.TRADE)
        side, ts_ns = self.messages.side[trades], self.messages.ts_ns[trades]
        first = np.ones(len(trades), np.bool_)
        first[1:] = (np.diff(trades) != 1) | (np.diff(side) != 0) | (np.diff(ts_ns) != 0)
        starts = np.flatnonzero(first)
        quantity = self.messages.quantity[trades]
        totals = np.add.reduceat(quantity, starts) if len(starts) else quantity[:0]
        return MarketOrders(
            at=trades[starts],
            last=trades[np.append(starts[1:], len(trades)) - 1] if len(starts) else trades[:0],
            sign=-side[starts].astype(np.int64),
            quantity=totals.astype(np.int64),
        )


def _times(quantity: Integers, factor: float) -> Integers:
    """Quantities times a factor, whole; what was there does not round to nothing."""
    return np.where(quantity > 0, np.maximum(np.rint(quantity * factor), 1), 0).astype(np.int64)
