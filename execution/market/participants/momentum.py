"""A momentum trader: takes the side of a move and leaves when the move is over."""

from __future__ import annotations

from execution.book.compiled import compiled
from execution.market.layout import Action, Record, RecordArray
from execution.market.participants.decision import awaits_result, write_ticket
from execution.market.participants.trend import follow_mid


@compiled
def wanted_inventory(signal: float, threshold: float, limit: int, inventory: int) -> int:
    """The inventory that a signal asks for [lots]: all of the limit beyond the threshold, none within half.

    Between the two it keeps what it has.
    """
    if signal > threshold:
        return limit
    if signal < -threshold:
        return -limit
    return 0 if abs(signal) < 0.5 * threshold else inventory


@compiled
def decide(me: Record, seen: Record, now_ns: int, volatility: float, tickets: RecordArray) -> int:
    """Take up to one order's quantity at the opposite best towards the wanted inventory.

    volatility: now, relative to the usual one, in which the threshold is measured.
    """
    follow_mid(me, 0.5 * (seen["bid_ticks"] + seen["ask_ticks"]), now_ns)
    if awaits_result(me):
        return 0
    signal = me["fast_mean"] - me["slow_mean"]
    threshold = volatility * me["threshold_ticks"]
    wanted = wanted_inventory(signal, threshold, me["inventory_limit"], me["inventory"])
    missing = wanted - me["inventory"]
    if missing == 0:
        return 0
    side = 1 if missing > 0 else -1
    price = seen["ask_ticks"] if side > 0 else seen["bid_ticks"]
    size = min(abs(missing), max(1, int(me["quantity"])))
    return write_ticket(tickets, 0, Action.TAKE.value, side, size, price, me["book"])
