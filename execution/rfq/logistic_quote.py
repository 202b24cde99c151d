"""The quote that earns most against a logistic win curve, in closed form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt
from scipy.special import expit, wrightomega

FloatArray = npt.NDArray[np.float64]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LogisticWinCurve:
    """Probability 1 / (1 + e^(alpha + beta d)) that a quote of markup d wins; shapes broadcast.

    Markups are in any one unit of price, beta per that unit. beta must be positive and finite, for otherwise
    no quote is best: ValueError. A NaN in alpha stays in its own element.
    """

    alpha: FloatArray | float
    beta: FloatArray | float

    def __post_init__(self) -> None:
        if not np.all((np.asarray(self.beta) > 0.0) & np.isfinite(self.beta)):
            raise ValueError("a win probability must fall with the markup: beta above 0 expected")

    def win_probability(self, markup: FloatArray | float) -> FloatArray:
        """Probability to win at a markup."""
        return np.asarray(expit(-(self.alpha + self.beta * np.asarray(markup))), dtype=np.float64)

    def value(self, markup: FloatArray | float, cost: FloatArray | float = 0.0) -> FloatArray:
        """Expected earnings (d - cost) P(d) of a quote."""
        return np.asarray((np.asarray(markup) - cost) * self.win_probability(markup), dtype=np.float64)

    def best_markup(self, cost: FloatArray | float = 0.0) -> FloatArray:
        """The markup that earns most: cost + (1 + W(e^(-1 - alpha - beta cost))) / beta.

        W is Lambert's; cost [the markup's unit]: what dealing costs, less than 0 where the trade reduces an
        unwanted inventory. W(e^z) is Wright's omega of z, which overflows for no alpha (Corless et al. 1996,
        On the Lambert W function, Advances in Computational Mathematics 5).
        """
        omega = self._omega(cost)
        return np.asarray(cost + (1.0 + omega) / self.beta, dtype=np.float64)

    def best_value(self, cost: FloatArray | float = 0.0) -> FloatArray:
        """What the best markup earns: W(e^(-1 - alpha - beta cost)) / beta."""
        return np.asarray(self._omega(cost) / self.beta, dtype=np.float64)

    def _omega(self, cost: FloatArray | float) -> FloatArray:
        shifted = -1.0 - self.alpha - self.beta * np.asarray(cost, dtype=np.float64)
        return np.asarray(wrightomega(shifted), dtype=np.float64)
