"""The square-root law of impact: I = Y sigma sqrt(Q / V).

Empirical over markets and decades: Almgren, Thum, Hauptmann and Li, 'Direct estimation of equity market
impact' (2005); Toth et al., Physical Review X 1 (2011), equation 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.impact.regression import regress

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SquareRootLaw:
    """Its one coefficient Y [1] and the standard error of that."""

    coefficient: float
    error: float = 0.0

    def forecast(self, volatility_ticks: FloatArray, quantity: FloatArray, volume: FloatArray) -> FloatArray:
        """Impact [ticks] of a quantity [lots], in its direction; of one below 0 that much the other way.

        volatility_ticks, volume [lots]: of one and the same stretch of time; all (order,). A volume of
        nothing counts as one lot.
        """
        return self.coefficient * root_law(volatility_ticks, quantity, volume)


def root_law(volatility_ticks: FloatArray, quantity: FloatArray, volume: FloatArray) -> FloatArray:
    """The law with Y = 1."""
    share = np.abs(quantity) / np.maximum(volume, 1.0)
    return np.asarray(np.sign(quantity) * volatility_ticks * np.sqrt(share))


def fit_square_root(
    impact_ticks: FloatArray,
    volatility_ticks: FloatArray,
    quantity: FloatArray,
    volume: FloatArray,
    *,
    lags: int | None = None,
) -> SquareRootLaw:
    """Y by least squares of impacts (order,), in order of time, positive in the order's direction.

    Its error is Newey and West's. ValueError for fewer than two orders, for numbers that are not finite, and
    where every quantity or volatility is 0.
    """
    column = root_law(volatility_ticks, np.abs(quantity), volume)
    if not np.any(column > 0.0):
        raise ValueError("no order has a quantity and a volatility above 0")
    found = regress(column[:, None], impact_ticks, lags=lags)
    return SquareRootLaw(coefficient=float(found.coefficients[0]), error=float(found.errors[0]))
