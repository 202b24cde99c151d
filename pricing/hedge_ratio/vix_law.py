"""How fast the response of volatility to returns wanders, by likelihood on the history of the VIX."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import log

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from pricing.history import PriceHistory

FloatArray = npt.NDArray[np.float64]

FEWEST_DAYS = 250
_START = (-1.4, 0.8, 0.35, 0.045)


@dataclass(frozen=True, slots=True, kw_only=True)
class VixResponse:
    """d(VIX) = slope (1 + u_t) x log return + noise x VIX x e_t, with u_t reverting by `persistence` a day.

    slope: VIX per sqrt(year) per 1.00 of log return. deviation: the stationary one of u_t. noise: daily,
    relative to the VIX. days: in the fit.
    """

    slope: float
    persistence: float
    deviation: float
    noise: float
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VixDays:
    """Days of both series: date the move began [datetime64], log return, VIX before and its change."""

    start: npt.NDArray[np.datetime64]
    log_return: FloatArray
    level: FloatArray
    change: FloatArray


def vix_days(index: PriceHistory, vix: PriceHistory, *, until: date | None = None) -> VixDays:
    """Moves of the days that both have, the last ending on `until`."""
    days, in_index, in_vix = np.intersect1d(index.dates, vix.dates, assume_unique=True, return_indices=True)
    known = days <= np.datetime64(until, "D") if until is not None else np.ones(len(days), dtype=np.bool_)
    close, level = index.close[in_index][known], vix.close[in_vix][known]
    return VixDays(
        start=days[known][:-1], log_return=np.diff(np.log(close)), level=level[:-1], change=np.diff(level)
    )


def estimate_response(days: VixDays) -> VixResponse:
    """Maximum of the Gaussian likelihood of Kalman's filter; ValueError below 250 days.

    Days of equal percent noise: a quiet year tells as much as a wild one.
    """
    if len(days.change) < FEWEST_DAYS:
        raise ValueError(f"expected at least {FEWEST_DAYS} days of index and VIX, not {len(days.change)}")
    columns = [column.tolist() for column in (days.log_return, days.level, days.change)]

    def loss(free: FloatArray) -> float:
        return -_filtered(_response(free, len(days.change)), *columns)[0]

    slope, persistence, deviation, noise = _START
    start = np.array([slope, log(persistence / (1.0 - persistence)), log(deviation), log(noise)])
    found = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-3})
    return _response(found.x, len(days.change))


def filtered_response(response: VixResponse, days: VixDays) -> tuple[FloatArray, FloatArray]:
    """Mean and deviation of u_t as known before each day's return, shape (day,)."""
    columns = [column.tolist() for column in (days.log_return, days.level, days.change)]
    _, mean, deviation = _filtered(response, *columns)
    return np.array(mean), np.array(deviation)


def _response(free: FloatArray, days: int) -> VixResponse:
    return VixResponse(
        slope=float(free[0]),
        persistence=float(1.0 / (1.0 + np.exp(-free[1]))),
        deviation=float(np.exp(free[2])),
        noise=float(np.exp(free[3])),
        days=days,
    )


def _filtered(
    response: VixResponse, returns: list[float], levels: list[float], changes: list[float]
) -> tuple[float, list[float], list[float]]:
    """Log-likelihood up to a constant, and what was known before each day."""
    state, variance, likelihood = 0.0, response.deviation**2, 0.0
    means, deviations = [], []
    left = response.persistence**2
    for log_return, level, change in zip(returns, levels, changes, strict=True):
        means.append(state)
        deviations.append(variance**0.5)
        lever = response.slope * log_return
        total = lever * lever * variance + (response.noise * level) ** 2
        surprise = change - lever * (1.0 + state)
        likelihood -= 0.5 * (log(total) + surprise * surprise / total)
        gain = variance * lever / total
        state = response.persistence * (state + gain * surprise)
        variance = left * variance * (1.0 - gain * lever) + (1.0 - left) * response.deviation**2
    return likelihood, means, deviations
