"""How the smile moves with spot: the skew-stickiness ratio, and the delta that goes with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pricing.surface.surface import VolSurface

FloatArray = npt.NDArray[np.float64]

_AVERAGING_POINTS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class SmileDynamics:
    """Skew-stickiness ratio R(T) at `expiry_years` (linear between, flat outside).

    When spot returns dlnS, the volatility at the money moves by R x skew x dlnS, with skew the slope of
    volatility in log(K / F) at the money (Bergomi 2009, Smile dynamics IV): the smile over moneyness slides
    by R x dlnS. 0 keeps the smile over moneyness, 1 keeps each strike's volatility, about 2 keeps the local
    volatility of short expiries. standard_error: of R, zero where it is by definition. observations: days.
    """

    expiry_years: FloatArray
    ratio: FloatArray
    standard_error: FloatArray
    observations: int = 0
    origin: str = ""

    def ratio_at(self, expiry_years: npt.ArrayLike) -> FloatArray:
        """R at `expiry_years` (any shape)."""
        years = np.asarray(expiry_years, dtype=np.float64)
        return np.asarray(np.interp(years, self.expiry_years, self.ratio), dtype=np.float64)


def _everywhere(ratio: float, origin: str) -> SmileDynamics:
    one = np.ones(1)
    return SmileDynamics(expiry_years=one, ratio=ratio * one, standard_error=0.0 * one, origin=origin)


STICKY_MONEYNESS = _everywhere(0.0, "sticky moneyness: the smile over log(K / F) stays")
STICKY_STRIKE = _everywhere(1.0, "sticky strike: the volatility of each strike stays")


def skew(surface: VolSurface, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike) -> FloatArray:
    """Slope of implied volatility in log(K / F), per sqrt(year); inputs broadcast."""
    variance, slope, _ = surface.derivatives(log_moneyness, expiry_years)
    return np.asarray(slope / (2.0 * np.sqrt(variance * np.asarray(expiry_years))), dtype=np.float64)


def sticky_local_volatility(surface: VolSurface, expiry_years: npt.ArrayLike) -> SmileDynamics:
    """R(T) = 1 + the mean over t < T of skew(t) / skew(T): the local volatility of `surface` stays.

    To first order in the skew, for a flat term structure (Bergomi 2016, Stochastic Volatility Modeling,
    section 2.5). The mean starts at T / 64: below that no quote says what the skew is. Where there is no skew
    R does not matter, and is 2.
    """
    years = np.atleast_1d(np.asarray(expiry_years, dtype=np.float64))
    share = (np.arange(_AVERAGING_POINTS) + 0.5) / _AVERAGING_POINTS
    earlier = skew(surface, 0.0, years[:, None] * share)
    at_expiry = skew(surface, 0.0, years)
    skewed = np.abs(at_expiry) > 1e-8
    ratio = 1.0 + earlier.mean(axis=1) / np.where(skewed, at_expiry, 1.0)
    return SmileDynamics(
        expiry_years=years,
        ratio=np.where(skewed, ratio, 2.0),
        standard_error=np.zeros_like(years),
        origin="sticky local volatility, to first order in the skew",
    )


def smile_delta(
    *,
    delta: FloatArray,
    vega: FloatArray,
    spot: float,
    strike_skew: FloatArray,
    expiry_years: FloatArray,
    dynamics: SmileDynamics,
) -> FloatArray:
    """Delta with the smile's expected move: delta + vega (R - 1) skew / S, per unit of underlying.

    The volatility of a fixed strike moves by (R - 1) x skew x dlnS: sticky strike leaves delta as it is,
    sticky moneyness of an index adds to a call's, sticky local volatility takes off. strike_skew: slope of
    volatility in log(K / F) at each option's strike. vega: currency per 1.00 of volatility. Arrays of equal
    shape. The minimum-variance delta is this one with R estimated from the market
    (`pricing.dynamics_estimate`).
    """
    return np.asarray(
        delta + vega * (dynamics.ratio_at(expiry_years) - 1.0) * strike_skew / spot, dtype=np.float64
    )
