"""The law of the best of several dealers' quotes, each normal if it comes at all, and who gives it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

FloatArray = npt.NDArray[np.float64]

# Deviations: beyond the last, less than 1e-16 of a normal law.
_EDGES = np.linspace(-8.5, 8.5, 10)
_NODE, _WEIGHT = np.polynomial.legendre.leggauss(10)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLaws:
    """Independent dealers: mean and deviation of the markup [half-spreads], response probability; (dealer,).

    ValueError for shapes that differ, deviations that are not positive, probabilities outside [0, 1].
    """

    mean: FloatArray
    deviation: FloatArray
    response: FloatArray

    def __post_init__(self) -> None:
        same = self.mean.shape == self.deviation.shape == self.response.shape and self.mean.ndim == 1
        good = same and np.all(np.isfinite(self.mean)) and np.all(self.deviation > 0.0)
        if not (good and np.all((self.response >= 0.0) & (self.response <= 1.0))):
            raise ValueError(
                "laws of quotes need finite means, positive deviations, probabilities to respond"
            )

    def of(self, dealers: npt.NDArray[np.int64]) -> QuoteLaws:
        """The laws of some of the dealers."""
        return QuoteLaws(
            mean=self.mean[dealers], deviation=self.deviation[dealers], response=self.response[dealers]
        )

    def win_probability(self) -> FloatArray:
        """Probability of each to give the best quote, (dealer,); they sum to that of any quote at all.

        The integral over quotes d of r_i f_i(d) times the product over others of 1 - r_j F_j(d).
        """
        node, width = self._nodes(math.inf)
        z = (node - self.mean[:, None]) / self.deviation[:, None]
        density = np.exp(-0.5 * z**2) / (np.sqrt(2.0 * np.pi) * self.deviation[:, None])
        # The product over the others, without a division by what may be zero.
        missed, ones = 1.0 - self.response[:, None] * ndtr(z), np.ones((1, len(node)))
        before = np.cumprod(np.concatenate((ones, missed[:-1])), axis=0)
        after = np.cumprod(np.concatenate((ones, missed[:0:-1])), axis=0)[::-1]
        return np.asarray(self.response * ((density * before * after) @ width), dtype=np.float64)

    def expected_price(self, outside: float) -> float:
        """Expected markup paid where quotes above `outside` are declined and trading elsewhere costs that.

        outside less the integral up to it of the probability that the best quote is lower. ValueError where
        `outside` is not finite.
        """
        if not math.isfinite(outside):
            raise ValueError(f"trading elsewhere costs {outside:g}, expected a finite number")
        node, width = self._nodes(outside)
        z = (node - self.mean[:, None]) / self.deviation[:, None]
        missed = (1.0 - self.response[:, None] * ndtr(z)).prod(axis=0)
        return outside - float((1.0 - missed) @ width)

    def _nodes(self, high: float) -> tuple[FloatArray, FloatArray]:
        """Nodes and widths of an integral up to `high`, in cells of at most two deviations of any dealer."""
        edges = np.unique((self.mean[:, None] + self.deviation[:, None] * _EDGES).ravel())
        if math.isfinite(high):
            edges = np.append(edges[edges < high], high)
        half, middle = 0.5 * np.diff(edges)[:, None], 0.5 * (edges[1:] + edges[:-1])[:, None]
        return (middle + half * _NODE).ravel(), (half * _WEIGHT).ravel()
