"""The law of the best of several dealers' quotes, each normal if it comes at all, and who gives it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt
from scipy.integrate import simpson
from scipy.special import ndtr

FloatArray = npt.NDArray[np.float64]

_STEP = 0.1  # deviations
_FAR = 8.5  # deviations: beyond, less than 1e-16 of a normal law


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
        grid = self._grid(float((self.mean + _FAR * self.deviation).max()))
        z = (grid - self.mean[:, None]) / self.deviation[:, None]
        density = np.exp(-0.5 * z**2) / (np.sqrt(2.0 * np.pi) * self.deviation[:, None])
        # The product over the others, without a division by what may be zero.
        missed, ones = 1.0 - self.response[:, None] * ndtr(z), np.ones((1, len(grid)))
        before = np.cumprod(np.concatenate((ones, missed[:-1])), axis=0)
        after = np.cumprod(np.concatenate((ones, missed[:0:-1])), axis=0)[::-1]
        won = self.response[:, None] * density * before * after
        return np.asarray(simpson(won, x=grid, axis=1), dtype=np.float64)

    def expected_price(self, outside: float) -> float:
        """Expected markup paid where quotes above `outside` are declined and trading elsewhere costs that.

        outside less the integral up to it of the probability that the best quote is lower.
        """
        grid = self._grid(outside)
        z = (grid - self.mean[:, None]) / self.deviation[:, None]
        lower = 1.0 - (1.0 - self.response[:, None] * ndtr(z)).prod(axis=0)
        return outside - float(simpson(lower, x=grid))

    def best_below(self, markup: float) -> float:
        """Probability that there is a quote of at most this markup."""
        missed = 1.0 - self.response * ndtr((markup - self.mean) / self.deviation)
        return float(1.0 - np.prod(missed))

    def _grid(self, high: float) -> FloatArray:
        """Nodes up to `high` from where no quote is, even, an odd number, close in deviations."""
        low = min(float((self.mean - _FAR * self.deviation).min()), high)
        steps = (high - low) / (_STEP * float(self.deviation.min()))
        return np.linspace(low, high, 2 * int(np.clip(steps / 2.0, 50, 10_000)) + 1)
