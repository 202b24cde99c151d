"""What a file of fills cannot say of its costs, and what it would take."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from execution.tca.blotter import NO_TIME, Blotter
from execution.tca.factors import OrderFactors
from execution.tca.order_costs import OrderCosts

BoolArray = npt.NDArray[np.bool_]


def unknown_sentences(
    blotter: Blotter, costs: OrderCosts, factors: OrderFactors, *, has_market: bool
) -> tuple[str, ...]:
    """Sentences on every quantity that some or all orders lack; none where all is known."""
    return tuple(_sentences(blotter, costs, factors, has_market))


def _sentences(blotter: Blotter, costs: OrderCosts, factors: OrderFactors, has_market: bool) -> Iterator[str]:
    orders = blotter.orders
    market = "market data (--market) that covers them" if has_market else "market data (--market)"
    no_arrival = np.isnan(orders.arrival_price)
    traded = blotter.filled > 0.0
    unfinished = costs.filled < costs.ordered * (1.0 - 1e-9)
    cases: tuple[tuple[BoolArray, str, str], ...] = (
        (no_arrival, "shortfall", f"a column arrival_price, or {market}"),
        (
            traded & ~no_arrival & np.isnan(costs.parts["spread"]),
            "spread, impact and timing apart from each other",
            f"columns bid and ask (or mid) at each fill, or {market}",
        ),
        (
            traded & ~np.isnan(costs.parts["spread"]) & np.isnan(costs.parts["permanent"]),
            "permanent impact apart from timing",
            "a column reversion_price, or market data that goes on after the order",
        ),
        (
            unfinished & ~no_arrival & np.isnan(costs.parts["opportunity"]),
            "what the unfilled quantity cost, which the total is then without",
            f"a column end_price, or {market}",
        ),
        (np.isnan(orders.decision_price), "delay", f"a column decision_price, or decision_time and {market}"),
        (
            traded & (orders.arrival_ns == NO_TIME),
            "the time of arrival; the first fill's stands for it",
            "a column arrival_time",
        ),
        (
            np.isnan(orders.interval_vwap),
            "slippage to the interval's VWAP",
            f"a column vwap, or trades in {market}",
        ),
        (np.isnan(factors.participation), "participation", f"a column market_volume, or trades in {market}"),
        (np.isnan(orders.volatility), "volatility", f"a column volatility, or {market}"),
    )
    for which, what, need in cases:
        if which.any():
            who = "any order" if which.all() else f"{int(which.sum()):,} of {len(which):,} orders"
            yield f"{what}: not known for {who}; it takes {need}"
