"""Recorded messages as what a flow does: limit orders, cancels and market orders against the book before."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.errors import ExecutionError
from execution.recorded.book_history import BookHistory
from execution.recorded.messages import RecordedKind, RecordedMessages

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

LIMIT, CANCEL, MARKET = 0, 1, 2
_MEAN_SIZE = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowEvents:
    """One row an event of a flow, shape (event,), with the best prices just before it.

    kind: LIMIT, CANCEL (whole or in part) or MARKET. side: of the order; a market order's is its own, not
    that of what it took. quantity: lots. price_ticks: a market order's is its first trade's. row: of the
    first message.
    """

    ts_ns: IntArray
    kind: IntArray
    side: IntArray
    quantity: IntArray
    price_ticks: IntArray
    bid_ticks: IntArray
    ask_ticks: IntArray
    row: IntArray

    def __len__(self) -> int:
        return len(self.ts_ns)

    @property
    def own_best(self) -> IntArray:
        """Best price of the event's own side just before."""
        return np.where(self.side > 0, self.bid_ticks, self.ask_ticks)

    @property
    def opposite_best(self) -> IntArray:
        """Best price of the other side just before."""
        return np.where(self.side > 0, self.ask_ticks, self.bid_ticks)

    def of(self, kind: int) -> FlowEvents:
        """The events of a kind."""
        return self.where(self.kind == kind)

    def where(self, mask: npt.NDArray[np.bool_]) -> FlowEvents:
        """The events at a mask."""
        return FlowEvents(**{name: getattr(self, name)[mask] for name in FlowEvents.__dataclass_fields__})


def flow_events(messages: RecordedMessages, history: BookHistory) -> FlowEvents:
    """The events of a recording, but for those before which a side of the book was empty or crossed.

    Trades of one instant and one side are one market order. The first message has no book before it.

    Raises ExecutionError when the history does not belong to the messages or no event is left.
    """
    if len(messages) != len(history):
        raise ExecutionError(
            f"{len(history)} rows of book history, expected one after each of {len(messages)} messages"
        )
    trade = messages.kind == RecordedKind.TRADE
    first_trade = trade.copy()
    same = (np.diff(messages.ts_ns) == 0) & (np.diff(messages.side) == 0)
    first_trade[1:] &= ~(same & trade[:-1])
    group = np.cumsum(first_trade) - 1
    market_quantity = np.bincount(
        group[trade], weights=messages.quantity[trade], minlength=int(first_trade.sum())
    )
    kind = np.select(
        [messages.kind == RecordedKind.ADD, first_trade],
        [LIMIT, MARKET],
        CANCEL,
    )
    cancel = (messages.kind == RecordedKind.REDUCE) | (messages.kind == RecordedKind.DELETE)
    known = ((history.bid_volume[:, 0] > 0) & (history.ask_volume[:, 0] > 0) & ~history.crossed)[:-1]
    wanted = ((messages.kind == RecordedKind.ADD) | cancel | first_trade)[1:] & known
    row = 1 + np.flatnonzero(wanted)
    if not len(row):
        raise ExecutionError("no recorded message finds both sides of the book before it: nothing to fit")
    quantity = messages.quantity[row].copy()
    taken = kind[row] == MARKET
    quantity[taken] = np.rint(market_quantity[group[row[taken]]]).astype(np.int64)
    return FlowEvents(
        ts_ns=messages.ts_ns[row],
        kind=kind[row].astype(np.int64),
        side=np.where(taken, -1, 1) * messages.side[row].astype(np.int64),
        quantity=quantity,
        price_ticks=messages.price_ticks[row],
        bid_ticks=history.bid_ticks[row - 1, 0],
        ask_ticks=history.ask_ticks[row - 1, 0],
        row=row,
    )


def seconds_after(history: BookHistory) -> FloatArray:
    """How long each row of the history held [s], (message,); 0 where a side was empty, and for the last."""
    lasted = np.append(np.diff(history.ts_ns), 0) * 1e-9
    known = (history.bid_volume[:, 0] > 0) & (history.ask_volume[:, 0] > 0) & ~history.crossed
    return np.where(known, lasted, 0.0)


def last_known_row(history: BookHistory) -> int:
    """The last row after which both sides were there; ExecutionError when there is none."""
    known = np.flatnonzero((history.bid_volume[:, 0] > 0) & (history.ask_volume[:, 0] > 0) & ~history.crossed)
    if not len(known):
        raise ExecutionError("no row of the book history has both sides: nothing to start from")
    return int(known[-1])


def coarse_lots(events: FlowEvents) -> int:
    """How many recorded lots make one of the flow's: a power of ten that leaves the mean event 100 or more.

    The matching book counts in 32 bits, which a recording in hundred-millionths would overflow.
    """
    mean = float(events.quantity.mean())
    return int(10.0 ** math.floor(math.log10(max(mean / _MEAN_SIZE, 1.0))))
