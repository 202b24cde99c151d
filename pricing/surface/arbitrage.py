"""Static arbitrage in a volatility surface: butterflies, calendars and wings on a dense grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pricing.surface.surface import VolSurface

FloatArray = npt.NDArray[np.float64]

FURTHEST_LOG_MONEYNESS = 1.5
_POINTS = 401
_CENTRE = 0.005
_WING_LOG_MONEYNESS = (50.0, 100.0)
_LEE_SLOPE = 2.0
# Rounding of g by finite differences (g is one at the forward), and of total variance.
_BUTTERFLY_ROUNDING = 1e-6
_CALENDAR_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class ArbitrageCertificate:
    """What a dense grid of log-moneyness and expiry says of a surface.

    lowest_durrleman: least value of Durrleman's g, negative where a butterfly costs less than nothing.
    lowest_calendar: least growth of total variance between neighbouring expiries. steepest_wing: largest
    |dw/dk| far out, at most 2 (Lee 2004). Each count is the grid points (wings: sides) that violate.
    """

    points: int
    butterfly_violations: int
    lowest_durrleman: float
    calendar_violations: int
    lowest_calendar: float
    wing_violations: int
    steepest_wing: float

    @property
    def violations(self) -> int:
        """All violations together."""
        return self.butterfly_violations + self.calendar_violations + self.wing_violations

    @property
    def is_clean(self) -> bool:
        """Whether nothing violates."""
        return self.violations == 0


def stretched_grid(scale: float, furthest: float, points: int) -> FloatArray:
    """Log-moneyness from -furthest to furthest, dense within `scale` of zero (a hyperbolic sine)."""
    return np.asarray(scale * np.sinh(np.linspace(-1, 1, points) * np.arcsinh(furthest / scale)))


def durrleman(
    log_moneyness: FloatArray, total_variance: FloatArray, first: FloatArray, second: FloatArray
) -> FloatArray:
    """Durrleman's g(k): the density of the forward is g times a positive factor.

    g = (1 - k w' / 2w)^2 - w'^2 / 4 (1/w + 1/4) + w'' / 2 (Gatheral and Jacquier 2014, eq. 2.1), from total
    variance and its derivatives by log-moneyness, broadcast.
    """
    moved = 1 - log_moneyness * first / (2 * total_variance)
    return np.asarray(moved**2 - first**2 / 4 * (1 / total_variance + 0.25) + second / 2, dtype=np.float64)


def certify(
    surface: VolSurface, expiry_years: npt.ArrayLike, *, log_moneyness: FloatArray | None = None
) -> ArbitrageCertificate:
    """Check a surface at increasing `expiry_years`, half way between them and outside of them.

    log_moneyness: the grid, by default 401 points to 1.5 either side, dense about the forward. Derivatives
    are central differences, so any surface can be judged.
    """
    years = _expiries_to_judge(np.asarray(expiry_years, dtype=np.float64))[:, None]
    grid = (
        stretched_grid(_CENTRE, FURTHEST_LOG_MONEYNESS, _POINTS) if log_moneyness is None else log_moneyness
    )
    variance = surface.total_variance(grid, years)
    density = _durrleman_by_differences(surface, grid, years, variance)
    growth = np.diff(variance, axis=0, prepend=0.0)
    near, far = (surface.total_variance(np.array([-k, k]), years) for k in _WING_LOG_MONEYNESS)
    wings = (far - near) / (_WING_LOG_MONEYNESS[1] - _WING_LOG_MONEYNESS[0])
    return ArbitrageCertificate(
        points=variance.size,
        butterfly_violations=int(np.sum(~(density >= -_BUTTERFLY_ROUNDING))),
        lowest_durrleman=float(density.min()),
        calendar_violations=int(np.sum(~(growth >= -_CALENDAR_ROUNDING))),
        lowest_calendar=float(growth.min()),
        wing_violations=int(np.sum(~(np.abs(wings) <= _LEE_SLOPE))),
        steepest_wing=float(np.abs(wings).max()),
    )


def _expiries_to_judge(knots: FloatArray) -> FloatArray:
    between = (knots[1:] + knots[:-1]) / 2
    return np.unique(np.concatenate((knots[:1] * [0.1, 0.5], knots, between, knots[-1:] * [1.5, 3.0])))


def _durrleman_by_differences(
    surface: VolSurface, grid: FloatArray, years: FloatArray, variance: FloatArray
) -> FloatArray:
    # A step small against the smile's own width, which shrinks with expiry.
    step = np.clip(0.01 * np.sqrt(surface.total_variance(0.0, years)), 1e-6, 1e-3)
    up, down = surface.total_variance(grid + step, years), surface.total_variance(grid - step, years)
    first, second = (up - down) / (2 * step), (up - 2 * variance + down) / step**2
    return durrleman(grid, variance, first, second)
