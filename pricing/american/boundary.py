"""Numba kernel of the exercise boundary of American puts: Newton's method on smooth pasting.

The put has strike one; R, Q and w are rate, yield and deviation to expiry: r T, q T and sigma sqrt(T). At the
log boundary y(tau) the delta of the early exercise representation (Kim 1990; Andersen, Lake and Offengenden
2016, equation 2.5) is minus one, which is e^y A = C with

    A = e^(-Q tau) N(d+(y, 1)) + Q int_0^tau e^(-Q s) N(d+) ds
    C = int_0^tau (R - Q e^y(tau - s)) e^(-R s) phi(d-) / (w sqrt(s)) ds,

all terms positive, d+ and d- from y(tau) to y(tau - s). Interpolated is y^2, the square of the logarithm to
the strike: where the yield is above the rate this is smooth through the time at which the strike begins to
matter, at which the square of the logarithm to the boundary's own start (there, section 4) has a corner.

Derivatives are exact ones of the discrete equations (implicit function theorem). The subscripts w, R and Q
in names are the parameters, NODE is y(tau) and POINT is y(tau - s).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from pricing.american.compiled import inner
from pricing.american.lane_functions import exponential, normal_density, normal_tail
from pricing.american.layout import (
    A_NODE,
    A_POINT,
    A_Q,
    A_R,
    A_W,
    BLOCK,
    BY_Q,
    BY_R,
    BY_W,
    C_NODE,
    C_POINT,
    C_Q,
    C_R,
    C_W,
    DECAY,
    DEVIATION,
    ERROR,
    INVERSE,
    LEAST,
    LEVEL,
    NODE,
    RATE,
    START,
    START_Q,
    START_R,
    YIELD,
    A,
    C,
    P,
)
from pricing.american.linear import factorise, solve

FloatArray = npt.NDArray[np.float64]

_INVERSE_SQRT_TWO_PI = 1.0 / math.sqrt(2.0 * math.pi)
_LARGEST_STEP = 2.0
# Interpolation must not take the boundary closer to its start than this times w sqrt(tau).
LEAST_FALL = 1e-3


@inner
def first_guess(work: FloatArray, roots: FloatArray, curve: FloatArray) -> None:
    """From the boundary's start to the perpetual one: exp(-square root of time), as Bjerksund and Stensland.

    They (1993, equation 12) let the carry slow the fall, which for a strong carry stops it; here it falls the
    faster by DECAY, at which the perpetual boundary is approached.
    """
    for j in range(roots.size):
        for i in range(BLOCK):
            start, least = math.exp(work[START + i]), math.exp(work[LEAST + i])
            fall = 2.0 * work[DEVIATION + i] * roots[j] * start / (start - least)
            fall = math.exp(-fall - work[DECAY + i] * roots[j] * roots[j])
            curve[j * BLOCK + i] = math.log(least + (start - least) * fall)


@inner
def newton_equations(
    work: FloatArray,
    roots: FloatArray,
    sines: FloatArray,
    weights: FloatArray,
    interpolation: FloatArray,
    curve: FloatArray,
    squares: FloatArray,
    slopes: FloatArray,
    matrix: FloatArray,
    sides: FloatArray,
) -> None:
    """Errors of smooth pasting at every node and their derivatives; the linear equations solved."""
    size = roots.size - 1
    for j in range(curve.size):
        squares[j] = curve[j] * curve[j]
    for node in range(size):
        for i in range(BLOCK):
            work[NODE + i] = curve[(node + 1) * BLOCK + i]
        _clear(work, A, P)
        for point in range(sines.size):
            interpolate(work, LEVEL, interpolation[node, point], squares)
            rest = roots[node + 1] * math.sqrt(1.0 - sines[point] * sines[point])
            _level(work, rest)
            _add_point(work, roots[node + 1] * sines[point], roots[node + 1] ** 2 * weights[point])
            for i in range(BLOCK):
                slopes[2 * point * BLOCK + i] = work[A_POINT + i] / work[LEVEL + i]
                slopes[(2 * point + 1) * BLOCK + i] = work[C_POINT + i] / work[LEVEL + i]
        _add_strike(work, roots[node + 1])
        _write_sides(work, node, size, sides)
        _write_matrix(work, interpolation[node], node, curve, slopes, matrix)
        _move_start(work, matrix, node, size, sides)
    factorise(matrix, size)
    for side in range(BY_Q + 1):
        solve(matrix, size, sides, side)


@inner
def newton_step(work: FloatArray, curve: FloatArray, sides: FloatArray) -> None:
    """Move the boundary, by no more than a factor of two in its logarithm, and not above its start."""
    for j in range(BLOCK, curve.size, BLOCK):
        for i in range(BLOCK):
            old = curve[j + i]
            new = old - sides[ERROR + j - BLOCK + i]
            new = _LARGEST_STEP * old if new < _LARGEST_STEP * old else new
            nearest = work[START + i] + (old - work[START + i]) / _LARGEST_STEP
            new = nearest if new > nearest else new
            curve[j + i] = new if math.isfinite(new) else old


@inner
def interpolate(work: FloatArray, row: int, coefficients: FloatArray, values: FloatArray) -> None:
    """Interpolate the lanes' values at the nodes to one point."""
    for i in range(BLOCK):
        work[row + i] = coefficients[0] * values[i]
    for j in range(1, coefficients.size):
        for i in range(BLOCK):
            work[row + i] += coefficients[j] * values[j * BLOCK + i]


