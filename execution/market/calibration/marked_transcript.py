"""A recording turned into the marked flow's tape: every event relative to the book that it met."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from execution.book.layout import MAX_QUANTITY, NIL, Record, RecordArray
from execution.market.flows.marked_context import remember, see_quotes
from execution.market.flows.marked_tape import FEATURES, MARK, MarkKind, new_state
from execution.recorded.book_history import BookHistory
from execution.recorded.messages import RecordedKind, RecordedMessages
from execution.recorded.order_links import link_orders

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

_FITTING_SHARE = 0.995  # of the orders must fit the book as they are; larger ones are cut to the largest


class Transcript(NamedTuple):
    """marks: (row,) MARK. contexts: (row, feature), not scaled. message: (row,) of the recording, where each
    row's event begins. lots: recorded lots in one of the flow's.
    """

    marks: RecordArray
    contexts: FloatArray
    message: IntArray
    lots: int


class _Recording(NamedTuple):
    """The columns of a recording that the compiled loop reads, quantities in the flow's lots."""

    ts_ns: IntArray
    kind: npt.NDArray[np.uint8]
    side: npt.NDArray[np.int8]
    quantity: FloatArray
    price_ticks: IntArray
    added_at: IntArray
    leaves_before: FloatArray
    bid_ticks: IntArray
    bid_volume: FloatArray
    ask_ticks: IntArray
    ask_volume: FloatArray


def transcribe(messages: RecordedMessages, history: BookHistory, *, reach: float = 0.99) -> Transcript:
    """The tape of a recording, without events farther from the best price than a share `reach` of them."""
    lots = lots_of(messages)
    recording = _columns(messages, history, lots)
    marks, contexts = np.zeros(len(messages), MARK), np.zeros((len(messages), FEATURES))
    state = _state_before(recording)
    row_of = np.full(len(messages), NIL)
    count = _transcribe(recording, _reach_ticks(messages, history, reach), state[0], row_of, marks, contexts)
    return Transcript(marks[:count].copy(), contexts[:count].copy(), np.flatnonzero(row_of >= 0), lots)


def _state_before(recording: _Recording) -> RecordArray:
    """The flow's state at the first row with both sides, as if its quotes had been there for long."""
    both = (
        (recording.bid_volume > 0) & (recording.ask_volume > 0) & (recording.bid_ticks < recording.ask_ticks)
    )
    row = int(np.argmax(both))
    bid, ask = (int(recording.bid_ticks[row]), int(recording.ask_ticks[row])) if both.any() else (0, 1)
    return new_state(start_ns=int(recording.ts_ns[0]), bid_ticks=bid, ask_ticks=ask)


def lots_of(messages: RecordedMessages) -> int:
    """Recorded lots in one of the flow's: the least power of ten at which nearly all orders fit the book."""
    large, lots = float(np.quantile(messages.quantity, _FITTING_SHARE)) if len(messages) else 1.0, 1
    while large > lots * MAX_QUANTITY:
        lots *= 10
    return lots


def _columns(messages: RecordedMessages, history: BookHistory, lots: int) -> _Recording:
    links = link_orders(messages.kind, messages.order_id, messages.quantity)
    return _Recording(
        ts_ns=np.ascontiguousarray(messages.ts_ns),
        kind=np.ascontiguousarray(messages.kind),
        side=np.ascontiguousarray(messages.side),
        quantity=np.minimum(messages.quantity / lots, MAX_QUANTITY),
        price_ticks=np.ascontiguousarray(messages.price_ticks),
        added_at=links.added_at,
        leaves_before=links.leaves_before / lots,
        bid_ticks=np.ascontiguousarray(history.bid_ticks[:, 0]),
        bid_volume=history.bid_volume[:, 0] / lots,
        ask_ticks=np.ascontiguousarray(history.ask_ticks[:, 0]),
        ask_volume=history.ask_volume[:, 0] / lots,
    )


def _reach_ticks(messages: RecordedMessages, history: BookHistory, share: float) -> int:
    """The distance [ticks] from the best price within which this share of passive events happens."""
    best = np.where(messages.side[1:] > 0, history.bid_ticks[:-1, 0], history.ask_ticks[:-1, 0])
    distance = messages.side[1:] * (best - messages.price_ticks[1:])
    passive = (messages.kind[1:] < RecordedKind.TRADE) & (distance >= 0)
    return int(np.quantile(distance[passive], share)) if passive.any() else 0


