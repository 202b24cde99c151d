"""Minimum-variance delta of Hull and White: the correction for the volatility that moves with the index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from pricing.history import PriceHistory
from pricing.surface.atm import INDEX_CORRELATION, INDEX_CURVATURE

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

VIX_EXPIRY_YEARS = 30 / 365
WINDOW_DAYS = 756
MINIMUM_DAYS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumVarianceCoefficients:
    """Expected change of a strike's implied volatility: (dS / S) (a + b delta + c delta^2) / sqrt(T).

    delta: of the call at that strike. a, b, c: sqrt(year) x volatility, dimensionless. standard_error:
    theirs, zero where a coefficient was not estimated. observations: days, or option days. origin: how
    estimated.
    """

    a: float
    b: float = 0.0
    c: float = 0.0
    standard_error: tuple[float, float, float] = (0.0, 0.0, 0.0)
    observations: int = 0
    origin: str = "given"


def minimum_variance_delta(
    *,
    delta: FloatArray,
    vega: FloatArray,
    spot: float,
    expiry_years: FloatArray,
    is_call: BoolArray,
    coefficients: MinimumVarianceCoefficients,
) -> FloatArray:
    """delta + vega / (S sqrt(T)) (a + b delta + c delta^2), per unit of underlying; arrays of equal shape.

    A put is corrected as the call at its strike, whose delta is 1 + the put's, so that call and put differ
    by the same delta before and after (Hull and White fit them apart). With a dividend yield q that call's
    delta is off by 1 - exp(-q T). An expired option is not corrected. vega: currency per 1.00 of
    volatility.

    Reference: Hull and White (2017), Optimal delta hedging for options, Journal of Banking and Finance 82,
    180-190.
    """
    call_delta = np.where(is_call, delta, 1.0 + delta)
    response = coefficients.a + coefficients.b * call_delta + coefficients.c * call_delta**2
    alive = expiry_years > 0.0
    root_years = np.sqrt(np.where(alive, expiry_years, 1.0))
    return delta + np.where(alive, vega * response / (spot * root_years), 0.0)


def estimate_from_vix(
    history: PriceHistory, vix: PriceHistory, *, until: date
) -> MinimumVarianceCoefficients | None:
    """Estimate `a` from daily changes of the VIX (per sqrt(year)) and returns of the index, none after
    `until`.

    The VIX rides along the smile: a strike that stays where it is moves less as the spot climbs the skew.
    With the default index skew, whose volatility has the slope rho eta / (2 sqrt(T)) in log(K / F) at the
    money, sqrt(T) d(sigma_K) = (slope of sqrt(T) d(VIX) on dS / S - rho eta / 2) dS / S. Least squares
    without a constant over at most 756 days; the standard error is White's. None below 60 days of both.
    """
    index_close, vix_close = _common_days(history.until(until), vix.until(until))
    returns = index_close[1:] / index_close[:-1] - 1.0
    response = np.sqrt(VIX_EXPIRY_YEARS) * np.diff(vix_close)
    if len(returns) < MINIMUM_DAYS:
        return None
    slope = float(returns @ response / (returns @ returns))
    residual = response - slope * returns
    error = float(np.sqrt(np.sum((returns * residual) ** 2)) / (returns @ returns))
    return MinimumVarianceCoefficients(
        a=slope - 0.5 * INDEX_CORRELATION * INDEX_CURVATURE,
        standard_error=(error, 0.0, 0.0),
        observations=len(returns),
        origin=f"{len(returns)} days of VIX and index to {until}, less the ride along the default skew",
    )


def _common_days(index: PriceHistory, vix: PriceHistory) -> tuple[FloatArray, FloatArray]:
    """Closes of the last days that both have."""
    _, in_index, in_vix = np.intersect1d(index.dates, vix.dates, assume_unique=True, return_indices=True)
    last = slice(-WINDOW_DAYS - 1, None)
    return index.close[in_index][last], vix.close[in_vix][last]
