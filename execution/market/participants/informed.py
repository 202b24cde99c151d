"""An informed trader: knows the drift of the fundamental price and trades before it is in the quotes."""

from __future__ import annotations

from execution.book.compiled import compiled
from execution.market.layout import Action, Record, RecordArray
from execution.market.participants.decision import awaits_result, write_ticket


@compiled
def expected_value(reference_ticks: float, drift_ticks_per_second: float, foresight_seconds: float) -> float:
    """The price that the trader knows the reference to be headed for [ticks]."""
    return reference_ticks + drift_ticks_per_second * foresight_seconds


@compiled
def decide(me: Record, seen: Record, drift_ticks_per_second: float, tickets: RecordArray) -> int:
    """Take the quote that is wrong by more than the threshold, up to the inventory limit.

    What it holds it sells when the quotes are wrong the other way: to cross the spread only to be flat would
    cost it more than it knows.
    """
    if awaits_result(me):
        return 0
    value = expected_value(seen["reference_ticks"], drift_ticks_per_second, me["foresight_seconds"])
    inventory, size = me["inventory"], max(1, int(me["quantity"]))
    side, price = 0, 0
    if value - seen["ask_ticks"] > me["threshold_ticks"]:
        side, price = 1, seen["ask_ticks"]
    elif seen["bid_ticks"] - value > me["threshold_ticks"]:
        side, price = -1, seen["bid_ticks"]
    size = min(size, me["inventory_limit"] - side * inventory)
    if side == 0 or size <= 0:
        return 0
    return write_ticket(tickets, 0, Action.TAKE.value, side, size, price, me["book"])
