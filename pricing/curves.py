"""Discount and forward curves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountCurve:
    """Continuously compounded zero rates [per year] at `expiry_years`; rate x time linear, flat outside."""

    expiry_years: FloatArray
    zero_rate: FloatArray

    def rate_at(self, expiry_years: npt.ArrayLike) -> FloatArray:
        """Continuously compounded zero rate to `expiry_years` (any shape)."""
        return _interpolated_rate(self.expiry_years, self.zero_rate, expiry_years)

    def discount_at(self, expiry_years: npt.ArrayLike) -> FloatArray:
        """Discount factor to `expiry_years` (any shape)."""
        return np.exp(-self.rate_at(expiry_years) * np.asarray(expiry_years, dtype=np.float64))


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardCurve:
    """Forward prices: spot [currency] and net carry rate log(F/S)/T [per year] at `expiry_years`."""

    spot: float
    expiry_years: FloatArray
    carry_rate: FloatArray

    def carry_at(self, expiry_years: npt.ArrayLike) -> FloatArray:
        """Net carry (rate minus dividend yield minus borrow) [per year] to `expiry_years` (any shape)."""
        return _interpolated_rate(self.expiry_years, self.carry_rate, expiry_years)

    def forward_at(self, expiry_years: npt.ArrayLike) -> FloatArray:
        """Forward price [currency] for `expiry_years` (any shape)."""
        return self.spot * np.exp(self.carry_at(expiry_years) * np.asarray(expiry_years, dtype=np.float64))


def _interpolated_rate(knots: FloatArray, rates: FloatArray, at: npt.ArrayLike) -> FloatArray:
    """Interpolate rate x time linearly between knots, the rate flat outside."""
    years = np.asarray(at, dtype=np.float64)
    inside = np.clip(years, knots[0], knots[-1])
    total = np.interp(inside, knots, rates * knots)
    return np.where(inside > 0, total / np.where(inside > 0, inside, 1.0), rates[0])
