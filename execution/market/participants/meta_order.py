"""An institution that works large orders in equal slices: one side for long, so that signs of trades persist.

Sizes have a Pareto tail, which makes the signs' autocorrelation decay as a power of the lag with exponent
size_exponent - 1 (Lillo, Mike and Farmer 2005).
"""

from __future__ import annotations

import math

from execution.book.compiled import compiled
from execution.market.layout import Action, Record, RecordArray
from execution.market.participants.decision import write_ticket
from execution.random_stream import Stream, exponential, uniform


@compiled
def pareto(smallest: float, exponent: float, largest: float, stream: Stream) -> float:
    """A size of at least `smallest` whose tail falls as size^-exponent, cut at `largest`."""
    return float(min(largest, smallest * (1.0 - uniform(stream)) ** (-1.0 / exponent)))


@compiled
def decide(me: Record, stream: Stream, now_ns: int, tickets: RecordArray) -> int:
    """Send the next slice at market, or start the next order when its idle time is over."""
    if me["remaining"] == 0.0:
        if now_ns < me["idle_until_ns"]:
            return 0
        side = 1.0 if uniform(stream) < 0.5 else -1.0
        size = pareto(me["quantity"], me["size_exponent"], float(me["inventory_limit"]), stream)
        me["remaining"] = side * math.floor(size + 0.5)
    side = 1 if me["remaining"] > 0.0 else -1
    size = min(max(1.0, math.floor(me["quantity"])), abs(me["remaining"]))
    me["remaining"] -= side * size
    if me["remaining"] == 0.0:
        me["idle_until_ns"] = now_ns + int(1e9 * me["idle_seconds"] * exponential(stream))
    return write_ticket(tickets, 0, Action.MARKET.value, side, int(size), 0, me["book"])
