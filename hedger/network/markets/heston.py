"""Heston's market: stochastic variance, options at the model's own prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hedger.network.markets.heston_smile import HestonGrid, HestonSmile, root_of_expected_variance
from hedger.network.markets.paths import (
    DAYS_PER_YEAR,
    FORECAST_DAYS,
    LANDMARK_YEARS,
    MarketPaths,
    fresh,
)
from pricing.fourier.model import HestonModel
from pricing.paths.heston import heston_paths

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

TYPICAL = HestonModel(
    initial_variance=0.04,
    mean_reversion=5.0,
    long_run_variance=0.04,
    volatility_of_variance=0.6,
    correlation=-0.7,
)
_SLOPE_WIDTH = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class HestonMarket:
    """Variance of one of several Heston models, priced under the law that it moves by: no variance premium.

    stationary_start: a path's variance starts from the gamma law that it tends to, instead of the model's
    own. Daily steps by `pricing.paths.heston`, smiles by `HestonGrid`. Make it with `of`.
    """

    grid: HestonGrid
    stationary_start: bool = True
    spot: float = 1.0

    @classmethod
    def of(
        cls,
        models: Sequence[HestonModel] = (TYPICAL,),
        *,
        longest_years: float = 1.0,
        stationary_start: bool = True,
        spot: float = 1.0,
    ) -> HestonMarket:
        """Compute the smiles of `models`, over which paths are spread, to `longest_years`.

        ValueError without a model, for one that does not revert, or a spot that is not positive.
        """
        if not models or not 0.0 < spot < np.inf:
            raise ValueError("at least one model and a positive spot")
        grid = HestonGrid.of(models, longest_years)
        return cls(grid=grid, stationary_start=stationary_start, spot=spot)

    def simulate(self, paths: int, steps: int, seed: np.random.SeedSequence) -> MarketPaths:
        """Paths of `steps` days, which depend on `seed` alone."""
        own, moves = fresh(seed).spawn(2)
        rng = np.random.default_rng(own)
        model = rng.integers(len(self.grid.models), size=paths)
        spot, variance = heston_paths(
            spot=self.spot,
            initial_variance=self._starts(model, rng),
            mean_reversion=self.grid.column("mean_reversion")[model],
            long_run_variance=self.grid.column("long_run_variance")[model],
            volatility_of_variance=self.grid.column("volatility_of_variance")[model],
            correlation=self.grid.column("correlation")[model],
            step_years=1.0 / DAYS_PER_YEAR,
            steps=steps,
            paths=paths,
            seed=moves,
        )
        return self._market_paths(model, spot, variance)

    def _starts(self, model: IntArray, rng: np.random.Generator) -> FloatArray:
        if not self.stationary_start:
            return self.grid.column("initial_variance")[model]
        theta = self.grid.column("long_run_variance")[model]
        scale = self.grid.column("volatility_of_variance")[model] ** 2
        scale = scale / (2.0 * self.grid.column("mean_reversion")[model])
        moving = scale > 0.0
        drawn = scale * rng.standard_gamma(np.where(moving, theta / np.where(moving, scale, 1.0), 1.0))
        return np.where(moving, drawn, theta)

    def _market_paths(self, model: IntArray, spot: FloatArray, variance: FloatArray) -> MarketPaths:
        theta = self.grid.column("long_run_variance")[model, None]
        rho = self.grid.column("correlation")[model, None]
        forecast = self._forecasts(model, variance)
        vol_of_vol, slope = self._landmarks(model, variance[:, 0])
        return MarketPaths(
            spot=spot,
            daily_variance=np.ascontiguousarray(forecast[:, :, 0]),
            forecast_variance=forecast,
            forecast_days=np.array(FORECAST_DAYS, dtype=np.float64),
            short_volatility=np.sqrt(variance),
            long_volatility=np.repeat(np.sqrt(theta), variance.shape[1], axis=1),
            skew_correlation=np.repeat(rho, variance.shape[1], axis=1),
            skew_curvature=self._curvature(model, variance),
            vol_of_vol=vol_of_vol,
            spot_vol_slope=slope,
            smile=HestonSmile(grid=self.grid, model=model, variance=variance),
            description=f"Heston, {len(self.grid.models)} models",
        )

    def _forecasts(self, model: IntArray, variance: FloatArray) -> FloatArray:
        """Expected mean daily variance, shape (path, step + 1, horizon)."""
        years = np.array(FORECAST_DAYS) / DAYS_PER_YEAR
        kappa = self.grid.column("mean_reversion")[model, None, None]
        theta = self.grid.column("long_run_variance")[model, None, None]
        root = root_of_expected_variance(kappa, theta, variance[:, :, None], years)
        return np.asarray(root**2 / np.array(FORECAST_DAYS))

    def _curvature(self, model: IntArray, variance: FloatArray) -> FloatArray:
        """eta of the SSVI smile that has the one-month slope at the money, rho eta / (2 sqrt(T))."""
        width = _SLOPE_WIDTH * np.sqrt(LANDMARK_YEARS * self.grid.column("long_run_variance")[model, None])
        years = np.asarray(LANDMARK_YEARS)
        right, left = (
            self.grid.implied_volatility(model[:, None], variance, sign * width, years)
            for sign in (1.0, -1.0)
        )
        rho = self.grid.column("correlation")[model, None]
        product = np.sqrt(LANDMARK_YEARS) * (right - left) / width
        return np.asarray(np.divide(product, rho, out=np.zeros_like(product), where=rho != 0.0))

    def _landmarks(self, model: IntArray, variance: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Volatility of the one-month volatility's log, and its slope on log returns, from dv's."""
        kappa, theta, sigma, rho = (
            self.grid.column(name)[model]
            for name in ("mean_reversion", "long_run_variance", "volatility_of_variance", "correlation")
        )
        reach = -np.expm1(-kappa * LANDMARK_YEARS) / kappa
        root = root_of_expected_variance(kappa, theta, variance, LANDMARK_YEARS)
        share = 0.5 * reach * sigma / root**2
        return share * np.sqrt(variance), share * rho


def dispersed_models(
    centre: HestonModel, count: int, deviation: float, rng: np.random.Generator
) -> tuple[HestonModel, ...]:
    """`count` models about one, itself the first: its four positive numbers times log-normal factors.

    deviation: of the factors' logarithm; the initial variance keeps its ratio to the long-run one, and the
    correlation's Fisher transform moves by `deviation` times a normal number.
    """
    return (centre, *(_dispersed(centre, deviation * rng.standard_normal(4)) for _ in range(count - 1)))


def _dispersed(centre: HestonModel, noise: FloatArray) -> HestonModel:
    level, reversion, volatility = np.exp(noise[:3]).tolist()
    return HestonModel(
        initial_variance=level * centre.initial_variance,
        mean_reversion=reversion * centre.mean_reversion,
        long_run_variance=level * centre.long_run_variance,
        volatility_of_variance=volatility * centre.volatility_of_variance,
        correlation=float(np.tanh(np.arctanh(centre.correlation) + noise[3])),
    )
