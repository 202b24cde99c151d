"""The regression of changes of implied volatility on the day's return, the forecast and a slow level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

COEFFICIENT_NAMES = ("intercept", "forecast_pull", "level_pull", "leverage", "downside")

_LEVEL_SHARES = np.arange(0.005, 0.1001, 0.005)
_FIRST_DAYS = 21


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRegression:
    """x' - x = intercept + forecast_pull (g - x) + level_pull (l - x) + leverage z + downside min(z, 0) + u.

    x: log of one-month implied volatility; g: log of its forecast and l: a slow level of x, both at the close
    before; l' = l + level_share (x' - l). z: the day's standardised return. coefficients, standard_errors
    (White 1980): in the order of COEFFICIENT_NAMES. days: places of the days regressed, `regressors` (day,
    coefficient), `change` and `residual` theirs. first_level: of l on the first day that has an x.
    """

    coefficients: FloatArray
    standard_errors: FloatArray
    level_share: float
    first_level: float
    days: IntArray
    regressors: FloatArray
    change: FloatArray
    residual: FloatArray

    @property
    def explained_share(self) -> float:
        """R squared."""
        return float(1.0 - np.var(self.residual) / np.var(self.change))

    def expected_change(self, forecast: float, implied: float, level: float, standardised: float) -> float:
        """Expected x' - x given the day's return."""
        intercept, forecast_pull, level_pull, leverage, downside = self.coefficients.tolist()
        reverting = forecast_pull * (forecast - implied) + level_pull * (level - implied)
        reacting = leverage * standardised + downside * min(standardised, 0.0)
        return float(intercept + reverting + reacting)


def best_regression(implied: FloatArray, forecast: FloatArray, standardised: FloatArray) -> LevelRegression:
    """Least squares over the coefficients and the level's share, the latter among 0.005, 0.010 ... 0.100.

    implied (NaN where there is none), forecast: shape (day + 1,), at closes. standardised: shape (day,).
    A day is taken where there is an x at its end and at the close before.
    """
    found = (_regressed(implied, forecast, standardised, float(share)) for share in _LEVEL_SHARES)
    return min(found, key=lambda regression: float(regression.residual @ regression.residual))


def _regressed(
    implied: FloatArray, forecast: FloatArray, standardised: FloatArray, share: float
) -> LevelRegression:
    known = np.isfinite(implied)
    first_level = float(implied[known][:_FIRST_DAYS].mean())
    level = slow_level(implied, share, first_level)
    days = np.flatnonzero(known[1:] & known[:-1])
    z = standardised[days]
    pulls = (forecast - implied)[days], (level - implied)[days]
    regressors = np.column_stack((np.ones(z.size), *pulls, z, np.minimum(z, 0.0)))
    change = np.diff(implied)[days]
    coefficients = np.linalg.lstsq(regressors, change)[0]
    residual = change - regressors @ coefficients
    weighted = np.linalg.pinv(regressors) * residual
    return LevelRegression(
        coefficients=coefficients,
        standard_errors=np.sqrt(np.sum(weighted * weighted, axis=1)),
        level_share=share,
        first_level=first_level,
        days=days,
        regressors=regressors,
        change=change,
        residual=residual,
    )


def slow_level(implied: FloatArray, share: float, first_level: float) -> FloatArray:
    """l' = l + share (x' - l) from `first_level` on the first day with an x; a day without one keeps l."""
    level = np.full(implied.size, np.nan)
    now = np.nan
    for day, value in enumerate(implied.tolist()):
        if value == value:
            now = first_level if now != now else now + share * (value - now)
        level[day] = now
    return level
