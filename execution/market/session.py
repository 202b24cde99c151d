"""The conditions that hold now: the U shape of a trading session and the timeline of regimes."""

from __future__ import annotations

import math

from execution.book.compiled import compiled
from execution.market.compiled import inner
from execution.market.layout import Record, RecordArray


@compiled
def u_shape(elapsed: float, depth: float) -> float:
    """A multiplier over the session: 1 + 2 depth at both ends, 1 - depth in the middle, 1 on average.

    elapsed: share of the session that is over, held to [0, 1]; depth in [0, 1).
    """
    centred = min(max(elapsed, 0.0), 1.0) - 0.5
    return 1.0 + depth * (12.0 * centred * centred - 1.0)


@inner
def enter_segment(clock: Record, timeline: RecordArray) -> float:
    """Move on to the segment of the timeline that holds now; return the jumps on the way [daily vols]."""
    jump = 0.0
    while (
        clock["segment"] + 1 < len(timeline) and timeline[clock["segment"] + 1]["start_ns"] <= clock["now_ns"]
    ):
        clock["segment"] += 1
        jump += timeline[clock["segment"]]["jump"]
    return jump


@inner
def update_conditions(clock: Record, timeline: RecordArray) -> None:
    """Set the multipliers that hold now: the regime's times the session's.

    The U of volatility is one of variance, so that the session's variance is what is stated.
    """
    # Before the start the first segment's conditions hold, without its jump.
    segment = timeline[max(clock["segment"], 0)]
    elapsed = 1e-9 * (clock["now_ns"] - clock["open_ns"]) / clock["session_seconds"]
    clock["activity"] = segment["activity"] * u_shape(elapsed, clock["activity_u"])
    clock["volatility"] = segment["volatility"] * math.sqrt(u_shape(elapsed, clock["volatility_u"]))
    clock["spread"] = segment["spread"] * u_shape(elapsed, clock["spread_u"])
    clock["bid_depth"] = segment["bid_depth"]
    clock["ask_depth"] = segment["ask_depth"]
    clock["drift"] = segment["drift"]
