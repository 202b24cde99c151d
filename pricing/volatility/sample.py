"""Returns ready for the likelihood: their variance before the first day and its bounds, as arch has them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

FloatArray = npt.NDArray[np.float64]

_DECAY = 0.94
_BACKCAST_DAYS = 75
_BOUND = 1e6  # times the weighted variance, either way


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnSample:
    """Percent log returns with the backcast and the variance bounds of arch 7 and 8.

    backcast: weighted mean of the first 75 squared residuals, weights falling by 0.94. lower, upper: a
    millionth and a million times the weighted variance of each day, within arch's overall limits. level: mean
    squared residual. Residuals are those about the sample's mean where the model has one, whatever mean is
    then tried.
    """

    returns: FloatArray
    mean: float
    backcast: float
    lower: FloatArray
    upper: FloatArray
    level: float

    @classmethod
    def of(cls, returns: FloatArray, *, constant_mean: bool) -> ReturnSample:
        """Prepare percent returns, shape (observations,)."""
        returns = np.ascontiguousarray(returns, dtype=np.float64)
        mean = float(returns.mean()) if constant_mean else 0.0
        residuals = returns - mean
        squares = residuals * residuals
        backcast = backcast_of(squares)
        weighted = np.empty(len(squares) + 1)
        weighted_variance(squares, _DECAY, backcast, weighted)
        largest = 1.0 + float(squares.max())
        lower = np.maximum(weighted[:-1] / _BOUND, float(np.var(residuals)) / 1e8)
        upper = np.clip(weighted[:-1] * _BOUND, largest, 1e7 * largest)
        return cls(
            returns=returns,
            mean=mean,
            backcast=backcast,
            lower=lower,
            upper=upper,
            level=float(squares.mean()),
        )


def backcast_of(squares: FloatArray) -> float:
    """Variance before the first day: weighted mean of the first 75 squares, weights falling by 0.94."""
    weight = _DECAY ** np.arange(min(_BACKCAST_DAYS, len(squares)))
    return float(weight @ squares[: len(weight)] / weight.sum())


@njit(cache=True)
def weighted_variance(squares: FloatArray, decay: float, start: float, variance: FloatArray) -> None:
    """Fill `variance` (observations + 1,) with h = `start`, then decay h + (1 - decay) of each square."""
    now = variance[0] = start
    for day in range(squares.size):
        now = decay * now + (1.0 - decay) * squares[day]
        variance[day + 1] = now
