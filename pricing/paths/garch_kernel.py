"""Numba kernels of the GARCH family's paths: innovations in, returns out, both (path, day)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

FloatArray = npt.NDArray[np.float64]

_MEAN_ABSOLUTE_NORMAL = math.sqrt(2.0 / math.pi)
_HIGHEST_LOG_VARIANCE = 700.0  # the exponential overflows soon above; a path that comes here has exploded


@njit(cache=True, nogil=True)
def gjr_returns(
    omega: float,
    alpha: float,
    gamma: float,
    beta: float,
    mean: float,
    next_variance: float,
    innovations: FloatArray,
    returns: FloatArray,
) -> None:
    """Fill `returns` by the recursion of `GjrLaw` from the variance of day 1."""
    for path in range(innovations.shape[0]):
        variance = next_variance
        for day in range(innovations.shape[1]):
            residual = math.sqrt(variance) * innovations[path, day]
            returns[path, day] = mean + residual
            weight = alpha + gamma if residual < 0.0 else alpha
            variance = omega + weight * residual * residual + beta * variance


@njit(cache=True, nogil=True)
def egarch_returns(
    omega: float,
    alpha: float,
    gamma: float,
    beta: float,
    mean: float,
    next_variance: float,
    innovations: FloatArray,
    returns: FloatArray,
) -> None:
    """Fill `returns` by the recursion of `EgarchLaw` from the variance of day 1."""
    for path in range(innovations.shape[0]):
        log_variance = math.log(next_variance)
        for day in range(innovations.shape[1]):
            z = innovations[path, day]
            returns[path, day] = mean + math.exp(0.5 * log_variance) * z
            log_variance = omega + alpha * (abs(z) - _MEAN_ABSOLUTE_NORMAL) + gamma * z + beta * log_variance
            log_variance = min(log_variance, _HIGHEST_LOG_VARIANCE)
