"""Heston's implied volatilities on a grid over moneyness, variance and expiry, interpolated by cubics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from hedger.network.markets.heston_grid import interpolate
from hedger.network.markets.paths import MarketPaths
from pricing.fourier.model import HestonModel
from pricing.fourier.prices import normalised_prices
from pricing.fourier.smile import implied_deviation

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MONEYNESS_NODES, VOLATILITY_NODES, EXPIRY_NODES = 33, 37, 20
FARTHEST_DEVIATIONS = 4.0
LEAST_VOLATILITY_SHARE, MOST_VOLATILITY_SHARE = 0.1, 4.0
LEAST_YEARS = 1.0 / 252.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HestonGrid:
    """Smiles of several Heston models by Fourier inversion at the nodes of `ratios` (model, T, v, k).

    Nodes are uniform in log T from a day to `longest_years`, in sqrt(v) from a tenth to four times
    sqrt(theta), and within four in k over the root m of the expected total variance; the ratio
    sigma sqrt(T) / m is interpolated, by local cubics. Outside, the edge's ratio is taken: the wings beyond
    four deviations are flat in k, and the smile at less than a day is a day's.
    """

    models: tuple[HestonModel, ...]
    ratios: FloatArray
    longest_years: float

    @classmethod
    def of(cls, models: Sequence[HestonModel], longest_years: float) -> HestonGrid:
        """Compute the nodes; ValueError without a mean reversion, a long-run variance or more than a day."""
        if not LEAST_YEARS < longest_years < np.inf:
            raise ValueError(f"a grid of expiries ends beyond a day, not at {longest_years} years")
        if not all(model.mean_reversion > 0.0 and model.long_run_variance > 0.0 for model in models):
            raise ValueError("a Heston market reverts, to a variance above zero")
        ratios = np.array([heston_ratios(model, longest_years) for model in models])
        return cls(models=tuple(models), ratios=ratios, longest_years=longest_years)

    def column(self, name: str) -> FloatArray:
        """One of the numbers of `HestonModel`, shape (model,)."""
        return np.array([getattr(model, name) for model in self.models], dtype=np.float64)

    def implied_volatility(
        self, model: IntArray, variance: FloatArray, log_moneyness: FloatArray, expiry_years: FloatArray
    ) -> FloatArray:
        """Black volatility per sqrt(year) at v = `variance` of models by their place; inputs broadcast."""
        kappa, theta = self.column("mean_reversion")[model], self.column("long_run_variance")[model]
        years = np.maximum(expiry_years, 1e-3 * LEAST_YEARS)
        root = root_of_expected_variance(kappa, theta, variance, years)
        with np.errstate(divide="ignore", invalid="ignore"):
            places = np.broadcast_arrays(
                model.astype(np.float64),
                _expiry_place(years, self.longest_years),
                _volatility_place(np.sqrt(variance / theta)),
                _moneyness_place(log_moneyness / root),
            )
        table, first, second, third = (np.array(each, dtype=np.float64).ravel() for each in places)
        found = np.empty(table.size)
        interpolate(self.ratios, table, first, second, third, found)
        return np.asarray(found.reshape(places[0].shape) * root / np.sqrt(years))


@dataclass(frozen=True, slots=True, kw_only=True)
class HestonSmile:
    """The smile of paths under Heston's model: `model` of each path, `variance` of each path and step."""

    grid: HestonGrid
    model: IntArray
    variance: FloatArray

    def implied_volatility(
        self, paths: MarketPaths, step: int, log_moneyness: FloatArray, expiry_years: FloatArray
    ) -> FloatArray:
        """Black volatility per sqrt(year), shape (path, option)."""
        state = self.variance[:, step, None]
        return self.grid.implied_volatility(self.model[:, None], state, log_moneyness, expiry_years)


def heston_ratios(model: HestonModel, longest_years: float) -> FloatArray:
    """sigma sqrt(T) over the root of the expected total variance at the nodes of `HestonGrid`."""
    years = LEAST_YEARS * (longest_years / LEAST_YEARS) ** np.linspace(0.0, 1.0, EXPIRY_NODES)[:, None]
    shares = np.linspace(LEAST_VOLATILITY_SHARE, MOST_VOLATILITY_SHARE, VOLATILITY_NODES)
    deviations = np.linspace(-FARTHEST_DEVIATIONS, FARTHEST_DEVIATIONS, MONEYNESS_NODES)
    ratios = np.empty((EXPIRY_NODES, VOLATILITY_NODES, MONEYNESS_NODES))
    theta = model.long_run_variance
    for at, variance in enumerate((shares**2 * theta).tolist()):
        state = replace(model, initial_variance=variance)
        root = root_of_expected_variance(model.mean_reversion, theta, variance, years)
        moneyness = np.asarray(deviations * root)
        price = normalised_prices(state, moneyness, years).log_price
        ratios[:, at] = implied_deviation(moneyness, price) / root
    return ratios


def root_of_expected_variance(
    kappa: npt.ArrayLike, theta: npt.ArrayLike, variance: npt.ArrayLike, years: npt.ArrayLike
) -> FloatArray:
    """Root of theta T + (v - theta) (1 - exp(-kappa T)) / kappa; inputs broadcast."""
    kappa, theta, variance, years = (np.asarray(each, np.float64) for each in (kappa, theta, variance, years))
    reach = -np.expm1(-kappa * years) / kappa
    return np.asarray(np.sqrt(theta * years + (variance - theta) * reach))


def _expiry_place(years: FloatArray, longest_years: float) -> FloatArray:
    """Where expiries lie among the nodes, 0 to EXPIRY_NODES - 1."""
    share = np.log(years / LEAST_YEARS) / np.log(longest_years / LEAST_YEARS)
    return np.asarray((EXPIRY_NODES - 1) * share)


def _volatility_place(share: FloatArray) -> FloatArray:
    """Where sqrt(v / theta) lies among the nodes."""
    span = MOST_VOLATILITY_SHARE - LEAST_VOLATILITY_SHARE
    return np.asarray((VOLATILITY_NODES - 1) * (share - LEAST_VOLATILITY_SHARE) / span)


def _moneyness_place(deviations: FloatArray) -> FloatArray:
    """Where k over the root of the expected total variance lies among the nodes."""
    return np.asarray((MONEYNESS_NODES - 1) * (0.5 + 0.5 * deviations / FARTHEST_DEVIATIONS))
