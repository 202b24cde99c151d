"""SVI slices with and without a butterfly: least g, where, least variance, wing slope, verdict."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from pricing.surface.arbitrage import durrleman
from pricing.surface.svi import SviParameters
from tests.reference.checking import Check, Row, number

_GRID = np.linspace(-1.5, 1.5, 601)
_COLUMNS = ("min_g", "argmin_k", "min_w", "wing_slope_b(1+|rho|)", "butterfly_free")


def checks(rows: Sequence[Row]) -> list[Check]:
    """Five numbers a row, to the digits that are printed."""
    found = []
    for at, row in enumerate(rows):
        values = _values(row)
        found += [
            Check(
                line=at + 2,
                quantity=name,
                found=values[name],
                expected=number(row[name]),
                tolerance=_half_last_digit(row[name]),
            )
            for name in _COLUMNS
        ]
    return found


def _half_last_digit(text: str) -> float:
    """Half a unit in the last digit that is printed, and rounding."""
    _, _, exponent = Decimal(text).as_tuple()
    return 0.5 * 10.0 ** int(exponent) + 1e-14


def _values(row: Row) -> dict[str, float]:
    parameters = SviParameters(
        level=np.array([number(row["a"])]),
        slope=np.array([number(row["b"])]),
        correlation=np.array([number(row["rho"])]),
        shift=np.array([number(row["m"])]),
        smoothing=np.array([number(row["sigma"])]),
    )
    variance = np.ravel(parameters.total_variance(_GRID))
    first, second = (np.ravel(each) for each in parameters.derivatives(_GRID))
    density = durrleman(_GRID, variance, first, second)
    steep = number(row["b"]) * (1 + abs(number(row["rho"])))
    return {
        "min_g": float(density.min()),
        "argmin_k": float(_GRID[density.argmin()]),
        "min_w": float(variance.min()),
        "wing_slope_b(1+|rho|)": steep,
        "butterfly_free": float(density.min() >= 0 and steep <= 2),
    }
