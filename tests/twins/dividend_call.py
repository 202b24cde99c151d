"""The slow, obvious twin: American calls on a share without yield are exercised just before ex dates only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pricing.black import black_price

FloatArray = npt.NDArray[np.float64]


def bermudan_call(
    spot: float,
    strike: float,
    expiry_years: float,
    volatility: float,
    rate: float,
    ex_years: FloatArray,
    cash: FloatArray,
    nodes: int = 2_001,
) -> float:
    """Value by integrals over the normal increments between two ex dates, back from the last."""
    increments = np.linspace(-8.0, 8.0, nodes)
    weights = np.exp(-0.5 * increments**2)
    weights /= weights.sum()

    def held(share: FloatArray, dividend: int) -> FloatArray:
        """Value after a dividend has been paid."""
        years = (ex_years[dividend + 1] if dividend + 1 < len(ex_years) else expiry_years) - ex_years[
            dividend
        ]
        if dividend + 1 == len(ex_years):
            forward, discount = share * np.exp(rate * years), np.exp(-rate * years)
            return black_price(np.maximum(forward, 1e-12), strike, years, volatility, discount, True)
        return expectation(share, years, dividend + 1)

    def before(share: FloatArray, dividend: int) -> FloatArray:
        return np.maximum(share - strike, held(np.maximum(share - cash[dividend], 1e-12), dividend))

    def expectation(share: FloatArray, years: float, dividend: int) -> FloatArray:
        moves = np.exp((rate - 0.5 * volatility**2) * years + volatility * np.sqrt(years) * increments)
        grid = np.geomspace(1.0, 1e5, 4_001)
        known = before(grid, dividend)
        values = np.interp(np.log(np.outer(share, moves)), np.log(grid), known)
        return np.exp(-rate * years) * values @ weights

    return float(expectation(np.array([spot]), float(ex_years[0]), 0)[0])
