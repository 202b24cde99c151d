"""Static arbitrage in a volatility surface: butterflies, calendars and wings on a dense grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pricing.black import black_price
from pricing.surface.surface import VolSurface

FloatArray = npt.NDArray[np.float64]

FURTHEST_LOG_MONEYNESS = 1.5
_POINTS = 601
_DENSE_STRIKES, _DENSE_DATES = 1_000, 200
_CENTRE = 0.005
_WING_LOG_MONEYNESS = (50.0, 100.0)
_LEE_SLOPE = 2.0
# Rounding of g by finite differences (g is one at the forward), of total variance and of a price on F = 1.
_DIFFERENCE_ROUNDING = 1e-6
_CALENDAR_ROUNDING = 1e-12
_PRICE_ROUNDING = 1e-15


@dataclass(frozen=True, slots=True, kw_only=True)
class ArbitrageCertificate:
    """What a dense grid of log-moneyness and expiry says of a surface.

    lowest_durrleman: least value of Durrleman's g, negative where a butterfly costs less than nothing.
    lowest_calendar: least growth of total variance between neighbouring expiries. steepest_wing: largest
    |dw/dk| far out, at most 2 (Lee 2004). price_violations: grid points at which Black prices are not convex
    in strike. Each count is the grid points (wings: sides) that violate.
    """

    points: int
    butterfly_violations: int
    lowest_durrleman: float
    calendar_violations: int
    lowest_calendar: float
    wing_violations: int
    steepest_wing: float
    price_violations: int = 0

    @property
    def violations(self) -> int:
        """All violations together."""
        butterflies = self.butterfly_violations + self.price_violations
        return butterflies + self.calendar_violations + self.wing_violations

    @property
    def is_clean(self) -> bool:
        """Whether nothing violates."""
        return self.violations == 0


def stretched_grid(scale: float, furthest: float, points: int) -> FloatArray:
    """Log-moneyness from -furthest to furthest, dense within `scale` of zero (a hyperbolic sine)."""
    return np.asarray(scale * np.sinh(np.linspace(-1, 1, points) * np.arcsinh(furthest / scale)))


def durrleman(
    log_moneyness: FloatArray,
    total_variance: FloatArray,
    first: FloatArray,
    second: FloatArray,
    level: float = 1.0,
) -> FloatArray:
    """Durrleman's g(k): the density of the forward is g times a positive factor.

    g = (1 - k w' / 2w)^2 - w'^2 / 4 (1/w + 1/4) + w'' / 2 (Gatheral and Jacquier 2014, eq. 2.1), from total
    variance and its derivatives by log-moneyness, broadcast. With another `level`, all four are in its units:
    k over sqrt(level), w over level and derivatives of the one by the other.
    """
    moved = 1 - log_moneyness * first / (2 * total_variance)
    bent = moved**2 - first**2 / 4 * (1 / total_variance + level / 4) + second / 2
    return np.asarray(bent, dtype=np.float64)


def certify(
    surface: VolSurface,
    expiry_years: npt.ArrayLike,
    *,
    log_moneyness: FloatArray | None = None,
    by_differences: bool = False,
) -> ArbitrageCertificate:
    """Check a surface at increasing `expiry_years`, at three dates between any two and outside of them.

    log_moneyness: the grid, increasing, by default 601 points to 1.5 either side, dense about the forward.
    by_differences: take slope and curvature from differences of total variance, not from the surface.
    """
    knots = np.asarray(expiry_years, dtype=np.float64)
    between = (knots[:-1, None] + np.diff(knots)[:, None] * [0.25, 0.5, 0.75]).ravel()
    years = np.unique(np.concatenate((knots[:1] * [0.1, 0.5], knots, between, knots[-1:] * [1.5, 3.0])))
    grid = (
        stretched_grid(_CENTRE, FURTHEST_LOG_MONEYNESS, _POINTS) if log_moneyness is None else log_moneyness
    )
    return _certificate(surface, grid, years[:, None], by_differences)


def certify_densely(
    surface: VolSurface, expiry_years: npt.ArrayLike, *, by_differences: bool = False
) -> ArbitrageCertificate:
    """Check a surface on 1,000 strikes at 200 dates or more: every expiry, and evenly between and outside."""
    knots = np.asarray(expiry_years, dtype=np.float64)
    corners = np.concatenate((knots[:1] * [0.1], knots, knots[-1:] * [1.5]))
    steps = -(-_DENSE_DATES // (len(corners) - 1))
    places = np.arange((len(corners) - 1) * steps + 1) / steps
    years = np.interp(places, np.arange(len(corners)), corners)
    grid = stretched_grid(_CENTRE, FURTHEST_LOG_MONEYNESS, _DENSE_STRIKES)
    return _certificate(surface, grid, years[:, None], by_differences)


def _certificate(
    surface: VolSurface, grid: FloatArray, years: FloatArray, by_differences: bool
) -> ArbitrageCertificate:
    derivatives = _differences(surface, grid, years) if by_differences else surface.derivatives(grid, years)
    variance = derivatives[0]
    density = durrleman(grid, *derivatives)
    rounding = _DIFFERENCE_ROUNDING if by_differences else 0.0
    growth = np.diff(variance, axis=0, prepend=0.0)
    near, far = (surface.total_variance(np.array([-k, k]), years) for k in _WING_LOG_MONEYNESS)
    wings = (far - near) / (_WING_LOG_MONEYNESS[1] - _WING_LOG_MONEYNESS[0])
    return ArbitrageCertificate(
        points=variance.size,
        butterfly_violations=int(np.sum(~(density >= -rounding))),
        lowest_durrleman=float(density.min()),
        calendar_violations=int(np.sum(~(growth >= -_CALENDAR_ROUNDING))),
        lowest_calendar=float(growth.min()),
        wing_violations=int(np.sum(~(np.abs(wings) <= _LEE_SLOPE))),
        steepest_wing=float(np.abs(wings).max()),
        price_violations=_concave_prices(grid, variance),
    )


def _concave_prices(grid: FloatArray, variance: FloatArray) -> int:
    """Points at which the call on a forward of one is not convex in strike, beyond rounding."""
    strike = np.exp(grid)
    call = black_price(1.0, strike, 1.0, np.sqrt(np.maximum(variance, 0.0)), 1.0, True)
    slope = np.diff(call, axis=-1) / np.diff(strike)
    rounding = _PRICE_ROUNDING * (1 / np.diff(strike)[:-1] + 1 / np.diff(strike)[1:])
    return int(np.sum(~(np.diff(slope, axis=-1) >= -rounding)))


def _differences(
    surface: VolSurface, grid: FloatArray, years: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Total variance and its central differences, judged without the surface's own derivatives."""
    # A step small against the smile's own width, which shrinks with expiry.
    step = np.clip(0.01 * np.sqrt(surface.total_variance(0.0, years)), 1e-6, 1e-3)
    variance = surface.total_variance(grid, years)
    up, down = surface.total_variance(grid + step, years), surface.total_variance(grid - step, years)
    return variance, (up - down) / (2 * step), (up - 2 * variance + down) / step**2
