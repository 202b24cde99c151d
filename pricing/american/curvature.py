"""Numba kernel of the exercise boundary's second derivative by volatility, for volga.

With y moving along its first derivative, the second derivative of log(e^y A / C) is what the second
derivative of y has to undo through Newton's matrix. Names ending in W and WW are derivatives along w.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from pricing.american.boundary import LEAST_FALL, interpolate
from pricing.american.compiled import inner
from pricing.american.lane_functions import exponential, normal_density, normal_tail
from pricing.american.layout import (
    A_W,
    A_WW,
    BLOCK,
    BY_W,
    BY_WW,
    C_W,
    C_WW,
    DEVIATION,
    INVERSE,
    LEVEL,
    LEVEL_W,
    LEVEL_WW,
    NODE,
    NODE_W,
    RATE,
    START,
    YIELD,
    A,
    C,
    P,
)
from pricing.american.linear import solve

FloatArray = npt.NDArray[np.float64]


@inner
def curvature_equations(
    work: FloatArray,
    roots: FloatArray,
    sines: FloatArray,
    weights: FloatArray,
    interpolation: FloatArray,
    curve: FloatArray,
    squares: FloatArray,
    matrix: FloatArray,
    sides: FloatArray,
) -> None:
    """Second derivative of the boundary along w, from the factors of Newton's matrix and the first."""
    size = roots.size - 1
    _squares_along(curve, squares, sides, size)
    first, second = squares[curve.size : 2 * curve.size], squares[2 * curve.size :]
    for node in range(size):
        for i in range(BLOCK):
            work[NODE + i] = curve[(node + 1) * BLOCK + i]
            work[NODE_W + i] = -sides[(BY_W * size + node) * BLOCK + i]
        for i in range(A, P):
            work[i] = 0.0
        for point in range(sines.size):
            interpolate(work, LEVEL, interpolation[node, point], squares)
            interpolate(work, LEVEL_W, interpolation[node, point], first)
            interpolate(work, LEVEL_WW, interpolation[node, point], second)
            _moving_level(work, roots[node + 1] * math.sqrt(1.0 - sines[point] * sines[point]))
            _add_point(work, roots[node + 1] * sines[point], roots[node + 1] ** 2 * weights[point])
        _add_strike(work, roots[node + 1])
        for i in range(BLOCK):
            in_a = work[A_WW + i] / work[A + i] - (work[A_W + i] / work[A + i]) ** 2
            in_c = work[C_WW + i] / work[C + i] - (work[C_W + i] / work[C + i]) ** 2
            sides[(BY_WW * size + node) * BLOCK + i] = in_a - in_c
    solve(matrix, size, sides, BY_WW)


@inner
def _squares_along(curve: FloatArray, squares: FloatArray, sides: FloatArray, size: int) -> None:
    """y^2 at the nodes and its derivatives while y moves in a straight line; the start does not move."""
    for i in range(curve.size):
        squares[i] = curve[i] * curve[i]
    for i in range(BLOCK):
        squares[curve.size + i] = 0.0
        squares[2 * curve.size + i] = 0.0
    for i in range(size * BLOCK):
        slope = -sides[BY_W * size * BLOCK + i]
        squares[curve.size + BLOCK + i] = 2.0 * curve[BLOCK + i] * slope
        squares[2 * curve.size + BLOCK + i] = 2.0 * slope * slope


@inner
def _moving_level(work: FloatArray, rest: float) -> None:
    """The log boundary and two derivatives from those of its square."""
    for i in range(BLOCK):
        fall = LEAST_FALL * work[DEVIATION + i] * rest
        least = work[START + i] * work[START + i] + fall * fall
        square = work[LEVEL + i]
        clear = square > least
        here = -math.sqrt(square if clear else least)
        along = 0.5 * work[LEVEL_W + i] / here
        bend = (0.5 * work[LEVEL_WW + i] - along * along) / here
        work[LEVEL + i] = here
        work[LEVEL_W + i] = along if clear else 0.0
        work[LEVEL_WW + i] = bend if clear else 0.0


@inner
def _add_point(work: FloatArray, root: float, weight: float) -> None:
    """Add a point at s = root^2 to A and C and to their derivatives along w."""
    for i in range(BLOCK):
        rate, dividend, inverse = work[RATE + i], work[YIELD + i], work[INVERSE + i]
        over, drift = inverse / root, (rate - dividend) * inverse - 0.5 * work[DEVIATION + i]
        lower = (work[NODE + i] - work[LEVEL + i]) * over + drift * root
        move = (work[NODE_W + i] - work[LEVEL_W + i]) * over
        lower_w = move - lower * inverse - root
        lower_ww = -work[LEVEL_WW + i] * over - (move + lower_w) * inverse + lower * inverse * inverse
        upper, upper_w = lower + work[DEVIATION + i] * root, lower_w + root
        share = exponential(work[LEVEL + i])
        mass = normal_density(lower) * exponential(-rate * root * root) * weight * over
        held = exponential(-dividend * root * root) * weight
        density = normal_density(upper) * held
        work[A + i] += dividend * normal_tail(-upper, density, held)
        work[A_W + i] += dividend * density * upper_w
        work[A_WW + i] += dividend * density * (lower_ww - upper * upper_w * upper_w)
        gain = rate - dividend * share
        gain_w = -dividend * share * work[LEVEL_W + i]
        gain_ww = -dividend * share * (work[LEVEL_W + i] * work[LEVEL_W + i] + work[LEVEL_WW + i])
        log_w = -lower * lower_w - inverse
        log_ww = inverse * inverse - lower_w * lower_w - lower * lower_ww
        work[C + i] += mass * gain
        work[C_W + i] += mass * (log_w * gain + gain_w)
        work[C_WW + i] += mass * ((log_w * log_w + log_ww) * gain + 2.0 * log_w * gain_w + gain_ww)


@inner
def _add_strike(work: FloatArray, root: float) -> None:
    """Add what the strike at expiry gives to A at the node tau = root^2."""
    for i in range(BLOCK):
        rate, dividend, inverse = work[RATE + i], work[YIELD + i], work[INVERSE + i]
        drift = work[NODE + i] + (rate - dividend) * root * root
        upper = drift * inverse / root + 0.5 * work[DEVIATION + i] * root
        move = work[NODE_W + i] * inverse / root
        upper_w = move - upper * inverse + root
        upper_ww = upper * inverse * inverse - (move + upper_w) * inverse
        held = exponential(-dividend * root * root)
        density = held * normal_density(upper)
        work[A + i] += normal_tail(-upper, density, held)
        work[A_W + i] += density * upper_w
        work[A_WW + i] += density * (upper_ww - upper * upper_w * upper_w)
