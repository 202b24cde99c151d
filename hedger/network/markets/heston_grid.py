"""Numba kernel of local cubic interpolation in three dimensions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

FloatArray = npt.NDArray[np.float64]


@njit(cache=True, nogil=True, error_model="numpy")
def interpolate(
    values: FloatArray,
    table: FloatArray,
    first: FloatArray,
    second: FloatArray,
    third: FloatArray,
    out: FloatArray,
) -> None:
    """Fill `out` from `values` (table, first, second, third) at places counted in nodes; edges hold outside.

    Lagrange's cubic through the four nodes about each place, in each of three directions. NaN at a place that
    is NaN.
    """
    weights = np.empty((3, 4))
    for point in range(out.size):
        if not first[point] + second[point] + third[point] < np.inf:
            out[point] = np.nan
            continue
        at_first = _weigh(first[point], values.shape[1], weights[0])
        at_second = _weigh(second[point], values.shape[2], weights[1])
        at_third = _weigh(third[point], values.shape[3], weights[2])
        cube = values[int(table[point])]
        total = 0.0
        for i in range(4):
            for j in range(4):
                row = 0.0
                for k in range(4):
                    row += weights[2, k] * cube[at_first + i, at_second + j, at_third + k]
                total += weights[0, i] * weights[1, j] * row
        out[point] = total


@njit(error_model="numpy")
def _weigh(place: float, nodes: int, weights: FloatArray) -> int:
    """Weights of four nodes about a place, and the first of the nodes."""
    held = min(max(place, 0.0), nodes - 1.0)
    begin = min(max(int(held) - 1, 0), nodes - 4)
    t = held - begin
    weights[0] = -(t - 1.0) * (t - 2.0) * (t - 3.0) / 6.0
    weights[1] = t * (t - 2.0) * (t - 3.0) / 2.0
    weights[2] = -t * (t - 1.0) * (t - 3.0) / 2.0
    weights[3] = t * (t - 1.0) * (t - 2.0) / 6.0
    return begin
