"""The SSVI smile that a market's state stands for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hedger.network.markets.paths import MarketPaths
from pricing.surface.ssvi import slice_total_variance

FloatArray = npt.NDArray[np.float64]

_LEAST_YEARS = 1e-3 / 252
WIDEST_CURVATURE = 2.0
"""Largest eta (1 + |rho|) without butterfly arbitrage (Gatheral and Jacquier 2014, remark 4.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SsviSmile:
    """SSVI with phi(theta) = eta / sqrt(theta) (Gatheral and Jacquier 2014) on an exponential term structure.

    theta(T) = long^2 T + (short^2 - long^2) (1 - exp(-kappa T)) / kappa with kappa the `term_reversion` [per
    year]. Free of static arbitrage where eta (1 + |rho|) <= 2, since theta increases in T.
    """

    term_reversion: float

    def __post_init__(self) -> None:
        if not 0.0 < self.term_reversion < np.inf:
            raise ValueError(f"a term structure reverts at a positive rate, not {self.term_reversion}")

    def implied_volatility(
        self, paths: MarketPaths, step: int, log_moneyness: FloatArray, expiry_years: FloatArray
    ) -> FloatArray:
        """Black volatility per sqrt(year), shape (path, option)."""
        short, long, rho, eta = (
            column[:, step, None]
            for column in (
                paths.short_volatility,
                paths.long_volatility,
                paths.skew_correlation,
                paths.skew_curvature,
            )
        )
        years = np.maximum(expiry_years, _LEAST_YEARS)
        theta = self.total_variance(short, long, years)
        wing = eta * np.sqrt(theta)
        return np.asarray(np.sqrt(slice_total_variance(log_moneyness, theta, rho * wing, wing) / years))

    def total_variance(self, short: FloatArray, long: FloatArray, years: FloatArray) -> FloatArray:
        """At-the-money total variance theta(T); inputs broadcast."""
        reach = -np.expm1(-self.term_reversion * years) / self.term_reversion
        return np.asarray(long**2 * (years - reach) + short**2 * reach)

    def short_volatility(self, level: FloatArray, long: FloatArray, years: float) -> FloatArray:
        """The short limit that makes the volatility to `years` equal `level`; at least a fifth of that.

        Where the least is taken (the term structure is steeper than its reversion allows), the volatility to
        `years` is above `level`.
        """
        reach = float(-np.expm1(-self.term_reversion * years)) / self.term_reversion
        square = (level**2 * years - long**2 * (years - reach)) / reach
        return np.asarray(np.sqrt(np.maximum(square, 0.04 * level**2)))


def largest_curvature(correlation: FloatArray) -> FloatArray:
    """Largest eta without butterfly arbitrage at a correlation."""
    return np.asarray(WIDEST_CURVATURE / (1.0 + np.abs(correlation)))
