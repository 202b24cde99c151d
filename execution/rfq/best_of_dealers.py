"""What asking more dealers is worth when they differ in opinion alone.

Each dealer quotes its own mid plus half the same spread. The mids are independent normal numbers around the
true one, so the best of N quotes is better than a single one by the mean maximum of N normal numbers.
"""

from __future__ import annotations

import math

from scipy.integrate import quad
from scipy.special import log_ndtr

_FAR = 40.0


def mean_maximum(count: int) -> float:
    """Mean maximum of independent standard normal numbers, to 1e-12: 0 of one, 1 / sqrt(pi) of two.

    m_N = integral of (1 - F^N) above zero less that of F^N below. ValueError for a count below 1.
    """
    if count < 1:
        raise ValueError(f"{count} dealers, expected 1 or more")
    above = quad(lambda x: -math.expm1(count * log_ndtr(x)), 0.0, _FAR, epsabs=1e-14, epsrel=1e-13, limit=400)
    below = quad(lambda x: math.exp(count * log_ndtr(-x)), 0.0, _FAR, epsabs=1e-14, epsrel=1e-13, limit=400)
    return float(above[0] - below[0])


def best_spread_ratio(dealers: int, spread_in_deviations: float) -> float:
    """Best net spread of N dealers over a single one's: 1 - 2 m_N / R; below 0 where quotes cross the mid.

    spread_in_deviations: R, the full spread that each quotes over the standard deviation of the dealers'
    mids. ValueError where it is not a positive number, and for fewer than one dealer.
    """
    if not 0.0 < spread_in_deviations < math.inf:
        raise ValueError(f"the spread is {spread_in_deviations:g} deviations, expected a positive number")
    return 1.0 - 2.0 * mean_maximum(dealers) / spread_in_deviations
