"""How spot may lie at a structure's first expiry: what a probability of profit is taken under."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pricing.black import FloatArray, black_quantiles
from pricing.surface.surface import VolSurface


class Outlook(Protocol):
    """A distribution of spot at one instant."""

    def below(self, levels: npt.ArrayLike) -> FloatArray:
        """Probability that spot is below each level [currency], of any shape."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Lognormal:
    """A lognormal spot. forward [currency]: its mean; deviation: of its logarithm, volatility x sqrt(T)."""

    forward: float
    deviation: float

    def below(self, levels: npt.ArrayLike) -> FloatArray:
        """N(-d2); a step at the forward where the deviation is zero."""
        at = np.maximum(np.asarray(levels, dtype=np.float64), np.finfo(np.float64).tiny)
        return _normal(-black_quantiles(self.forward, at, 1.0, self.deviation)[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceOutlook:
    """The risk-neutral law that a surface implies at an expiry: the slope of its undiscounted puts by strike.

    forward [currency] and expiry_years of that expiry. On a surface with butterfly arbitrage it can leave
    [0, 1] and is clipped.
    """

    surface: VolSurface
    forward: float
    expiry_years: float

    def below(self, levels: npt.ArrayLike) -> FloatArray:
        """N(-d2) + phi(d2) d sqrt(w) / dk, w the total variance at k = log(K / F) (Breeden-Litzenberger)."""
        at = np.maximum(np.asarray(levels, dtype=np.float64), np.finfo(np.float64).tiny)
        log_moneyness = np.log(at / self.forward)
        variance, slope, _ = self.surface.derivatives(log_moneyness, self.expiry_years)
        deviation = np.sqrt(variance)
        d2 = -log_moneyness / deviation - 0.5 * deviation
        tilt = slope / (2.0 * deviation) * np.exp(-0.5 * d2 * d2) / np.sqrt(2.0 * np.pi)
        return np.asarray(np.clip(_normal(-d2) + tilt, 0.0, 1.0), dtype=np.float64)


def probability_of_gain(outlook: Outlook, breakevens: Sequence[float], gains: Sequence[bool]) -> float:
    """Probability of the stretches that gain; `gains` has one more than `breakevens`, from the lowest on."""
    cumulative = np.concatenate(([0.0], np.ravel(outlook.below(breakevens)), [1.0]))
    return float(np.diff(cumulative) @ np.asarray(gains, dtype=np.float64))


def _normal(quantiles: FloatArray) -> FloatArray:
    from scipy.special import ndtr  # imported late: a command's start should not wait for it

    return np.asarray(ndtr(quantiles), dtype=np.float64)
