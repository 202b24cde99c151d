"""Nodes, quadrature and interpolation of the exercise boundary: constants of a chosen accuracy.

All times are fractions of the time to expiry T and enter through their square root. Nodes are Chebyshev's
(Lobatto) in sqrt(tau / T). The integral over s from 0 to tau takes s = tau sin^2(angle): the square roots of
both s and tau - s, in which the integrand is smooth, are then smooth in the angle, and Gauss-Legendre
converges exponentially, where a substitution at one end alone converges with the third power.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import pi

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryGrid:
    """roots (n + 1): sqrt(tau / T) of the nodes, the first 0 and the last 1. sines, weights (l): of the
    quadrature in s / tau = sine^2, weights for d(s / tau). interpolation (n, l, n + 1): a function at the
    nodes to the points that node i's integral sees. abscissae, final_weights (p): Gauss-Legendre on (0, 1).
    to_chebyshev (n + 1, n + 1): values at the nodes to Chebyshev coefficients in 2 sqrt(tau / T) - 1.
    """

    roots: FloatArray
    sines: FloatArray
    weights: FloatArray
    interpolation: FloatArray
    abscissae: FloatArray
    final_weights: FloatArray
    to_chebyshev: FloatArray


@cache
def boundary_grid(nodes: int, points: int, final_points: int) -> BoundaryGrid:
    """The grid of so many nodes, quadrature points for each of them, and for the value."""
    roots = 0.5 * (1.0 - np.cos(pi * np.arange(nodes + 1) / nodes))
    angles, weights = _unit_legendre(points)
    sines, cosines = np.sin(0.5 * pi * angles), np.cos(0.5 * pi * angles)
    to_chebyshev = np.linalg.inv(np.polynomial.chebyshev.chebvander(2.0 * roots - 1.0, nodes)).astype(
        np.float64
    )
    seen = np.polynomial.chebyshev.chebvander(2.0 * roots[1:, None] * cosines - 1.0, nodes)
    abscissae, final_weights = _unit_legendre(final_points)
    return BoundaryGrid(
        roots=roots,
        sines=sines,
        weights=pi * weights * sines * cosines,
        interpolation=np.ascontiguousarray(seen @ to_chebyshev),
        abscissae=abscissae,
        final_weights=final_weights,
        to_chebyshev=to_chebyshev,
    )


def _unit_legendre(points: int) -> tuple[FloatArray, FloatArray]:
    nodes, weights = np.polynomial.legendre.leggauss(points)
    return 0.5 * (1.0 + nodes), 0.5 * weights
