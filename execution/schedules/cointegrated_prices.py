"""Prices that revert to each other: the multivariate Ornstein-Uhlenbeck process and its exact steps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from scipy.linalg import expm

from execution.schedules.multi_asset import root_of, symmetric
from execution.schedules.schedule import FloatArray


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CointegratedPrices:
    """Mids with dS = -K (S - mean) dt + noise of covariance C per time.

    reversion: K [per time], shape (leg, leg), any finite matrix: of less than full rank the legs have common
    random walks, and only what reverts has a mean; 0 is no reversion at all. mean: shape (leg,) [currency].
    covariance: C [currency^2 per time], symmetric, positive semidefinite. Raises ValueError outside of these.

    Reference: A. Cartea, L. Gan and S. Jaimungal, Trading co-integrated assets with price impact,
    Mathematical Finance 29 (2019), equation 2.1.
    """

    reversion: FloatArray
    mean: FloatArray
    covariance: FloatArray

    def __post_init__(self) -> None:
        covariance = symmetric(self.covariance, "covariance")
        root_of(covariance)
        reversion, mean = (np.asarray(given, dtype=np.float64) for given in (self.reversion, self.mean))
        if reversion.shape != covariance.shape or mean.shape != covariance.shape[:1]:
            raise ValueError("reversion, mean and covariance must be of the same legs")
        if not (np.isfinite(reversion).all() and np.isfinite(mean).all()):
            raise ValueError(
                f"expected a finite reversion and mean; got {reversion.tolist()}, {mean.tolist()}"
            )
        for name, array in (("reversion", reversion), ("mean", mean), ("covariance", covariance)):
            object.__setattr__(self, name, array)

    @property
    def legs(self) -> int:
        """How many legs there are."""
        return len(self.mean)

    def after(self, time: float) -> tuple[FloatArray, FloatArray]:
        """What is kept of a deviation from the mean over a time, and the covariance of what comes on top.

        exp(-K t) and the integral of exp(-K u) C exp(-K' u) over u from 0 to t, exact; both shape (leg, leg).
        Van Loan's block exponential over a part of the time that no number in it outgrows, doubled.
        """
        doublings = max(0, math.frexp(time * float(np.abs(self.reversion).sum(axis=1).max()))[1])
        part, legs = math.ldexp(time, -doublings), self.legs
        block = np.zeros((2 * legs, 2 * legs))
        block[:legs, :legs], block[:legs, legs:] = self.reversion, self.covariance
        block[legs:, legs:] = -self.reversion.T
        whole = expm(part * block)
        kept: FloatArray = np.ascontiguousarray(whole[legs:, legs:].T)
        noise: FloatArray = kept @ whole[:legs, legs:]
        for _ in range(doublings):
            noise, kept = noise + kept @ noise @ kept.T, kept @ kept
        return kept, 0.5 * (noise + noise.T)


def unrelated_prices(covariance: FloatArray) -> CointegratedPrices:
    """Correlated random walks, which revert to nothing."""
    legs = len(covariance)
    return CointegratedPrices(reversion=np.zeros((legs, legs)), mean=np.zeros(legs), covariance=covariance)
