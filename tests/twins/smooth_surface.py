"""The smooth surface point by point, by the textbook formula of a cubic spline."""

from __future__ import annotations

from pricing.surface.smooth_surface import SmoothSurface


def total_variance(surface: SmoothSurface, log_moneyness: float, years: float) -> float:
    """w(k, T), linear in T between the slices."""
    expiries = surface.expiry_years
    if years <= expiries[0]:
        return slice_variance(surface, 0, log_moneyness) * years / expiries[0]
    if years >= expiries[-1]:
        at_the_money = [slice_variance(surface, j, 0.0) for j in range(len(expiries))]
        growth = at_the_money[0] / expiries[0]
        if len(expiries) > 1:
            growth = max((at_the_money[-1] - at_the_money[-2]) / (expiries[-1] - expiries[-2]), 0.0)
        last = slice_variance(surface, len(expiries) - 1, log_moneyness)
        return last + growth * (years - expiries[-1])
    after = next(j for j in range(len(expiries)) if expiries[j] >= years)
    share = (years - expiries[after - 1]) / (expiries[after] - expiries[after - 1])
    near, far = (slice_variance(surface, j, log_moneyness) for j in (after - 1, after))
    return (1 - share) * near + share * far


def slice_variance(surface: SmoothSurface, j: int, log_moneyness: float) -> float:
    """Total variance of slice j; straight outside of the knots."""
    knots, level = surface.knots, surface.level[j]
    z = log_moneyness / level**0.5
    value, bend = surface.shape[j], surface.bend[j]
    if z < knots[0]:
        width = knots[1] - knots[0]
        slope = (value[1] - value[0]) / width - width * (2 * bend[0] + bend[1]) / 6
        return level * (value[0] + slope * (z - knots[0]))
    if z > knots[-1]:
        width = knots[-1] - knots[-2]
        slope = (value[-1] - value[-2]) / width + width * (bend[-2] + 2 * bend[-1]) / 6
        return level * (value[-1] + slope * (z - knots[-1]))
    i = max(i for i in range(len(knots) - 1) if knots[i] <= z)
    width = knots[i + 1] - knots[i]
    a, b = (knots[i + 1] - z) / width, (z - knots[i]) / width
    bent = (a**3 - a) * bend[i] + (b**3 - b) * bend[i + 1]
    return level * (a * value[i] + b * value[i + 1] + bent * width**2 / 6)
