"""The delta that the hedge policy takes as its reference."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import numpy.typing as npt

from hedger.network.hedge_ratio.features import ratio_features
from hedger.network.hedge_ratio.network import RatioNetwork, shipped_ratio_network
from pricing.book import OptionColumns
from pricing.embedded import EMBEDDED_SYMBOLS, embedded_history, embedded_vix_history
from pricing.hedge_ratio import StickinessBelief, minimum_variance_deltas
from pricing.hedge_ratio.vix_law import INDEX_RESPONSE, response_after, vix_days
from pricing.market import UnderlyingMarket
from pricing.minimum_variance import MinimumVarianceCoefficients
from pricing.surface.atm import INDEX_CORRELATION, INDEX_CURVATURE
from pricing.time import close_instant, exchange_date, trading_days_between

FloatArray = npt.NDArray[np.float64]

RIDE = -0.5 * INDEX_CORRELATION * INDEX_CURVATURE
"""sqrt(T) times what a strike gains in volatility as spot climbs the default skew, per unit of return."""


def reference_deltas(
    market: UnderlyingMarket,
    options: OptionColumns,
    *,
    spot: float | None = None,
    belief: StickinessBelief | None = None,
) -> FloatArray:
    """Minimum-variance delta of each option [units of underlying per unit], shape (position,).

    As `pricing.hedge_ratio.minimum_variance_deltas`, whose arguments and fallbacks are those here. On a
    quoted smile it is that one: the skew already says what the network would. Without quotes the response of
    volatility is the network's (`corrected_coefficients`).
    """
    if market.quotes is None and market.minimum_variance is not None:
        market = replace(market, minimum_variance=corrected_coefficients(market))
    return minimum_variance_deltas(market, options, spot=spot, belief=belief)


def corrected_coefficients(
    market: UnderlyingMarket, *, network: RatioNetwork | None = None
) -> MinimumVarianceCoefficients | None:
    """The market's coefficients with the response in `a` times what filter and network make of the day.

    a = RIDE + (a_market - RIDE) (1 + surprise) factor. network: None for the shipped one. Unchanged where the
    underlying is not the index of the VIX, where b or c are given (they are not of the VIX), or without 22
    returns of history.
    """
    given = market.minimum_variance
    if given is None or given.b or given.c or market.history is None:
        return given
    if EMBEDDED_SYMBOLS.get(market.symbol.upper()) != "SPX":
        return given
    day = exchange_date(market.as_of)
    # Before the close of the day its own close is not known.
    last = np.datetime64(day, "D") - (0 if market.as_of >= close_instant(day) else 1)
    surprise, deviation = _vix_state(last.item())
    close = market.history.close[market.history.dates <= last]
    features = ratio_features(market.surface, close, surprise=surprise, deviation=deviation)
    if features is None:
        return given
    chosen = network if network is not None else shipped_ratio_network()
    factor = (1.0 + surprise) * float(chosen.factor(features.row()[None, :])[0])
    return replace(
        given,
        a=RIDE + (given.a - RIDE) * factor,
        origin=f"{given.origin}; its response times {factor:.2f} by the network of {day}",
    )


@cache
def _vix_state(day: date) -> tuple[float, float]:
    """Mean and deviation of the response on `day`, from the embedded VIX to that day."""
    days = vix_days(embedded_history("SPX"), embedded_vix_history(), until=day)
    mean, variance = response_after(INDEX_RESPONSE, days)
    if len(days.end) == 0:
        return mean, variance**0.5
    gone = INDEX_RESPONSE.persistence ** trading_days_between(days.end[-1].item(), day)
    stationary = INDEX_RESPONSE.deviation**2
    return gone * mean, (stationary + gone**2 * (variance - stationary)) ** 0.5
