"""A mean-reversion trader: rests at the touch against a move away from its slow average, and closes later."""

from __future__ import annotations

from execution.book.compiled import compiled
from execution.market.layout import Record, RecordArray
from execution.market.participants.decision import quote
from execution.market.participants.trend import follow_mid


@compiled
def wanted_inventory(deviation: float, threshold: float, limit: int, inventory: int) -> int:
    """Short all of the limit where the price is a threshold too high, long where too low, flat at the mean.

    deviation: mid less its average [ticks]. Until the price has come back it keeps what it has.
    """
    if deviation > threshold:
        return -limit
    if deviation < -threshold:
        return limit
    closed = inventory * deviation >= 0
    return 0 if closed else inventory


@compiled
def decide(
    me: Record, handles: RecordArray, seen: Record, now_ns: int, volatility: float, tickets: RecordArray
) -> int:
    """Rest at the near touch towards the wanted inventory, following the touch.

    volatility: now, relative to the usual one, in which the threshold is measured.
    """
    mid = 0.5 * (seen["bid_ticks"] + seen["ask_ticks"])
    follow_mid(me, mid, now_ns)
    deviation = mid - me["slow_mean"]
    limit, inventory = me["inventory_limit"], me["inventory"]
    threshold = volatility * me["threshold_ticks"]
    missing = wanted_inventory(deviation, threshold, limit, inventory) - inventory
    side = 1 if missing > 0 else -1
    price = seen["bid_ticks"] if side > 0 else seen["ask_ticks"]
    size = min(abs(missing), max(1, int(me["quantity"])))
    at = me["first_handle"]
    # The order that is there may still be on the other side: it goes first.
    resting_other = handles[at]["believed"] > 0 and handles[at]["side"] != side
    count = quote(handles, at, handles[at]["side"], 0, 0, me["book"], tickets, 0) if resting_other else 0
    return quote(handles, at, side, size, price, me["book"], tickets, count)
