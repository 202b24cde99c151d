"""A background flow alone in a book of its own, compiled, with a log of what it does."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from execution.book.compiled import compiled, inlined
from execution.book.core import cancel_slot, enter_limit, enter_market, reduce_slot
from execution.book.layout import BookArrays, EventKind, MessageKind, Record, RecordArray
from execution.market.flows.any_flow import FlowParameters, draw, next_time, observe
from execution.market.flows.background import RESTING_ORDER, THINNED
from execution.random_stream import Stream

FINISHED, LOG_FULL, REFUSED = 0, 1, 2
NEXT_ID, WAITING, DUE_NS = 0, 1, 2  # of `control`

# One row a change of the visible book, in RecordedMessages' columns; kinds are LOBSTER's.
LOG = np.dtype(
    [
        ("ts_ns", "i8"),
        ("order_id", "i8"),
        ("quantity", "i8"),
        ("price_ticks", "i8"),
        ("side", "i1"),
        ("kind", "u1"),
    ],
    align=True,
)
_ADD, _REDUCE, _DELETE, _TRADE = 1, 2, 3, 4


@compiled
def play(
    book: BookArrays,
    states: RecordArray,
    parameters: FlowParameters,
    stream: Stream,
    until_ns: int,
    most_events: int,
    control: npt.NDArray[np.int64],
    messages: RecordArray,
    events: RecordArray,
    log: RecordArray,
) -> tuple[int, int, int, int]:
    """Run the flow up to `until_ns` or `most_events` events; return a status, the number of events, the rows
    of `log` written and the book's refusal.

    states, messages: (1,). control: (3,) zeros at the start: the next order's id, what `draw` returned for a
    message that waits, and when the next event is due if that is known. After REFUSED make room and call
    again. LOG_FULL comes before a message whose events `log` might not hold; a log of length 0 keeps nothing.
    Steps of any length give the same market.
    """
    state, message = states[0], messages[0]
    done, rows = 0, 0
    while done < most_events:
        if len(log) > 0 and len(log) - rows < len(events):
            return LOG_FULL, done, rows, 0
        if control[WAITING] == THINNED:
            if control[DUE_NS] == 0:
                control[DUE_NS] = next_time(book, state, parameters, stream)
            if control[DUE_NS] > until_ns:
                break
            state["clock_ns"] = control[DUE_NS]
            control[DUE_NS] = 0
            control[WAITING] = draw(book, state, parameters, stream, message)
            if control[WAITING] == THINNED:
                continue
        count = carry_out(book, message, control, events)
        if count < 0:
            return REFUSED, done, rows, count
        observe(book, state, parameters, events, count)
        if len(log) > 0:
            rows = write_log(log, rows, state["clock_ns"], message, events, count)
        done += 1
    return FINISHED, done, rows, 0


@inlined
def carry_out(book: BookArrays, message: Record, control: npt.NDArray[np.int64], events: RecordArray) -> int:
    """Apply a flow's message to a book without a hash; return the count of events or the book's refusal."""
    side, quantity = message["side"], message["quantity"]
    if control[WAITING] >= RESTING_ORDER:
        slot = np.uint32(control[WAITING] - RESTING_ORDER)
        if message["kind"] == MessageKind.REDUCE:
            count = reduce_slot(book, slot, quantity, events, 0)
        else:
            count = cancel_slot(book, slot, events, 0)
    elif message["kind"] == MessageKind.LIMIT:
        price, owner = message["price_ticks"], message["owner"]
        _, count = enter_limit(book, side, quantity, price, owner, control[NEXT_ID], 0, events, 0)
    else:
        count = enter_market(book, side, quantity, message["owner"], control[NEXT_ID], 0, events, 0)
    if count >= 0:
        control[NEXT_ID] += 1
        control[WAITING] = THINNED
    return int(count)


@compiled
def write_log(
    log: RecordArray, rows: int, ts_ns: int, message: Record, events: RecordArray, count: int
) -> int:
    """Write a message's events as a recording would show them, by the resting order; return the new rows."""
    for i in range(count):
        event, row = events[i], log[rows]
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
        rows += 1
    return rows
