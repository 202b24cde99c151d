"""The spread option the slow and obvious way: Black's formula on a dense grid of the second asset."""

from __future__ import annotations

from math import sqrt

import numpy as np
from scipy.special import ndtr

FloatArray = np.ndarray
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)


def undiscounted_call(
    first: float, second: float, strike: float, first_sd: float, second_sd: float, correlation: float
) -> float:
    """E max(S1 - S2 - K, 0) for lognormal S1 and S2 of given forwards and deviations; |correlation| < 1.

    400 Gauss-Legendre panels of 64 nodes over twelve deviations either side of the second factor.
    """
    edges = np.linspace(-12.0, 12.0 + second_sd, 401)
    half = 0.5 * np.diff(edges)
    factor = (edges[:-1] + half)[:, None] + half[:, None] * _NODES
    weight = half[:, None] * _WEIGHTS * np.exp(-0.5 * factor**2) / sqrt(2.0 * np.pi)
    shift = correlation * first_sd
    own = first_sd * sqrt(1.0 - correlation**2)
    given = first * np.exp(shift * factor - 0.5 * shift**2)
    owed = second * np.exp(second_sd * factor - 0.5 * second_sd**2) + strike
    return float(np.sum(weight * _black(given, owed, own)))


def _black(forward: FloatArray, strike: FloatArray, deviation: float) -> FloatArray:
    """E max(S - K, 0), for strikes of either sign."""
    log_ratio = np.log(forward / np.where(strike > 0.0, strike, 1.0))
    upper = log_ratio / deviation + 0.5 * deviation
    call = forward * ndtr(upper) - strike * ndtr(upper - deviation)
    return np.where(strike > 0.0, call, forward - strike)
