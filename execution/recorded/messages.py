"""Recorded order flow, one row a message, whatever file it came from."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import IntEnum

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
KindArray = npt.NDArray[np.uint8]
SideArray = npt.NDArray[np.int8]


class RecordedKind(IntEnum):
    """What a recorded message did; the codes are LOBSTER's."""

    ADD = 1
    REDUCE = 2
    DELETE = 3
    TRADE = 4
    HIDDEN_TRADE = 5
    CROSS = 6
    HALT = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedMessages:
    """Messages of one instrument in order of time; every array has shape (message,).

    A marketable order appears as the TRADEs that it made and an ADD of what was left, as in LOBSTER.

    ts_ns: nanoseconds after midnight of `date`, in the exchange's own time.
    kind: RecordedKind. HIDDEN_TRADE, CROSS and HALT leave the visible book as it is.
    order_id: the RESTING order's id; free to be used again once its order is gone.
    side: the RESTING order's, +1 a bid, -1 an ask; a trade's aggressor has the other. 0 for HALT.
    quantity: lots of `lot_size`: what was added, taken out or traded.
    price_ticks: in ticks of `tick_size` [currency]; for HALT -1 (halted), 0 (quotes resume), 1 (trading
    resumes).
    level_wise: the recording had level totals only, so that ids are made up: see
    execution/recorded/binance.py.
    """

    symbol: str
    ts_ns: IntArray
    kind: KindArray
    order_id: IntArray
    side: SideArray
    quantity: IntArray
    price_ticks: IntArray
    tick_size: float
    lot_size: float
    date: str = ""
    origin: str = ""
    level_wise: bool = False

    def __post_init__(self) -> None:
        if len({len(getattr(self, name)) for name in _COLUMNS}) != 1:
            raise ValueError("the columns of RecordedMessages must have one length")

    def __len__(self) -> int:
        return len(self.ts_ns)

    def rows(self, which: slice | npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> RecordedMessages:
        """The messages at a slice, indices or a mask; a slice copies nothing."""
        return replace(self, **{name: getattr(self, name)[which] for name in _COLUMNS})

    def between(self, start_ns: int, end_ns: int) -> RecordedMessages:
        """Messages with start_ns <= ts_ns < end_ns."""
        return self.rows(slice(*np.searchsorted(self.ts_ns, (start_ns, end_ns)).tolist()))

    def split(self, fraction: float) -> tuple[RecordedMessages, RecordedMessages]:
        """The part before a fraction of the recorded time, and the rest; BookHistory.split cuts alike."""
        row = split_row(self.ts_ns, fraction)
        return self.rows(slice(row)), self.rows(slice(row, None))


_COLUMNS = tuple(f.name for f in fields(RecordedMessages) if "Array" in str(f.type))


def split_row(ts_ns: IntArray, fraction: float) -> int:
    """First row at or after a fraction (0 to 1) of the time that a recording spans."""
    if not 0.0 <= fraction <= 1.0:
        raise ValueError(f"fraction is {fraction}, expected 0 to 1")
    if len(ts_ns) == 0 or fraction == 1.0:
        return len(ts_ns)
    start_ns, end_ns = int(ts_ns[0]), int(ts_ns[-1])
    return int(np.searchsorted(ts_ns, start_ns + round(fraction * (end_ns - start_ns))))
