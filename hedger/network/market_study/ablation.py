"""The same paths seen by a hedger who lacks a part of what there is to know."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from hedger.network.correction_state import LANDMARK_YEARS
from hedger.network.markets.paths import DAYS_PER_YEAR, MarketPaths

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatSmile:
    """One volatility for all strikes, expiries and dates of a path; shape (path,) [per sqrt(year)]."""

    volatility: FloatArray

    def implied_volatility(
        self, paths: MarketPaths, step: int, log_moneyness: FloatArray, expiry_years: FloatArray
    ) -> FloatArray:
        """The path's volatility, shape (path, option)."""
        shape = np.broadcast_shapes(log_moneyness.shape, expiry_years.shape, (len(self.volatility), 1))
        return np.broadcast_to(self.volatility[:, None], shape).copy()


def without_forecast(paths: MarketPaths) -> MarketPaths:
    """The forecast is what the surface implies at the money."""
    years = paths.forecast_days / DAYS_PER_YEAR
    implied = [paths.implied_volatility(step, 0.0, years) for step in range(paths.steps + 1)]
    variance = np.stack(implied, axis=1) ** 2 / DAYS_PER_YEAR
    return replace(paths, daily_variance=variance[:, :, 0], forecast_variance=variance)


def with_long_run_forecast(paths: MarketPaths) -> MarketPaths:
    """The forecast is the mean variance of all paths, at every date and horizon."""
    level = float(paths.daily_variance.mean())
    return replace(
        paths,
        daily_variance=np.full_like(paths.daily_variance, level),
        forecast_variance=np.full_like(paths.forecast_variance, level),
    )


def with_frozen_surface(paths: MarketPaths) -> MarketPaths:
    """The surface is flat at the one-month at-the-money volatility of the first date, and stays."""
    start = paths.implied_volatility(0, 0.0, LANDMARK_YEARS)[:, 0]
    return replace(paths, smile=FlatSmile(volatility=start))
