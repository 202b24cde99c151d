"""What the network sees of a day: a filter of the VIX, and implied against recent volatility."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pricing.surface.surface import VolSurface
from pricing.time import TRADING_DAYS_PER_YEAR
from pricing.variance_swap import variance_swap_volatility

FloatArray = npt.NDArray[np.float64]

SMOOTHING = 0.94
MEMORY_DAYS = 150
FEWEST_RETURNS = 22
_VIX_YEARS = 30 / 365


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioFeatures:
    """State of a day, all dimensionless.

    surprise: filtered response of volatility to returns over its mean, less 1. deviation: of that. gap: log
    of the 30-day implied (variance-swap) volatility over the exponentially weighted volatility of past daily
    returns (weight 0.94, the last 150 of them).
    """

    surprise: float
    deviation: float
    gap: float

    def row(self) -> FloatArray:
        """The features in the network's order, shape (feature,)."""
        return np.array([self.surprise, self.deviation, self.gap])


def ratio_features(
    surface: VolSurface, close: FloatArray, *, surprise: float, deviation: float
) -> RatioFeatures | None:
    """The features of a day; None where fewer than 22 returns are known or no price moves.

    close: daily closes of the underlying known on the day, oldest first.
    """
    volatility = recent_volatility(close)
    if volatility is None:
        return None
    implied = float(variance_swap_volatility(surface, _VIX_YEARS)[0])
    return RatioFeatures(surprise=surprise, deviation=deviation, gap=float(np.log(implied / volatility)))


def recent_volatility(close: FloatArray) -> float | None:
    """Exponentially weighted volatility per sqrt(year) of daily closes, oldest first: that of the gap."""
    returns = np.diff(np.log(close[-MEMORY_DAYS - 1 :]))
    if len(returns) < FEWEST_RETURNS:
        return None
    weight = SMOOTHING ** np.arange(len(returns))[::-1]
    variance = TRADING_DAYS_PER_YEAR * float(weight @ returns**2 / weight.sum())
    return variance**0.5 if variance > 0.0 else None
