"""The minimum-variance delta of options on a market's own smile."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pricing.book import OptionColumns, value_options
from pricing.dynamics import skew
from pricing.hedge_ratio.belief import StickinessBelief, belief_without_chains
from pricing.market import UnderlyingMarket
from pricing.minimum_variance import minimum_variance_delta

FloatArray = npt.NDArray[np.float64]


def stickiness_delta(
    *,
    delta: FloatArray,
    vega: FloatArray,
    spot: float | FloatArray,
    strike_skew: FloatArray,
    expiry_years: FloatArray,
    belief: StickinessBelief,
) -> FloatArray:
    """Delta + vega (R - 1) skew / S, per unit of underlying; arrays of equal shape.

    R is the belief's ratio. strike_skew: slope of volatility in log(K / F) at each strike, per sqrt(year).
    vega: currency per 1.00 of volatility. An expired option, or one whose skew is not finite, is not
    corrected.
    """
    alive = np.asarray(expiry_years > 0.0) & np.isfinite(strike_skew)
    return delta + np.where(
        alive, vega * (belief.ratio - 1.0) * np.where(alive, strike_skew, 0.0) / spot, 0.0
    )


def minimum_variance_deltas(
    market: UnderlyingMarket,
    options: OptionColumns,
    *,
    spot: float | None = None,
    belief: StickinessBelief | None = None,
) -> FloatArray:
    """Minimum-variance delta of each option [units of underlying per unit], shape (position,).

    spot [currency]: at another level than the market's, the smile sticky in moneyness. belief: of the
    stickiness on this day (None: the index law, without chains of earlier days).

    On a quoted smile `stickiness_delta`. On a default skew, which is flatter than a quoted one, Hull and
    White's with the market's coefficients, estimated for that skew. Practitioner delta where the market has
    no coefficients: nothing is known of how its volatility answers to its price.
    """
    at_spot = market.spot if spot is None else spot
    greeks, _ = value_options(options, market, spot=at_spot)
    if market.minimum_variance is None:
        return greeks.delta
    if market.quotes is None:
        return minimum_variance_delta(
            delta=greeks.delta,
            vega=greeks.vega,
            spot=at_spot,
            expiry_years=options.expiry_years,
            is_call=options.is_call,
            coefficients=market.minimum_variance,
        )
    alive = options.expiry_years > 0.0
    years = np.where(alive, options.expiry_years, 1.0)
    forward = replace(market.forward, spot=at_spot).forward_at(years)
    return stickiness_delta(
        delta=greeks.delta,
        vega=greeks.vega,
        spot=at_spot,
        strike_skew=np.where(alive, skew(market.surface, np.log(options.strike / forward), years), 0.0),
        expiry_years=options.expiry_years,
        belief=belief if belief is not None else belief_without_chains(),
    )
