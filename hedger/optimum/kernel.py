"""One step back in time under the exponential, and interpolation in the holding.

All in units of today's spot. value, slope: risk before the trade and its derivative in the holding, shape
(node, holding).
"""

from __future__ import annotations

from math import exp, log

import numpy as np
from numba import njit

from hedger.optimum.problem import FloatArray

_BLOCK = 32
LARGEST_EXPONENT = 690.0


@njit(cache=True)
def padded(
    value: FloatArray, slope: FloatArray, intrinsic: FloatArray, half: int
) -> tuple[FloatArray, FloatArray]:
    """value and slope with `half` rows more on either side: there what is owed goes on at intrinsic value."""
    nodes, holdings = value.shape
    wide = np.empty((nodes + 2 * half, holdings))
    steep = np.empty_like(wide)
    for row in range(nodes + 2 * half):
        inner = min(max(row - half, 0), nodes - 1)
        more = intrinsic[row] - intrinsic[inner + half]
        wide[row] = value[inner] + more
        steep[row] = slope[inner]
    return wide, steep


@njit(cache=True, fastmath={"contract", "reassoc", "arcp"})
def step_back(
    wide: FloatArray,
    steep: FloatArray,
    spot: FloatArray,
    holding: FloatArray,
    weights: FloatArray,
    half: int,
    aversion: float,
    out_value: FloatArray,
    out_slope: FloatArray,
) -> None:
    """J(x, h) = log E exp(lambda (value(x', h) - h (S' - S))) / lambda and dJ/dh, by the trapezoid rule.

    wide, steep: padded. spot: of the padded nodes.
    """
    nodes, holdings = out_value.shape
    taps = 2 * half + 1
    rows = np.empty((_BLOCK + 2 * half, holdings))
    moments = np.empty((_BLOCK + 2 * half, holdings))
    shift = np.empty(holdings)
    total = np.empty(holdings)
    moment = np.empty(holdings)
    for first in range(0, nodes, _BLOCK):
        last = min(first + _BLOCK, nodes)
        middle = half + (first + last) // 2
        for h in range(holdings):
            shift[h] = aversion * (wide[middle, h] - holding[h] * spot[middle])
        for row in range(first, last + 2 * half):
            for h in range(holdings):
                power = aversion * (wide[row, h] - holding[h] * spot[row]) - shift[h]
                grown = exp(min(power, LARGEST_EXPONENT))
                rows[row - first, h] = grown
                moments[row - first, h] = grown * (steep[row, h] - spot[row])
        for node in range(first, last):
            total[:] = 0.0
            moment[:] = 0.0
            for tap in range(taps):
                weight = weights[tap]
                row = node - first + tap
                for h in range(holdings):
                    total[h] += weight * rows[row, h]
                    moment[h] += weight * moments[row, h]
            own = spot[node + half]
            for h in range(holdings):
                out_value[node, h] = (log(total[h]) + shift[h]) / aversion + holding[h] * own
                out_slope[node, h] = moment[h] / total[h] + own


@njit(cache=True)
def hermite(value: FloatArray, slope: FloatArray, holding: FloatArray, at: float) -> tuple[float, float]:
    """Cubic Hermite interpolation over the holding: (value, slope) at `at`, linear beyond the nodes."""
    width = holding[1] - holding[0]
    cell = min(max(int((at - holding[0]) / width), 0), len(holding) - 2)
    if at <= holding[0]:
        return value[0] + slope[0] * (at - holding[0]), slope[0]
    if at >= holding[-1]:
        return value[-1] + slope[-1] * (at - holding[-1]), slope[-1]
    t = (at - holding[cell]) / width
    rise = (value[cell + 1] - value[cell]) / width
    bend = 3.0 * rise - 2.0 * slope[cell] - slope[cell + 1]
    twist = slope[cell] + slope[cell + 1] - 2.0 * rise
    interpolated = value[cell] + width * t * (slope[cell] + t * (bend + t * twist))
    return interpolated, slope[cell] + t * (2.0 * bend + 3.0 * twist * t)
