"""From mean variances to a few horizons to the variance of every day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_LEAST_FORWARD = 0.1  # of the mean to the horizon before: neighbouring equations know nothing of each other
_MOST_PERSISTENT = 0.9995
_LEAST_PERSISTENT = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Knots:
    """Mean daily variance to each of `days` ahead (increasing), shape (row, horizon)."""

    days: FloatArray
    mean_variance: FloatArray


def variance_of_days(knots: Knots, days: int, *, beyond: float) -> FloatArray:
    """Variance of each of the days 1 .. `days`, shape (row, days).

    Constant between two horizons, such that the means to the horizons come out, but no less than a tenth of
    the mean to the nearer one; `beyond` a day after the last.
    """
    total = knots.mean_variance * knots.days
    width = np.diff(knots.days, prepend=0.0)
    forward = np.diff(total, axis=1, prepend=0.0) / width
    forward[:, 1:] = np.maximum(forward[:, 1:], _LEAST_FORWARD * knots.mean_variance[:, :-1])
    span = np.searchsorted(knots.days, np.arange(1, days + 1))
    after = np.full((len(forward), 1), beyond)
    path: FloatArray = np.concatenate([forward, after], axis=1)[:, span]
    return path


def decay_rate(share: float, days: float) -> float:
    """Persistence p a day for which the mean of p^0 .. p^(days - 1) is `share`; within 0.5 and 0.9995."""
    low, high = _LEAST_PERSISTENT, _MOST_PERSISTENT
    for _ in range(50):
        middle = 0.5 * (low + high)
        mean = (1.0 - middle**days) / (days * (1.0 - middle))
        low, high = (middle, high) if mean < share else (low, middle)
    return 0.5 * (low + high)


def reverting_path(
    level: float, days: int, *, flat_days: int, persistence: float, long_run: float
) -> FloatArray:
    """`level` over the first `flat_days`; then the excess over `long_run` keeps `persistence` of it a day."""
    after = np.maximum(np.arange(1, days + 1, dtype=np.float64) - flat_days, 0.0)
    path: FloatArray = long_run + (level - long_run) * persistence**after
    return path
