"""What may explain an order's cost: factors of its market and of the algorithm's choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from execution.market.regime import SECONDS_PER_DAY, TRADING_DAYS_PER_YEAR
from execution.tca.blotter import NO_TIME, Blotter, FloatArray, IntArray, TextArray
from execution.tca.market_join import Surroundings

_HOUR_NS = 3_600 * 10**9
_DAY_NS = 24 * _HOUR_NS
MARKET_FACTORS = (
    "volatility of horizon [bps]",
    "spread [bps]",
    "participation [%]",
    "square-root law [bps]",
    "momentum [bps]",
    "hour of day",
)
CHOICE_FACTORS = ("taker share [%]", "slice size [%]", "duration [minutes]")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFactors:
    """Factors by name, arrays of shape (order,), NaN or '' where unknown.

    numbers: of MARKET_FACTORS and CHOICE_FACTORS. `square-root law` is the horizon's volatility times the
    root of participation, the whole law with coefficient one. `momentum` is positive where the market had
    moved against the order. `slice size` is the mean fill, by quantity, over the order. labels: regime,
    algorithm, venue (where most of the order filled) and side. participation: in [0, 1]. horizon_days:
    trading days of 6.5 hours.
    """

    numbers: Mapping[str, FloatArray]
    labels: Mapping[str, TextArray]
    participation: FloatArray
    horizon_days: FloatArray
    arrival_ns: IntArray


def order_factors(blotter: Blotter, around: Surroundings) -> OrderFactors:
    """Compute every factor that the blotter knows."""
    orders, filled = blotter.orders, blotter.filled
    arrival, end = blotter.arrival_ns(), blotter.end_ns()
    timed = (arrival != NO_TIME) & (end != NO_TIME) & (end > arrival)
    seconds = np.where(timed, end - arrival, 0) / 1e9
    horizon_days = np.where(timed, seconds / SECONDS_PER_DAY, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = filled / orders.market_volume
    participation = np.where((share > 0.0) & (share <= 1.0), share, np.nan)
    horizon_bps = 1e4 * orders.volatility * np.sqrt(horizon_days / TRADING_DAYS_PER_YEAR)
    hour = np.where(arrival == NO_TIME, np.nan, (arrival % _DAY_NS) / _HOUR_NS)
    market = (
        horizon_bps,
        around.spread_bps,
        100.0 * participation,
        horizon_bps * np.sqrt(participation),
        around.momentum_bps,
        hour,
    )
    choices = (100.0 * taker_share(blotter), 100.0 * _slice_size(blotter), seconds / 60.0)
    word = np.where(orders.side > 0.0, "buy", "sell")
    labels = {
        "regime": orders.regime,
        "algorithm": orders.algorithm,
        "venue": most_filled(blotter, blotter.fills.venue),
        "side": word,
    }
    return OrderFactors(
        numbers=dict(zip(MARKET_FACTORS + CHOICE_FACTORS, market + choices, strict=True)),
        labels=labels,
        participation=participation,
        horizon_days=horizon_days,
        arrival_ns=arrival,
    )


def taker_share(blotter: Blotter) -> FloatArray:
    """Share of each order's filled quantity that took liquidity; NaN where a fill does not say."""
    fills, filled = blotter.fills, blotter.filled
    taken = blotter.sum_by_order(fills.quantity * fills.taker)
    return np.where(filled > 0.0, taken / np.where(filled > 0.0, filled, 1.0), np.nan)


def _slice_size(blotter: Blotter) -> FloatArray:
    """Mean fill by quantity over what filled: one for an order done at once."""
    filled = blotter.filled
    squares = blotter.sum_by_order(blotter.fills.quantity**2)
    return np.where(filled > 0.0, squares / np.where(filled > 0.0, filled, 1.0) ** 2, np.nan)


def most_filled(blotter: Blotter, names: TextArray) -> TextArray:
    """Of the names of fills, (fill,), that by which most of each order filled; '' where nobody says."""
    known, of_fill = np.unique(names, return_inverse=True)
    if not len(known):
        return np.full(len(blotter.orders), "", dtype="<U1")
    quantity = np.zeros((len(blotter.orders), len(known)))
    np.add.at(quantity, (blotter.fills.order, of_fill), blotter.fills.quantity)
    return np.where(blotter.filled > 0.0, known[quantity.argmax(axis=1)], "")