@inner
def _level(work: FloatArray, rest: float) -> None:
    """The log boundary from its square."""
    for i in range(BLOCK):
        fall = LEAST_FALL * work[DEVIATION + i] * rest
        least = work[START + i] * work[START + i] + fall * fall
        square = work[LEVEL + i]
        work[LEVEL + i] = -math.sqrt(square if square > least else least)


@inner
def _clear(work: FloatArray, start: int, stop: int) -> None:
    for i in range(start, stop):
        work[i] = 0.0


@inner
def _add_point(work: FloatArray, root: float, weight: float) -> None:
    """Add a point at s = root^2 to the sums and their derivatives."""
    for i in range(BLOCK):
        rate, dividend, inverse = work[RATE + i], work[YIELD + i], work[INVERSE + i]
        deviation, node = work[DEVIATION + i], work[NODE + i]
        over = inverse / root
        lower = (node - work[LEVEL + i]) * over + ((rate - dividend) * inverse - 0.5 * deviation) * root
        upper = lower + deviation * root
        share = exponential(work[LEVEL + i])
        density = normal_density(lower) * exponential(-rate * root * root) * weight
        held = exponential(-dividend * root * root)
        upper_density = normal_density(upper) * held * weight
        above = normal_tail(-upper, upper_density, held * weight)
        gain = rate - dividend * share
        mass = density * over
        sway = lower * root * inverse
        dense = dividend * upper_density * over
        work[A + i] += dividend * above
        work[A_NODE + i] += dense
        work[A_POINT + i] = -dense
        work[A_W + i] -= dense * root * lower
        work[A_R + i] += dense * root * root
        work[A_Q + i] += above * (1.0 - dividend * root * root) - dense * root * root
        work[C + i] += mass * gain
        work[C_NODE + i] -= mass * gain * lower * over
        work[C_POINT + i] = mass * (gain * lower * over - dividend * share)
        work[C_W + i] += mass * gain * (lower * (lower * inverse + root) - inverse)
        work[C_R + i] += mass * (1.0 - (root * root + sway) * gain)
        work[C_Q + i] += mass * (sway * gain - share)


@inner
def _add_strike(work: FloatArray, root: float) -> None:
    """Add what the strike at expiry gives to A at the node tau = root^2."""
    for i in range(BLOCK):
        rate, dividend, inverse = work[RATE + i], work[YIELD + i], work[INVERSE + i]
        drift = work[NODE + i] + (rate - dividend) * root * root
        upper = drift * inverse / root + 0.5 * work[DEVIATION + i] * root
        held = exponential(-dividend * root * root)
        density = held * normal_density(upper)
        above = normal_tail(-upper, density, held)
        work[A + i] += above
        work[A_NODE + i] += density * inverse / root
        work[A_W + i] += density * (root - upper * inverse)
        work[A_R + i] += density * root * inverse
        work[A_Q + i] -= root * (root * above + density * inverse)


@inner
def _write_sides(work: FloatArray, node: int, size: int, sides: FloatArray) -> None:
    """Error and explicit derivatives of log(e^y A / C); 2 (u - 1) / (u + 1) stands for log(u)."""
    for i in range(BLOCK):
        ratio = exponential(work[NODE + i]) * work[A + i] / work[C + i]
        sides[(ERROR * size + node) * BLOCK + i] = 2.0 * (ratio - 1.0) / (ratio + 1.0)
    for i in range(BLOCK):
        sides[(BY_W * size + node) * BLOCK + i] = work[A_W + i] / work[A + i] - work[C_W + i] / work[C + i]
    for i in range(BLOCK):
        sides[(BY_R * size + node) * BLOCK + i] = work[A_R + i] / work[A + i] - work[C_R + i] / work[C + i]
    for i in range(BLOCK):
        sides[(BY_Q * size + node) * BLOCK + i] = work[A_Q + i] / work[A + i] - work[C_Q + i] / work[C + i]


@inner
def _write_matrix(
    work: FloatArray,
    interpolation: FloatArray,
    node: int,
    curve: FloatArray,
    slopes: FloatArray,
    matrix: FloatArray,
) -> None:
    """The node's row: derivatives of log(e^y A / C) by the boundary at every node, the start included."""
    points, columns = interpolation.shape
    row = node * columns * BLOCK
    for i in range(BLOCK):
        work[A_POINT + i] = 1.0 / work[A + i]
        work[C_POINT + i] = 1.0 / work[C + i]
    for j in range(row, row + columns * BLOCK):
        matrix[j] = 0.0
    for point in range(points):
        in_a, in_c = 2 * point * BLOCK, (2 * point + 1) * BLOCK
        for i in range(BLOCK):
            work[LEVEL + i] = slopes[in_a + i] * work[A_POINT + i] - slopes[in_c + i] * work[C_POINT + i]
        for j in range(columns):
            for i in range(BLOCK):
                matrix[row + j * BLOCK + i] += interpolation[point, j] * work[LEVEL + i]
    for j in range(columns * BLOCK):
        matrix[row + j] *= curve[j]
    for i in range(BLOCK):
        own = 1.0 + work[A_NODE + i] * work[A_POINT + i] - work[C_NODE + i] * work[C_POINT + i]
        matrix[row + (node + 1) * BLOCK + i] += own


@inner
def _move_start(work: FloatArray, matrix: FloatArray, node: int, size: int, sides: FloatArray) -> None:
    """The boundary's start moves with rate and yield: its column of the matrix joins their derivatives."""
    start, by_r, by_q = node * (size + 1) * BLOCK, BY_R * size + node, BY_Q * size + node
    for i in range(BLOCK):
        sides[by_r * BLOCK + i] += matrix[start + i] * work[START_R + i]
    for i in range(BLOCK):
        sides[by_q * BLOCK + i] += matrix[start + i] * work[START_Q + i]
