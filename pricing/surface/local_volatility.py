"""Dupire's local volatility from any surface of implied variance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from pricing.surface.arbitrage import durrleman
from pricing.surface.surface import VolSurface

FloatArray = npt.NDArray[np.float64]

_RELATIVE_STEP = 1e-4


@runtime_checkable
class GrowingSurface(Protocol):
    """A surface that knows its own derivative by expiry."""

    def growth(self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike) -> FloatArray:
        """dw/dT at constant log-moneyness [per year]."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalVolatility:
    """Local volatility per sqrt(year), NaN where there is none, and how often and why.

    without_density: points at which Durrleman's g is not positive (butterfly arbitrage, or lost in rounding).
    falling: other points at which total variance falls with expiry (calendar arbitrage). outside: points with
    an expiry that is not positive, or where the surface has no number.
    """

    volatility: FloatArray
    without_density: int
    falling: int
    outside: int

    @property
    def undefined(self) -> int:
        """All points without a local volatility."""
        return self.without_density + self.falling + self.outside


def local_volatility(
    surface: VolSurface, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike
) -> LocalVolatility:
    """sigma^2(k, T) = (dw/dT) / g(k, w, w', w''), nothing clipped (Gatheral 2006, eq. 1.10).

    k is log(K / F(T)); dw/dT is taken at constant k, so that no rate or dividend appears; inputs broadcast.
    """
    k, years = np.broadcast_arrays(
        np.asarray(log_moneyness, dtype=np.float64), np.asarray(expiry_years, dtype=np.float64)
    )
    with np.errstate(all="ignore"):
        variance, first, second = surface.derivatives(k, years)
        density = durrleman(k, variance, first, second)
        growth = variance_growth(surface, k, years)
        volatility = np.sqrt(growth / density)
    known = (years > 0.0) & np.isfinite(density) & np.isfinite(growth)
    dense = known & (density > 0.0)
    defined = dense & (growth >= 0.0)
    return LocalVolatility(
        volatility=np.where(defined, volatility, np.nan),
        without_density=int(np.sum(known & ~dense)),
        falling=int(np.sum(dense & ~defined)),
        outside=int(np.sum(~known)),
    )


def variance_growth(
    surface: VolSurface, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike
) -> FloatArray:
    """dw/dT at constant log-moneyness [per year]: the surface's own, or a central difference.

    A surface with slices has a kink at each of its `expiry_years`: the difference spans a ten-thousandth of
    the expiry and stays between two slices; at a slice it is taken on the side of the shorter expiries, whose
    variance has accrued. Inputs broadcast; NaN where the expiry is not positive.
    """
    if isinstance(surface, GrowingSurface):
        return surface.growth(log_moneyness, expiry_years)
    k, years = np.broadcast_arrays(
        np.asarray(log_moneyness, dtype=np.float64), np.asarray(expiry_years, dtype=np.float64)
    )
    ahead = np.where(years > 0.0, years, np.nan)
    before, after = _slices_around(surface, ahead)
    step = np.minimum(_RELATIVE_STEP * ahead, (after - before) / 4)
    centre = np.clip(ahead, before + step, after - step)
    early, late = centre - step, centre + step
    rise = surface.total_variance(k, late) - surface.total_variance(k, early)
    return np.asarray(rise / (late - early), dtype=np.float64)


def _slices_around(surface: VolSurface, years: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The last slice strictly before, and the first not before; zero and infinity where there is none."""
    slices = np.asarray(getattr(surface, "expiry_years", ()), dtype=np.float64)
    knots = np.concatenate(([0.0], slices, [np.inf]))
    position = np.clip(np.searchsorted(knots, years, side="left"), 1, len(knots) - 1)
    return knots[position - 1], knots[position]
