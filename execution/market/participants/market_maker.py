"""A market maker with inventory control after Avellaneda and Stoikov (2008).

It quotes around the reservation price s - q gamma sigma^2 tau (their equation 29 with T - t held at a
constant horizon tau, so that the maker has no end of the world) at the total distance gamma sigma^2 tau +
(2 / gamma) log(1 + gamma / k) (equation 30), but never closer than a least half spread. s is the mid that it
has seen, drawn towards the reference price by its trust in the news.
"""

from __future__ import annotations

import math

from execution.book.compiled import compiled
from execution.market.layout import Record, RecordArray
from execution.market.participants.decision import quote


@compiled
def reservation_price(fair: float, inventory: float, risk_per_lot: float) -> float:
    """Price at which the maker is indifferent to its inventory [ticks]; risk_per_lot = gamma sigma^2 tau."""
    return fair - inventory * risk_per_lot


@compiled
def optimal_half_spread(risk_aversion: float, arrival_decay: float, risk_per_lot: float) -> float:
    """Half of the optimal spread [ticks]: gamma sigma^2 tau / 2 + log(1 + gamma / k) / gamma.

    risk_aversion gamma [1/(tick lot)]: 0 gives its limit 1 / k. arrival_decay k [1/tick].
    """
    if risk_aversion <= 0.0:
        return 1.0 / arrival_decay
    return 0.5 * risk_per_lot + math.log1p(risk_aversion / arrival_decay) / risk_aversion


@compiled
def decide(
    me: Record,
    handles: RecordArray,
    seen: Record,
    clock: Record,
    sigma: float,
    tickets: RecordArray,
) -> int:
    """Renew the quotes that are not where they should be; return how many tickets were written.

    sigma: volatility now [ticks per sqrt(s)]. What it quotes never adds, if all of it trades, to more than
    the inventory limit, as far as the maker has seen its fills; at the limit it quotes the other side alone.
    """
    mid = 0.5 * (seen["bid_ticks"] + seen["ask_ticks"])
    fair = mid + me["reference_weight"] * (seen["reference_ticks"] - mid)
    risk = me["risk_aversion"] * sigma * sigma * me["horizon_seconds"]
    half = optimal_half_spread(me["risk_aversion"], me["arrival_decay"], risk)
    half = max(half, me["half_spread_ticks"]) * clock["spread"]
    centre = reservation_price(fair, me["inventory"], risk)
    # Half a tick of rounding is shared out: both quotes lie on the ticks nearest to where they should be.
    bid = math.floor(centre - half + 0.5)
    ask = max(math.ceil(centre + half - 0.5), bid + 1)
    count = _quote_side(me, handles, 1, bid, clock["bid_depth"], 0, tickets, 0)
    return _quote_side(me, handles, -1, ask, clock["ask_depth"], me["levels"], tickets, count)


@compiled
def _quote_side(
    me: Record,
    handles: RecordArray,
    side: int,
    best: int,
    depth: float,
    first: int,
    tickets: RecordArray,
    count: int,
) -> int:
    room = me["inventory_limit"] - side * me["inventory"]
    for level in range(me["levels"]):
        quantity = max(0, min(max(1, int(me["quantity"] * depth + 0.5)), room))
        room -= quantity
        at = me["first_handle"] + first + level
        price = best - side * level * me["level_gap_ticks"]
        count = quote(handles, at, side, quantity, price, me["book"], tickets, count)
    return count
