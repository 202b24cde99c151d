"""A surface from at-the-money volatilities alone, with the default skew of an equity index."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pricing.surface.ssvi import SsviSurface

FloatArray = npt.NDArray[np.float64]

# Medians over the 20 days of January 2018 in which S&P 500 options were fitted within three standard
# deviations of the forward; `benchmarks/surface_fit.py --defaults` prints them.
INDEX_CORRELATION = -0.366
INDEX_CURVATURE = 1.019
_GRID_YEARS = np.geomspace(1 / 365, 10.0, 60)


def surface_from_atm(
    expiry_years: npt.ArrayLike, atm_volatility: npt.ArrayLike, *, description: str
) -> SsviSurface:
    """SSVI surface through at-the-money volatilities [per sqrt(year)] with an index's default skew.

    phi(theta) = eta / sqrt(theta (1 + theta)), free of static arbitrage while eta^2 (1 + |rho|) <= 4
    (Gatheral and Jacquier 2014, section 4.1). Total variance is linear between
    expiries, volatility flat outside.
    A total variance that falls with expiry is raised to the largest before it. Raises ValueError when the
    expiries are not positive and increasing or a volatility is not positive and finite.
    """
    given_years = np.atleast_1d(np.asarray(expiry_years, dtype=np.float64))
    volatility = np.atleast_1d(np.asarray(atm_volatility, dtype=np.float64))
    _check(given_years, volatility)
    years = np.union1d(given_years, _GRID_YEARS)
    theta = np.maximum.accumulate(_total_variance(given_years, volatility, years))
    return SsviSurface(
        expiry_years=years,
        atm_total_variance=theta,
        correlation=np.full_like(theta, INDEX_CORRELATION),
        wing=INDEX_CURVATURE * np.sqrt(theta / (1 + theta)),
        description=description,
    )


def _total_variance(knots: FloatArray, volatility: FloatArray, years: FloatArray) -> FloatArray:
    inside = np.clip(years, knots[0], knots[-1])
    return np.interp(inside, knots, volatility**2 * knots) / inside * years


def _check(years: FloatArray, volatility: FloatArray) -> None:
    if years.shape != volatility.shape or years.size == 0:
        raise ValueError("one at-the-money volatility per expiry is needed, and at least one")
    if not (np.all(years > 0) and np.all(np.isfinite(years)) and np.all(np.diff(years) > 0)):
        raise ValueError("expiries must be positive, finite and increasing")
    if not (np.all(volatility > 0) and np.all(np.isfinite(volatility))):
        raise ValueError("at-the-money volatilities must be positive and finite")
