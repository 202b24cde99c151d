"""Natural cubic splines: smooth between knots, straight lines beyond the outer ones.

Reference: Hastie, Tibshirani and Friedman (2009), The elements of statistical learning, equations 5.4, 5.5.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def knots_of(values: FloatArray, count: int) -> FloatArray:
    """So many knots at even quantiles of the values from 2.5% to 97.5%, without repetitions."""
    return np.unique(np.quantile(values, np.linspace(0.025, 0.975, count)))


def natural_spline(values: FloatArray, knots: FloatArray) -> FloatArray:
    """The basis without its constant: the values themselves and a bend each inner knot, (value, basis).

    knots: increasing; with fewer than three there is the straight line alone. Bends are in units of the cube
    of the knots' range, so that columns are of one order.
    """
    line = np.asarray(values, dtype=np.float64)[:, None]
    if len(knots) < 3:
        return line
    cubes = np.maximum(line - knots, 0.0) ** 3 / (knots[-1] - knots[0]) ** 2
    bends = (cubes[:, :-1] - cubes[:, -1:]) / (knots[-1] - knots[:-1])
    return np.concatenate((line, bends[:, :-1] - bends[:, -1:]), axis=1)
