"""The moving averages of the mid price that tactical traders keep."""

from __future__ import annotations

import math

from execution.market.compiled import inner
from execution.market.layout import Record


@inner
def follow_mid(me: Record, mid_ticks: float, now_ns: int) -> None:
    """Move both exponential averages towards the mid by the time since the last wake-up."""
    if me["wakes"] == 0:
        me["fast_mean"] = me["slow_mean"] = mid_ticks
    else:
        seconds = 1e-9 * (now_ns - me["last_wake_ns"])
        me["fast_mean"] += (mid_ticks - me["fast_mean"]) * -math.expm1(-seconds / me["fast_seconds"])
        me["slow_mean"] += (mid_ticks - me["slow_mean"]) * -math.expm1(-seconds / me["slow_seconds"])
    me["last_wake_ns"] = now_ns
    me["wakes"] += 1
