"""A net price of a package as fills of its legs, to the tick."""

from __future__ import annotations

import math

from execution.orders import Fill, Liquidity, Side
from execution.rfq.inquiry import Inquiry, Leg


def leg_fills(inquiry: Inquiry, *, quantity: int, price_ticks: int, ts_ns: int) -> tuple[Fill, ...]:
    """Fills of every leg of so many packages whose cash is exactly the net price.

    Legs trade at their mids, rounded; the leg with most contracts takes up what is left, in two fills at
    neighbouring ticks where it does not divide. Cash: sum of side x quantity x price_ticks over the fills is
    side x quantity x price_ticks of the package.
    """
    middle = [math.floor(mid + 0.5) for mid in inquiry.leg_mid_ticks]
    pairs = list(zip(inquiry.legs, middle, strict=True))
    taker = max(range(len(pairs)), key=lambda at: pairs[at][0].ratio)
    others = sum(leg.side * leg.ratio * price for at, (leg, price) in enumerate(pairs) if at != taker)
    fills: list[Fill] = []
    for at, (leg, price) in enumerate(pairs):
        contracts = leg.ratio * quantity
        cash = leg.side * quantity * (price_ticks - others) if at == taker else contracts * price
        fills.extend(_fills_of(inquiry, leg, contracts, cash, ts_ns))
    return tuple(fills)


def _fills_of(inquiry: Inquiry, leg: Leg, contracts: int, cash: int, ts_ns: int) -> list[Fill]:
    """One fill, or two at neighbouring ticks, of so many contracts for so much cash [ticks]."""
    lower, dearer = divmod(cash, contracts)
    parts = ((contracts - dearer, lower), (dearer, lower + 1))
    return [
        Fill(
            parent_id=inquiry.parent_id,
            symbol=leg.symbol,
            side=Side(inquiry.side * leg.side),
            quantity=quantity,
            price_ticks=price,
            ts_ns=ts_ns,
            fee=inquiry.fee_per_contract * quantity,
            liquidity=Liquidity.TAKER,
        )
        for quantity, price in parts
        if quantity
    ]
