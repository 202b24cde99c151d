"""Where on the tape the marked flow goes on: the next row while it fits, else the best of some that do."""

from __future__ import annotations

import math

from execution.book.compiled import compiled
from execution.book.layout import NIL, Record
from execution.market.flows.marked_context import bucket_of, difference, seen_from
from execution.market.flows.marked_tape import MarkedParameters
from execution.random_stream import Stream, below, uniform


@compiled
def choose_row(state: Record, parameters: MarkedParameters, stream: Stream) -> None:
    """Set the state's row and flip to the event that happens next."""
    state["draws"] += 1
    after = state["row"] + 1
    if _stays(state, parameters, after, stream):
        state["row"] = after
        return
    state["jumps"] += 1
    if uniform(stream) < parameters.swap_probability:
        state["flip"] = -state["flip"]
    state["row"] = _jump(state, parameters, state["flip"], stream)


@compiled
def _stays(state: Record, parameters: MarkedParameters, after: int, stream: Stream) -> bool:
    """Whether the tape's next row is taken: its context must resemble the present."""
    if not 0 < after < len(parameters.marks):
        return False
    mark = parameters.marks[after]
    if mark["breaks"] or mark["category"] != seen_from(state["category"], state["flip"]):
        return False
    stay = 1.0 - parameters.jump_probability
    unlike = difference(state, parameters, after, state["flip"])
    return bool(uniform(stream) < stay * math.exp(-unlike / parameters.tolerance))


@compiled
def _jump(state: Record, parameters: MarkedParameters, flip: int, stream: Stream) -> int:
    """The row whose context is nearest among some of the present's bucket (of all if it is empty)."""
    log2_spread = state["features"][0] / parameters.scale[0]
    bucket = bucket_of(parameters.spread_edges, log2_spread, seen_from(state["category"], flip))
    first, last = parameters.starts[bucket], parameters.starts[bucket + 1]
    if first == last:
        first, last = 0, len(parameters.members)
    best, nearest = NIL, math.inf
    for _ in range(parameters.candidates):
        row = parameters.members[first + below(stream, last - first)]
        unlike = difference(state, parameters, row, flip)
        if unlike < nearest:
            best, nearest = row, unlike
    return int(best)
