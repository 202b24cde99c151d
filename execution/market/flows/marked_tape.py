"""What the marked flow reads and remembers: the tape of recorded events and the state of its playing."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from execution.book.layout import NIL, RecordArray

FEATURES = 8  # of a context, see flows.marked_context
SIGNED_FROM = 4  # features from here on change sign when the tape is played with the sides swapped
RECENT = 4096  # limit orders that the flow remembers by their mark; a power of two

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class MarkKind(IntEnum):
    """What a recorded event did: ADD rests, CANCEL takes an order out, REDUCE a part, TAKE trades."""

    ADD = 0
    CANCEL = 1
    REDUCE = 2
    TAKE = 3


MARK = np.dtype(
    [
        ("kind", "u1"),
        ("side", "i1"),  # of the order that rests; of a TAKE the aggressor's
        ("breaks", "u1"),  # 1 where the recording does not lead from the row before to this one
        ("distance", "i4"),  # ticks behind the best price of its own side, negative inside the spread
        ("opposite", "i4"),  # ticks from the other side's best price; TAKE: levels taken whole
        ("quantity", "i4"),  # TAKE: what was taken of the level after those
        ("share", "f4"),  # TAKE: that quantity as a share of its level
        ("link", "i4"),  # CANCEL, REDUCE: row of the ADD that brought the order, else NIL
        ("gap", "i4"),  # ticks to the next price behind when the best level was used up, else 0
        ("revealed", "i4"),  # what rested there
        ("wait_ns", "i8"),  # since the event before
    ]
)

MARKED_STATE = np.dtype(
    [
        ("clock_ns", "i8"),  # the present, set by whoever runs the flow
        ("pending_ns", "i8"),  # when the event that was drawn is due; NIL when none is
        ("event_ns", "i8"),  # of the flow's last event
        ("row", "i8"),  # of the tape, which `flip` = -1 plays with the sides swapped
        ("flip", "i8"),
        ("prepared", "i8"),  # whether the level behind is as the pending event needs it
        ("resting_row", "i8"),  # whose order is about to rest, else NIL
        ("stretch_row", "i8"),  # where the present stretch of the tape began
        ("mending", "i8"),  # the anchor whose book is being made, else NIL
        ("centre", "i8"),  # price [ticks] of the recorded best bid while it is
        ("draws", "i8"),  # how many events were chosen,
        ("turns", "i8"),  # how many stretches were begun,
        ("departures", "i8"),  # how many of them because the book had left the tape's
        ("mends", "i8"),  # how many messages made the book where they began,
        ("met_none", "i8"),  # and how many cancellations found no order
        ("last_bid", "i8"),  # best prices [ticks] as last seen
        ("last_ask", "i8"),
        ("phase", "f8"),  # of the parts of the tape that are visited in turn
        ("pace_fast", "f8"),  # exponential means of log waits over some 10 and some 300 events
        ("pace_slow", "f8"),
        ("sign_fast", "f8"),  # exponential means of aggressors' signs over some 5 and some 100 trades
        ("sign_slow", "f8"),
        ("drift", "f8"),  # exponentially weighted change of the mid price [ticks]
        ("features", "f8", (FEATURES,)),
        ("recent_row", "i8", (RECENT,)),
        ("recent_id", "i8", (RECENT,)),
        ("recent_price", "i8", (RECENT,)),
    ]
)


class MarkedParameters(NamedTuple):
    """What the compiled flow reads; see calibration.marked.MarkedFlow.

    marks: (row,) MARK. contexts: (row, feature), scaled, before each row. scale: (feature,). anchor_rows:
    (anchor,) rows at which a stretch may begin, rising. anchor_ticks, anchor_volume: the book before them,
    (anchor, side, level), bids first; ticks from the best bid, volume 0 where there is no level.
    """

    marks: RecordArray
    contexts: npt.NDArray[np.float32]
    scale: FloatArray
    anchor_rows: IntArray
    anchor_ticks: IntArray
    anchor_volume: IntArray
    candidates: int  # anchors compared before a stretch begins
    turn_probability: float  # of a stretch ending after an event
    swap_probability: float  # of bids and asks being swapped where one begins
    tolerance: float  # mean squared difference of contexts at which staying on the tape is as likely as 1/e
    order_limit: int  # resting orders above which far ones are taken out
    touch_only: bool  # the recording shows nothing behind the best prices


def new_state(*, start_ns: int, bid_ticks: int, ask_ticks: int, pace: float = 0.0) -> RecordArray:
    """The flow's state at the start, shape (1,); `pace` is the usual log(1 + wait in microseconds).

    Raises ValueError unless bid_ticks is less than ask_ticks.
    """
    if bid_ticks >= ask_ticks:
        raise ValueError(f"bid_ticks is {bid_ticks}, expected less than ask_ticks, {ask_ticks}")
    state = np.zeros(1, MARKED_STATE)
    state["clock_ns"] = state["event_ns"] = start_ns
    state["pending_ns"] = state["row"] = state["resting_row"] = state["mending"] = NIL
    state["recent_row"] = NIL
    state["flip"] = 1
    state["last_bid"], state["last_ask"] = bid_ticks, ask_ticks
    state["pace_fast"] = state["pace_slow"] = pace
    return state