@njit(cache=True)
def _transcribe(
    recording: _Recording,
    reach_ticks: int,
    state: Record,
    row_of: IntArray,
    marks: RecordArray,
    contexts: FloatArray,
) -> int:
    """Write marks and contexts; return how many rows."""
    scale = np.ones(FEATURES)
    count, breaks, first = 0, True, 0
    while first < len(recording.kind):
        last = _last_of_event(recording, first)
        usable = first > 0 and _is_market(recording, first - 1) and _is_market(recording, last)
        if recording.kind[first] > RecordedKind.TRADE:
            if recording.kind[first] == RecordedKind.HALT:
                breaks = True
                state["event_ns"] = recording.ts_ns[first]
        elif not usable:
            breaks = True
            _see(recording, last, state, scale)
        else:
            mark = marks[count]
            if _write_mark(recording, first, last, mark, row_of):
                if mark["distance"] <= reach_ticks:
                    row_of[first] = count
                    _place(recording, first, last, state, mark, contexts[count], breaks)
                    breaks = False
                    count += 1
            else:
                breaks = True
            _see(recording, last, state, scale)
        first = last + 1
    return count


@njit(cache=True)
def _last_of_event(recording: _Recording, first: int) -> int:
    """Last row of the event that begins here: the trades of one aggressor share time and side."""
    last = first
    if recording.kind[first] == RecordedKind.TRADE:
        while (
            last + 1 < len(recording.kind)
            and recording.kind[last + 1] == RecordedKind.TRADE
            and recording.ts_ns[last + 1] == recording.ts_ns[first]
            and recording.side[last + 1] == recording.side[first]
        ):
            last += 1
    return last


@njit(cache=True)
def _is_market(recording: _Recording, row: int) -> bool:
    """Whether both sides are there and not crossed after a row."""
    both = recording.bid_volume[row] > 0 and recording.ask_volume[row] > 0
    return bool(both and recording.bid_ticks[row] < recording.ask_ticks[row])


@njit(cache=True)
def _see(recording: _Recording, row: int, state: Record, scale: FloatArray) -> None:
    if _is_market(recording, row):
        bid, ask = recording.bid_ticks[row], recording.ask_ticks[row]
        see_quotes(state, scale, bid, recording.bid_volume[row], ask, recording.ask_volume[row])


@njit(cache=True)
def _place(
    recording: _Recording,
    first: int,
    last: int,
    state: Record,
    mark: Record,
    context: FloatArray,
    breaks: bool,
) -> None:
    """Give a mark its context and wait, and let the state pass on to after it."""
    context[:] = state["features"]
    mark["breaks"] = breaks
    wait = max(0, recording.ts_ns[first] - state["event_ns"])
    mark["wait_ns"] = wait
    state["event_ns"] = recording.ts_ns[last]
    remember(state, wait, mark["side"] if mark["kind"] == MarkKind.TAKE else 0)


@njit(cache=True)
def _write_mark(recording: _Recording, first: int, last: int, mark: Record, row_of: IntArray) -> bool:
    """Describe an event by the book that it met; False when they do not fit together."""
    side, price, before = recording.side[first], recording.price_ticks[first], first - 1
    own = recording.bid_ticks if side > 0 else recording.ask_ticks
    volume = recording.bid_volume if side > 0 else recording.ask_volume
    opposite = recording.ask_ticks[before] if side > 0 else recording.bid_ticks[before]
    worse = side * (own[before] - own[last])
    mark["gap"] = max(0, worse)
    mark["revealed"] = min(MAX_QUANTITY, max(1, round(volume[last]))) if worse > 0 else 0
    mark["link"] = NIL
    if recording.kind[first] == RecordedKind.TRADE:
        mark["side"] = -side
        _write_take(recording, first, last, mark, own[last], volume[last])
        return True
    mark["side"] = side
    mark["distance"] = side * (own[before] - price)
    mark["opposite"] = side * (opposite - price)
    mark["quantity"] = max(1, round(recording.quantity[first]))
    if recording.kind[first] == RecordedKind.ADD:
        mark["kind"] = MarkKind.ADD
        return bool(mark["opposite"] > 0)
    partly = recording.kind[first] == RecordedKind.REDUCE
    partly = partly and recording.quantity[first] < recording.leaves_before[first]
    mark["kind"] = MarkKind.REDUCE if partly else MarkKind.CANCEL
    if recording.added_at[first] >= 0:
        mark["link"] = row_of[recording.added_at[first]]
    return bool(mark["distance"] >= 0)


@njit(cache=True)
def _write_take(
    recording: _Recording, first: int, last: int, mark: Record, best_after: int, volume_after: float
) -> None:
    """Levels taken whole, and what was taken of the one after those, in lots and as a share."""
    mark["kind"] = MarkKind.TAKE
    mark["distance"] = 0
    mark["quantity"], mark["share"] = 0, 0.0
    final, levels, quantity = recording.price_ticks[first], 1, 0.0
    for row in range(first, last + 1):
        if recording.price_ticks[row] != final:
            final, levels, quantity = recording.price_ticks[row], levels + 1, 0.0
        quantity += recording.quantity[row]
    if best_after == final:
        mark["opposite"] = levels - 1
        mark["quantity"] = min(MAX_QUANTITY, max(1, round(quantity)))
        mark["share"] = quantity / (quantity + volume_after)
    else:
        mark["opposite"] = levels
