"""The marked flow alone in one book, and what it did as a log."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from execution.book.kernel import apply
from execution.book.layout import BookArrays, EventKind, MessageKind, Record, RecordArray
from execution.market.flows.background import NEW_ORDER, THINNED
from execution.market.flows.marked import draw, next_time, observe
from execution.market.flows.marked_tape import MarkedParameters
from execution.random_stream import Stream

LOG = np.dtype(
    [("ts_ns", "i8"), ("order_id", "i8"), ("quantity", "i4"), ("price_ticks", "i4"), ("side", "i1"), ("kind", "u1")]
)
FINISHED, LOG_FULL, REFUSED = 0, 1, 2
_ADD, _REDUCE, _DELETE, _TRADE = 1, 2, 3, 4  # LOBSTER's codes, as execution.recorded has them


@njit(cache=True)
def play(
    book: BookArrays,
    state: RecordArray,
    parameters: MarkedParameters,
    stream: Stream,
    until_ns: int,
    next_id: npt.NDArray[np.int64],
    message: RecordArray,
    events: RecordArray,
    log: RecordArray,
    count: int,
) -> tuple[int, int]:
    """Run to `until_ns`, logging from `count` on; return the status and the new count.

    After REFUSED the message waits for room in the book: apply it, then call again. `log` is LOG_FULL when it
    has less room than `events`, which must hold all of one message's.
    """
    now = state[0]
    while True:
        if len(log) - count < len(events):
            return LOG_FULL, count
        due = next_time(book, now, parameters, stream)
        if due > until_ns:
            now["clock_ns"] = until_ns
            return FINISHED, count
        now["clock_ns"] = due
        written = draw(book, now, parameters, stream, message[0])
        if written == THINNED:
            continue
        if written == NEW_ORDER:
            message[0]["order_id"] = next_id[0]
            next_id[0] += 1
        made = apply(book, message[0], events, 0)
        if made < 0:
            return REFUSED, count
        observe(book, now, parameters, events, made)
        count = write_log(log, count, due, message[0], events, made)


@njit(cache=True)
def write_log(
    log: RecordArray, count: int, ts_ns: int, message: Record, events: RecordArray, made: int
) -> int:
    """Write a message's events as a recording would show them; return the new count."""
    for i in range(made):
        event, row = events[i], log[count]
        if event["kind"] == EventKind.TRADE:
            row["kind"], row["side"], row["order_id"] = _TRADE, -event["side"], event["maker_id"]
        elif event["kind"] == EventKind.RESTED:
            row["kind"], row["side"], row["order_id"] = _ADD, event["side"], event["order_id"]
        elif event["kind"] == EventKind.CANCELLED:
            row["kind"] = _REDUCE if message["kind"] == MessageKind.REDUCE else _DELETE
            row["side"], row["order_id"] = event["side"], event["order_id"]
        else:
            continue
        row["ts_ns"] = ts_ns
        row["quantity"] = event["quantity"]
        row["price_ticks"] = event["price_ticks"]
        count += 1
    return count
