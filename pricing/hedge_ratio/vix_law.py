"""How fast the response of volatility to returns wanders, by likelihood on the history of the VIX."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from math import lgamma, log, log1p, pi

import numpy as np
import numpy.typing as npt

from pricing.hedge_ratio.belief import surprise_weight
from pricing.history import PriceHistory

FloatArray = npt.NDArray[np.float64]

FEWEST_DAYS = 250
_START = (-1.4, 0.8, 0.35, 0.045, 6.0)
_LEAST_FREEDOM = 2.2


@dataclass(frozen=True, slots=True, kw_only=True)
class VixResponse:
    """d(VIX) = slope (1 + u_t) x log return + noise x VIX x e_t, with u_t reverting by `persistence` a day.

    slope: VIX per sqrt(year) per 1.00 of log return. deviation: the stationary one of u_t. noise: daily,
    relative to the VIX; e_t of Student's t with `freedom` and unit variance. days: in the fit.
    likelihood: logarithm, of the relative changes.
    """

    slope: float
    persistence: float
    deviation: float
    noise: float
    freedom: float
    days: int
    likelihood: float = float("nan")


INDEX_RESPONSE = VixResponse(
    slope=-1.2502, persistence=0.7758, deviation=0.4529, noise=0.03468, freedom=6.395, days=1005
)
"""`estimate_response` on the embedded VIX to the end of 2017."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VixDays:
    """Days of both series: dates between which it moved, log return, VIX before and its change."""

    start: npt.NDArray[np.datetime64]
    end: npt.NDArray[np.datetime64]
    log_return: FloatArray
    level: FloatArray
    change: FloatArray


def vix_days(index: PriceHistory, vix: PriceHistory, *, until: date | None = None) -> VixDays:
    """Moves of the days that both have, the last ending on `until`."""
    days, in_index, in_vix = np.intersect1d(index.dates, vix.dates, assume_unique=True, return_indices=True)
    known = days <= np.datetime64(until, "D") if until is not None else np.ones(len(days), dtype=np.bool_)
    close, level = index.close[in_index][known], vix.close[in_vix][known]
    return VixDays(
        start=days[known][:-1],
        end=days[known][1:],
        log_return=np.diff(np.log(close)),
        level=level[:-1],
        change=np.diff(level),
    )


def estimate_response(days: VixDays) -> VixResponse:
    """Maximum of the likelihood of the robust filter; ValueError below 250 days.

    Percent changes count alike at every level: a quiet year tells as much as a wild one.
    """
    if len(days.change) < FEWEST_DAYS:
        raise ValueError(f"expected at least {FEWEST_DAYS} days of index and VIX, not {len(days.change)}")
    # Only a study estimates; a run reads INDEX_RESPONSE and need not wait for the import.
    from scipy.optimize import minimize

    columns = [column.tolist() for column in (days.log_return, days.level, days.change)]

    def loss(free: FloatArray) -> float:
        return -_filtered(_response(free, len(days.change)), *columns)[0]

    slope, persistence, deviation, noise, freedom = _START
    logit = log(persistence / (1.0 - persistence))
    start = np.array([slope, logit, log(deviation), log(noise), log(freedom - _LEAST_FREEDOM)])
    tolerance = {"xatol": 1e-3, "fatol": 1e-3, "maxfev": 2_000}
    found = minimize(loss, start, method="Nelder-Mead", options=tolerance)
    return replace(_response(found.x, len(days.change)), likelihood=-float(found.fun))


def filtered_response(response: VixResponse, days: VixDays) -> tuple[FloatArray, FloatArray]:
    """Mean and deviation of u_t as known before each day's return, shape (day,)."""
    columns = [column.tolist() for column in (days.log_return, days.level, days.change)]
    _, mean, deviation, _ = _filtered(response, *columns)
    return np.array(mean), np.array(deviation)


def response_after(response: VixResponse, days: VixDays) -> tuple[float, float]:
    """Mean and variance of u_t for the return after the last of `days`; those of the law without any."""
    columns = [column.tolist() for column in (days.log_return, days.level, days.change)]
    return _filtered(response, *columns)[3]


def _response(free: FloatArray, days: int) -> VixResponse:
    return VixResponse(
        slope=float(free[0]),
        persistence=float(1.0 / (1.0 + np.exp(-free[1]))),
        deviation=float(np.exp(free[2])),
        noise=float(np.exp(free[3])),
        freedom=float(_LEAST_FREEDOM + np.exp(np.minimum(free[4], 10.0))),
        days=days,
    )


def _filtered(
    response: VixResponse, returns: list[float], levels: list[float], changes: list[float]
) -> tuple[float, list[float], list[float], tuple[float, float]]:
    """Log-likelihood, mean and deviation before each day, and mean and variance after the last."""
    state, variance, likelihood = 0.0, response.deviation**2, 0.0
    means, deviations = [], []
    left, freedom = response.persistence**2, response.freedom
    constant = lgamma(0.5 * (freedom + 1.0)) - lgamma(0.5 * freedom) - 0.5 * log((freedom - 2.0) * pi)
    for log_return, level, change in zip(returns, levels, changes, strict=True):
        means.append(state)
        deviations.append(variance**0.5)
        lever, error = response.slope * log_return / level, response.noise**2
        surprise = change / level - lever * (1.0 + state)
        total = lever * lever * variance + error
        share = surprise * surprise / total
        likelihood += constant - 0.5 * log(total) - 0.5 * (freedom + 1.0) * log1p(share / (freedom - 2.0))
        gain = variance * lever / (lever * lever * variance + error / surprise_weight(share, freedom))
        state = response.persistence * (state + gain * surprise)
        variance = left * variance * (1.0 - gain * lever) + (1.0 - left) * response.deviation**2
    return likelihood, means, deviations, (state, variance)
