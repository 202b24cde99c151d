"""Benchmarks that fills are held against: arrival, decision, interval VWAP and TWAP, close, first fill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from execution.tca.blotter import Blotter, FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Slippage:
    """Filled quantity against one benchmark, shape (order,); positive is a cost, fees are not in it.

    price: the benchmark [currency], NaN where unknown. bps: of it.
    """

    price: FloatArray
    bps: FloatArray


def slippages(blotter: Blotter) -> Mapping[str, Slippage]:
    """Slippage against every benchmark, by name.

    arrival: mid when the order reached the market. decision: mid when it was decided. interval VWAP, TWAP:
    of the market from arrival to the order's end. close: last price of the day. first fill: the order's own,
    always known, and blind to what came before it.
    """
    orders, fills = blotter.orders, blotter.fills
    filled = blotter.filled
    has_fills = filled > 0.0
    spent = blotter.sum_by_order(fills.quantity * fills.price)
    average = np.where(has_fills, spent / np.where(has_fills, filled, 1.0), np.nan)
    first = np.full(len(orders), np.nan)
    first[has_fills] = fills.price[blotter.starts[:-1][has_fills]]
    prices = {
        "arrival": orders.arrival_price,
        "decision": orders.decision_price,
        "interval VWAP": orders.interval_vwap,
        "interval TWAP": orders.interval_twap,
        "close": orders.close_price,
        "first fill": first,
    }
    return {
        name: Slippage(price=price, bps=1e4 * orders.side * (average - price) / price)
        for name, price in prices.items()
    }
