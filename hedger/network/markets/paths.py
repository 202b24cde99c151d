"""What every simulated market gives: spot, the forecaster's variance and the state of the smile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pricing.black import black_price

FloatArray = npt.NDArray[np.float64]

DAYS_PER_YEAR = 252
FORECAST_DAYS = (1, 5, 21, 63)
LANDMARK_YEARS = 21 / DAYS_PER_YEAR
"""Expiry of the at-the-money volatility that `vol_of_vol` and `spot_vol_slope` are of: a month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketPaths:
    """Simulated days, axes path and step (0 .. steps inclusive), C-contiguous; rates are zero.

    spot: [currency], a martingale. daily_variance: of the next step's log return as the forecaster knows it;
    forecast_variance: mean daily variance expected over the next `forecast_days` days, axes path, step,
    horizon. short_volatility, long_volatility: at-the-money limits at expiry 0 and infinity, per sqrt(year);
    skew_correlation rho and skew_curvature eta: as in `smile`. vol_of_vol: deviation of the log of the one-
    month at-the-money volatility, per sqrt(year); spot_vol_slope: its regression slope on spot's log return;
    both of a path's first step, shape (path,), zero where volatility is constant. description: for reports.
    """

    spot: FloatArray
    daily_variance: FloatArray
    forecast_variance: FloatArray
    forecast_days: FloatArray
    short_volatility: FloatArray
    long_volatility: FloatArray
    skew_correlation: FloatArray
    skew_curvature: FloatArray
    vol_of_vol: FloatArray
    spot_vol_slope: FloatArray
    smile: Smile
    description: str

    @property
    def steps(self) -> int:
        """Steps after the first date."""
        return int(self.spot.shape[1]) - 1

    def implied_volatility(
        self, step: int, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike
    ) -> FloatArray:
        """Black volatility per sqrt(year) at a step, shape (path, option).

        log_moneyness log(K / F) and expiry_years (of 252 days) broadcast with (path, 1). At an expiry of zero
        or less: that of a thousandth of a day. NaN where an input is NaN.
        """
        return self.smile.implied_volatility(self, step, np.asarray(log_moneyness), np.asarray(expiry_years))

    def option_prices(
        self, step: int, strike: npt.ArrayLike, expiry_years: npt.ArrayLike, is_call: npt.ArrayLike
    ) -> FloatArray:
        """Values [currency] of European options at a step by Black's formula, shape (path, option)."""
        forward = self.spot[:, step, None]
        years = np.asarray(expiry_years, dtype=np.float64)
        volatility = self.implied_volatility(step, np.log(np.asarray(strike) / forward), years)
        return black_price(forward, strike, years, volatility, 1.0, is_call)


class Smile(Protocol):
    """How a market's state at a step becomes implied volatilities."""

    def implied_volatility(
        self, paths: MarketPaths, step: int, log_moneyness: FloatArray, expiry_years: FloatArray
    ) -> FloatArray:
        """Black volatility per sqrt(year), shape (path, option); inputs broadcast with (path, 1)."""
        ...


class HedgingMarket(Protocol):
    """A law of motion to train and judge hedgers in."""

    def simulate(self, paths: int, steps: int, seed: np.random.SeedSequence) -> MarketPaths:
        """Paths that depend on `seed` alone, whose own count of children is left as it was."""
        ...


def fresh(seed: np.random.SeedSequence) -> np.random.SeedSequence:
    """The same seed without the children that it had: spawning from it twice gives the same streams."""
    return np.random.SeedSequence(seed.entropy, spawn_key=seed.spawn_key, pool_size=seed.pool_size)
