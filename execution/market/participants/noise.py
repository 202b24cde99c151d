"""A crowd of noise traders: orders of random side at random times and prices, cancelled after random lives.

Independent Poisson traders are one Poisson process of their rates' sum, so a crowd is one participant. Limit
prices lie behind the opposite best by a power law (Zovko and Farmer 2002). With a value sensitivity the crowd
buys a little more often what it sees below the reference price, and so pulls the price back.
"""

from __future__ import annotations

import math

from execution.book.compiled import compiled
from execution.market.layout import Action, Record, RecordArray
from execution.market.participants.decision import cancel, geometric, power_law, rest, write_ticket
from execution.random_stream import Stream, below, uniform

_FARTHEST_TICKS = 1000.0


@compiled
def event_rate(me: Record, activity: float) -> float:
    """Rate of the crowd's orders and cancels together [1/s]."""
    return float(activity * (me["limit_rate"] + me["market_rate"] + me["cancel_rate"] * me["live_handles"]))


@compiled
def buy_probability(mid_ticks: float, reference_ticks: float, sensitivity: float) -> float:
    """Probability that an order buys: a half, more by `sensitivity` for each tick of cheapness."""
    return min(1.0, max(0.0, 0.5 + sensitivity * (reference_ticks - mid_ticks)))


@compiled
def opposite_price(seen: Record, side: int, reserve_ticks: float) -> int:
    """The price that a limit order stays behind: the opposite best, or where the reference makes it dear.

    Nobody buys more than reserve_ticks above the reference, or sells as far below it.
    """
    if side > 0:
        return int(min(seen["ask_ticks"], math.floor(seen["reference_ticks"] + reserve_ticks) + 1))
    return int(max(seen["bid_ticks"], math.ceil(seen["reference_ticks"] - reserve_ticks) - 1))


@compiled
def decide(
    me: Record, handles: RecordArray, stream: Stream, seen: Record, clock: Record, tickets: RecordArray
) -> int:
    """One order or cancel of the crowd; return how many tickets were written (0 or 1)."""
    resting_rate = me["limit_rate"] + me["market_rate"]
    u = uniform(stream) * (resting_rate + me["cancel_rate"] * me["live_handles"])
    if u >= resting_rate or me["live_handles"] == me["handles"]:
        return withdraw_any(me, handles, stream, tickets) if me["live_handles"] > 0 else 0
    mid = 0.5 * (seen["bid_ticks"] + seen["ask_ticks"])
    buy = buy_probability(mid, seen["reference_ticks"], me["value_sensitivity"])
    side = 1 if uniform(stream) < buy else -1
    me["expected_sign"] = 2.0 * buy - 1.0
    if u < me["market_rate"]:
        size = geometric(me["quantity"], stream)
        return write_ticket(tickets, 0, Action.MARKET.value, side, size, 0, me["book"])
    size = geometric(me["quantity"] * (clock["bid_depth"] if side > 0 else clock["ask_depth"]), stream)
    distance = power_law(me["placement_ticks"], me["placement_exponent"], stream)
    behind = 1 + int(min(distance, _FARTHEST_TICKS))
    price = opposite_price(seen, side, me["reserve_ticks"]) - side * behind
    at = handles[me["first_handle"] + me["live_handles"]]["member"]
    me["live_handles"] += 1
    return rest(handles, at, Action.LIMIT.value, side, size, price, me["book"], tickets, 0)


@compiled
def withdraw_any(me: Record, handles: RecordArray, stream: Stream, tickets: RecordArray) -> int:
    """Cancel one of the crowd's orders, each as likely."""
    at = handles[me["first_handle"] + below(stream, me["live_handles"])]["member"]
    forget(me, handles, at)
    return cancel(handles, at, me["book"], tickets, 0)


@compiled
def forget(me: Record, handles: RecordArray, at: int) -> None:
    """Move a handle from the live ones to the free ones of the crowd's list."""
    first, place = me["first_handle"], handles[at]["place"]
    last = me["live_handles"] - 1
    moved = handles[first + last]["member"]
    handles[first + place]["member"] = moved
    handles[moved]["place"] = place
    handles[first + last]["member"] = at
    handles[at]["place"] = last
    me["live_handles"] = last
