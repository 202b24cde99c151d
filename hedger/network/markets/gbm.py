"""The market of Black and Scholes, with a volatility that varies from path to path."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hedger.network.markets.paths import DAYS_PER_YEAR, FORECAST_DAYS, MarketPaths, fresh
from hedger.network.markets.ssvi_smile import SsviSmile
from pricing.paths.gbm import gbm_paths

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlackScholesMarket:
    """Geometric Brownian motion without drift, one step a day; the smile is flat at the path's volatility.

    volatility: per sqrt(year) of 252 days, its median over paths. volatility_deviation: of its logarithm over
    paths; 0 gives every path the same. There is no variance premium.
    """

    volatility: float = 0.2
    volatility_deviation: float = 0.0
    spot: float = 1.0

    def simulate(self, paths: int, steps: int, seed: np.random.SeedSequence) -> MarketPaths:
        """Paths of `steps` days; ValueError for a parameter out of its range."""
        own, moves = fresh(seed).spawn(2)
        noise = np.random.default_rng(own).standard_normal(paths)
        volatility = self.volatility * np.exp(self.volatility_deviation * noise)
        spot = gbm_paths(
            spot=self.spot,
            volatility=volatility,
            step_years=1.0 / DAYS_PER_YEAR,
            steps=steps,
            paths=paths,
            seed=moves,
        )
        level = np.repeat(volatility[:, None], steps + 1, axis=1)
        variance = level**2 / DAYS_PER_YEAR
        none = np.zeros_like(level)
        return MarketPaths(
            spot=spot,
            daily_variance=variance,
            forecast_variance=np.repeat(variance[:, :, None], len(FORECAST_DAYS), axis=2),
            forecast_days=np.array(FORECAST_DAYS, dtype=np.float64),
            short_volatility=level,
            long_volatility=level,
            skew_correlation=none,
            skew_curvature=none,
            vol_of_vol=np.zeros(paths),
            spot_vol_slope=np.zeros(paths),
            smile=SsviSmile(term_reversion=1.0),
            description=f"geometric Brownian motion, volatility {self.volatility:g}",
        )
