"""Minimum-variance delta of Hull and White: the correction for the volatility that moves with the index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from pricing.embedded import embedded_days, embedded_history, embedded_vix_history
from pricing.history import PriceHistory
from pricing.option_changes import OptionChanges, option_changes
from pricing.quotes import Quotes
from pricing.surface.atm import INDEX_CORRELATION, INDEX_CURVATURE, surface_from_atm
from pricing.time import exchange_date
from pricing.variance_swap import variance_swap_volatility

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

VIX_EXPIRY_YEARS = 30 / 365
WINDOW_DAYS = 756
MINIMUM_DAYS = 60
MINIMUM_CHAIN_DAYS = 10


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
    """Estimate `a` from daily changes of the VIX (per sqrt(year)) and index returns, none after `until`.

    The VIX is above the volatility at the money by the default skew's `vix_ratio`, and it rides along the
    smile: a strike that stays where it is moves less as the spot climbs the skew, whose slope in log(K / F)
    at the money is rho eta / (2 sqrt(T)). So sqrt(T) d(sigma_K) = (slope / vix_ratio - rho eta / 2) dS / S,
    with the slope of sqrt(T) d(VIX) on dS / S: least squares without a constant over at most 756 days,
    White's standard error. None below 60 days of both.
    """
    index_close, vix_close = _common_days(history.until(until), vix.until(until))
    return _vix_regression(index_close, vix_close, until) if len(vix_close) > MINIMUM_DAYS else None


def embedded_coefficients(day: date) -> MinimumVarianceCoefficients:
    """`estimate_from_vix` on the embedded S&P 500 until `day`; before 2014-04 on its last three years.

    The latter looks ahead, and `origin` says so.
    """
    history, vix = embedded_history("SPX"), embedded_vix_history()
    known = estimate_from_vix(history, vix, until=day)
    if known is not None:
        return known
    later = _vix_regression(*_common_days(history, vix), until=embedded_days()[-1])
    return replace(later, origin=f"{later.origin}: later than {day}, since there is no earlier VIX")


def _vix_regression(
    index_close: FloatArray, vix_close: FloatArray, until: date
) -> MinimumVarianceCoefficients:
    returns = index_close[1:] / index_close[:-1] - 1.0
    response = np.sqrt(VIX_EXPIRY_YEARS) * np.diff(vix_close)
    slope = float(returns @ response / (returns @ returns))
    residual = response - slope * returns
    error = float(np.sqrt(np.sum((returns * residual) ** 2)) / (returns @ returns))
    ratio = _vix_ratio(float(np.mean(vix_close)))
    return MinimumVarianceCoefficients(
        a=slope / ratio - 0.5 * INDEX_CORRELATION * INDEX_CURVATURE,
        standard_error=(error / ratio, 0.0, 0.0),
        observations=len(returns),
        origin=f"{len(returns)} days of VIX and index to {until}, less the ride along the default skew",
    )


def _vix_ratio(level: float) -> float:
    """30-day variance-swap volatility over volatility at the money on the default skew."""
    surface = surface_from_atm([VIX_EXPIRY_YEARS], [level], description="")
    return float(variance_swap_volatility(surface, VIX_EXPIRY_YEARS)[0]) / level


def _common_days(index: PriceHistory, vix: PriceHistory) -> tuple[FloatArray, FloatArray]:
    """Closes of the last days that both have."""
    _, in_index, in_vix = np.intersect1d(index.dates, vix.dates, assume_unique=True, return_indices=True)
    last = slice(-WINDOW_DAYS - 1, None)
    return index.close[in_index][last], vix.close[in_vix][last]


def estimate_from_chains(chains: Sequence[Quotes], *, before: date) -> MinimumVarianceCoefficients | None:
    """Estimate a, b and c from the chains of consecutive days, all of them before the day `before`.

    Least squares of price change - delta dS on vega dS / (S sqrt(T)) (1, delta, delta^2) over all options
    that `option_changes` keeps, calls and puts together with the call's delta at the strike; standard
    errors clustered by day, since all options of a day share its surprise. None below 10 days. Raises
    ValueError for a chain of the day `before` or later, or for chains not in order.
    """
    late = [chain.as_of for chain in chains if exchange_date(chain.as_of) >= before]
    if late:
        raise ValueError(f"a chain of {late[0]} is not known before {before}")
    changes = option_changes(chains)
    if len(np.unique(changes.day)) < MINIMUM_CHAIN_DAYS:
        return None
    estimate, error = _clustered_least_squares(changes)
    return MinimumVarianceCoefficients(
        a=float(estimate[0]),
        b=float(estimate[1]),
        c=float(estimate[2]),
        standard_error=(float(error[0]), float(error[1]), float(error[2])),
        observations=len(changes),
        origin=f"{len(changes)} option days on {len(np.unique(changes.day))} days before {before}",
    )


def _clustered_least_squares(changes: OptionChanges) -> tuple[FloatArray, FloatArray]:
    """Coefficients and their standard errors, clustered by day, each of shape (3,)."""
    lever = changes.vega * changes.spot_change / (changes.spot * np.sqrt(changes.expiry_years))
    regressors = lever[:, None] * changes.call_delta[:, None] ** np.arange(3)
    response = changes.price_change - changes.delta * changes.spot_change
    estimate, *_ = np.linalg.lstsq(regressors, response)
    scores = regressors * (response - regressors @ estimate)[:, None]
    _, day = np.unique(changes.day, return_inverse=True)
    by_day = np.zeros((day.max() + 1, 3))
    np.add.at(by_day, day, scores)
    bread = np.linalg.inv(regressors.T @ regressors)
    covariance: FloatArray = bread @ (by_day.T @ by_day) @ bread
    return np.asarray(estimate, dtype=np.float64), np.sqrt(np.diag(covariance))
