"""The Mills ratio N(z) / phi(z), and the differences of it that Black's formula is made of."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

_SQRT_HALF_PI = math.sqrt(0.5 * math.pi)
_INVERSE_SQRT_TWO = math.sqrt(0.5)
_TAIL_BEGINS = -3.0
_FRACTION_DEPTH = 24
_SMALL_HALF_WIDTH = 0.25
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(7)


@njit(cache=True, error_model="numpy")
def mills(z: float) -> float:
    """Y(z) = N(z) / phi(z); infinite above z of about 38."""
    if z > _TAIL_BEGINS:
        return _SQRT_HALF_PI * math.erfc(-z * _INVERSE_SQRT_TWO) * math.exp(0.5 * z * z)
    return 1.0 / (_tail(-z) - z)


@njit(cache=True, error_model="numpy")
def mills_slope(z: float) -> float:
    """Y'(z) = 1 + z Y(z), positive, without cancellation in the lower tail."""
    if z > _TAIL_BEGINS:
        return 1.0 + z * mills(z)
    remainder = _tail(-z)
    return remainder / (remainder - z)


@njit(cache=True, error_model="numpy")
def price_over_vega(centre: float, half_width: float) -> float:
    """Y(h + t) - Y(h - t): Black's out-of-the-money price over its derivative in s; h = x / s, t = s / 2.

    A narrow difference is the integral of the slope (Gauss-Legendre, seven nodes), because subtraction would
    lose the digits; the quadrature error below t = 0.25 is under one unit in the last place.
    """
    if half_width > _SMALL_HALF_WIDTH:
        return mills(centre + half_width) - mills(centre - half_width)
    total = 0.0
    for node in range(_NODES.size):
        total += _WEIGHTS[node] * mills_slope(centre + half_width * _NODES[node])
    return half_width * total


@njit(cache=True, error_model="numpy")
def _tail(distance: float) -> float:
    """1 / (d + 2 / (d + 3 / (d + ...))): the Mills ratio at -d is 1 over d plus this (Laplace)."""
    fraction = distance
    for level in range(_FRACTION_DEPTH, 1, -1):
        fraction = distance + level / fraction
    return 1.0 / fraction
