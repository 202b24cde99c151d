"""Forecast against implied volatility at the book's own horizon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedger.exposure import UnderlyingExposure
from pricing.market import UnderlyingMarket

_TRADING_DAYS_PER_YEAR = 252.0
_MONTH_YEARS = 30.0 / 365.0


@dataclass(frozen=True, slots=True, kw_only=True)
class VolatilityComparison:
    """What the history forecasts and what the options imply, both annualised per sqrt(year).

    horizon_days: trading days. lower, upper: interval of the realised volatility at `level`.
    """

    underlying: str
    horizon_days: float
    forecast: float
    lower: float
    upper: float
    level: float
    implied: float


def compare_volatility(exposure: UnderlyingExposure, market: UnderlyingMarket) -> VolatilityComparison:
    """Compare at the vega-weighted mean expiry of the options, or at 30 calendar days without any."""
    years = book_horizon_years(exposure)
    days = max(1.0, years * _TRADING_DAYS_PER_YEAR)
    lower, upper = market.forecast.interval_at(days)
    return VolatilityComparison(
        underlying=exposure.underlying,
        horizon_days=days,
        forecast=float(market.forecast.at(days)),
        lower=float(lower),
        upper=float(upper),
        level=market.forecast.level,
        implied=float(market.surface.implied_volatility(0.0, years)),
    )


def book_horizon_years(exposure: UnderlyingExposure) -> float:
    """Vega-weighted mean time to expiry [ACT/365F years] of the options; 30 days without any vega."""
    expiry_years = np.array([risk.expiry_years for risk in exposure.risks], dtype=np.float64)
    weight = np.abs(np.array([risk.greeks.vega for risk in exposure.risks], dtype=np.float64))
    if weight.sum() <= 0.0:
        return _MONTH_YEARS
    return float(expiry_years @ weight / weight.sum())
