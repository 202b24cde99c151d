"""Where on the tape the marked flow goes on: the next row while it fits, else the best of some anchors."""

from __future__ import annotations

import math

import numpy as np

from execution.book.compiled import compiled
from execution.book.layout import NIL, Record
from execution.market.flows.marked_context import difference
from execution.market.flows.marked_tape import MarkedParameters
from execution.random_stream import Stream, below, uniform

_GOLDEN = 0.6180339887498949


@compiled
def choose_row(state: Record, parameters: MarkedParameters, stream: Stream) -> None:
    """Set the state's row to the event that happens next; where a stretch begins, make its anchor."""
    state["draws"] += 1
    after = state["row"] + 1
    if 0 < after < len(parameters.marks) and uniform(stream) >= parameters.turn_probability:
        if parameters.marks[after]["breaks"]:
            state["mending"] = np.searchsorted(parameters.anchor_rows, after)
            state["row"] = state["stretch_row"] = after
            return
        unlike = difference(state, parameters, after, state["flip"])
        if uniform(stream) < math.exp(-unlike / parameters.tolerance):
            state["row"] = after
            return
        state["departures"] += 1
        count = len(parameters.anchor_rows)
        _begin(state, parameters, below(stream, count), max(1, count // parameters.candidates), stream)
        return
    _begin(state, parameters, _next_part(state, parameters, stream), 1, stream)


@compiled
def _next_part(state: Record, parameters: MarkedParameters, stream: Stream) -> int:
    """An anchor far from those of the last stretches: multiples of the golden section fill it evenly."""
    if state["turns"] == 0:
        state["phase"] = uniform(stream)
    state["phase"] = (state["phase"] + _GOLDEN) % 1.0
    return int(state["phase"] * len(parameters.anchor_rows))


@compiled
def _begin(state: Record, parameters: MarkedParameters, first: int, stride: int, stream: Stream) -> None:
    """Begin a stretch at the anchor whose context is nearest among every `stride`-th one from `first` on."""
    state["turns"] += 1
    if uniform(stream) < parameters.swap_probability:
        state["flip"] = -state["flip"]
    best, nearest = NIL, math.inf
    for k in range(parameters.candidates):
        anchor = (first + k * stride) % len(parameters.anchor_rows)
        unlike = difference(state, parameters, parameters.anchor_rows[anchor], state["flip"])
        if unlike < nearest:
            best, nearest = anchor, unlike
    state["mending"] = best
    state["row"] = state["stretch_row"] = parameters.anchor_rows[best]
