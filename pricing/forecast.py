"""A volatility forecast: what it says by horizon, whatever made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class VolForecast:
    """Annualised volatility of the average day from `as_of` to each horizon, with its interval.

    horizon_days: trading days, increasing from 1. volatility, lower, upper: per sqrt(year) of 252 days,
    same shape; lower and upper bound the realised volatility over the horizon at `level` (simulated).
    """

    as_of: date
    horizon_days: FloatArray
    volatility: FloatArray
    lower: FloatArray
    upper: FloatArray
    level: float = 0.90
    model: str = ""
    observations: int = 0
    parameters: Mapping[str, float] = field(default_factory=dict)

    def at(self, horizon_days: npt.ArrayLike) -> FloatArray:
        """Forecast volatility to a horizon in trading days: total variance linear in time, flat outside."""
        return _interpolate(self.horizon_days, self.volatility, horizon_days)

    def interval_at(self, horizon_days: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Lower and upper bound of realised volatility over a horizon in trading days."""
        return _interpolate(self.horizon_days, self.lower, horizon_days), _interpolate(
            self.horizon_days, self.upper, horizon_days
        )


def _interpolate(knots: FloatArray, volatility: FloatArray, at: npt.ArrayLike) -> FloatArray:
    days = np.clip(np.asarray(at, dtype=np.float64), knots[0], knots[-1])
    return np.sqrt(np.interp(days, knots, volatility**2 * knots) / days)
