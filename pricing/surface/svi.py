"""Gatheral's raw SVI smile per expiry, joined into a surface."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SviParameters:
    """Raw SVI w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2)).

    Gatheral and Jacquier (2014), eq. 3.1: level a, slope b >= 0, correlation -1 < rho < 1, shift m and
    smoothing sigma > 0, an array each; log-moneyness broadcasts against them.
    """

    level: FloatArray
    slope: FloatArray
    correlation: FloatArray
    shift: FloatArray
    smoothing: FloatArray

    def total_variance(self, log_moneyness: FloatArray) -> FloatArray:
        """Total variance w(k), broadcast."""
        distance = log_moneyness - self.shift
        root = np.sqrt(distance**2 + self.smoothing**2)
        return np.asarray(self.level + self.slope * (self.correlation * distance + root), dtype=np.float64)

    def derivatives(self, log_moneyness: FloatArray) -> tuple[FloatArray, FloatArray]:
        """First and second derivative of w by k, broadcast."""
        distance = log_moneyness - self.shift
        root = np.sqrt(distance**2 + self.smoothing**2)
        first = self.slope * (self.correlation + distance / root)
        return np.asarray(first), np.asarray(self.slope * self.smoothing**2 / root**3)

    def at(self, position: npt.NDArray[np.int64]) -> SviParameters:
        """The parameters of the slices at `position` (any shape)."""
        return SviParameters(
            level=self.level[position],
            slope=self.slope[position],
            correlation=self.correlation[position],
            shift=self.shift[position],
            smoothing=self.smoothing[position],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SviSurface:
    """Raw SVI slices at increasing `expiry_years`; total variance linear in expiry at fixed log-moneyness.

    Before the first slice the smile is constant in volatility; after the last, total variance grows by the
    last forward at-the-money variance at every log-moneyness.
    """

    expiry_years: FloatArray
    slices: SviParameters
    description: str

    def total_variance(self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike) -> FloatArray:
        """Total variance w(k, T), zero at T = 0."""
        k, years = _broadcast(log_moneyness, expiry_years)
        (lower, weight_below), (upper, weight_above) = self._neighbours(years)
        inside = weight_below * self.slices.at(lower).total_variance(k)
        inside += weight_above * self.slices.at(upper).total_variance(k)
        return np.asarray(inside + self._grown(years), dtype=np.float64)

    def derivatives(
        self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Total variance and its first and second derivative by log-moneyness; all zero at T = 0."""
        k, years = _broadcast(log_moneyness, expiry_years)
        first, second = np.zeros(k.shape), np.zeros(k.shape)
        for position, weight in self._neighbours(years):
            slope, curvature = self.slices.at(position).derivatives(k)
            first += weight * slope
            second += weight * curvature
        return self.total_variance(k, years), first, second

    def implied_volatility(self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike) -> FloatArray:
        """Implied volatility sqrt(w / T) per sqrt(year); at T = 0 the first slice's smile."""
        # Below the first knot the smile is constant in volatility, so the floor is exact there.
        years = np.maximum(np.asarray(expiry_years, dtype=np.float64), 1e-3 * self.expiry_years[0])
        return np.asarray(np.sqrt(self.total_variance(log_moneyness, years) / years), dtype=np.float64)

    def _neighbours(self, years: FloatArray) -> tuple[tuple[IntArray, FloatArray], ...]:
        """Position and weight of the slice before and the slice after; before the first, none weighs zero."""
        last = len(self.expiry_years) - 1
        after = np.searchsorted(self.expiry_years, years, side="left")
        upper, lower = np.minimum(after, last), np.clip(after - 1, 0, last)
        knots = np.concatenate(([0.0], self.expiry_years))
        share = np.clip((years - knots[upper]) / (knots[upper + 1] - knots[upper]), 0.0, 1.0)
        return (lower, np.where(upper > 0, 1 - share, 0.0)), (upper, share)

    def _grown(self, years: FloatArray) -> FloatArray:
        """What total variance gains after the last slice."""
        grown = self._last_forward_variance() * np.maximum(years - self.expiry_years[-1], 0.0)
        return np.asarray(grown, dtype=np.float64)

    def _last_forward_variance(self) -> float:
        """Growth of at-the-money total variance after the last slice, per year, never negative."""
        theta = self.slices.total_variance(np.zeros(1))
        if len(self.expiry_years) == 1:
            return float(theta[0] / self.expiry_years[0])
        return float(max((theta[-1] - theta[-2]) / (self.expiry_years[-1] - self.expiry_years[-2]), 0.0))


def _broadcast(log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    k, years = np.broadcast_arrays(
        np.asarray(log_moneyness, dtype=np.float64), np.asarray(expiry_years, dtype=np.float64)
    )
    return k, years
