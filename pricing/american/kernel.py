"""Numba kernel of American puts on strike one: boundary, value and derivatives, in blocks of options."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from pricing.american.boundary import first_guess, newton_equations, newton_step
from pricing.american.compiled import inner
from pricing.american.continuation import above_boundary, hold_value
from pricing.american.curvature import curvature_equations
from pricing.american.layout import (
    BLOCK,
    BY_Q,
    BY_R,
    BY_W,
    BY_WW,
    DECAY,
    DEVIATION,
    HORIZON,
    INVERSE,
    LEAST,
    MONEYNESS,
    OUTPUTS,
    RATE,
    SIDES,
    SQUARES,
    START,
    START_Q,
    START_R,
    WORK_SIZE,
    YIELD,
)
from pricing.american.premium import premium

FloatArray = npt.NDArray[np.float64]

# The boundary has arrived at the perpetual one to exp(-20).
_ARRIVED = 20.0


@njit(cache=True, error_model="numpy")
def american_puts(
    inputs: FloatArray,
    roots: FloatArray,
    sines: FloatArray,
    weights: FloatArray,
    interpolation: FloatArray,
    abscissae: FloatArray,
    final_weights: FloatArray,
    to_chebyshev: FloatArray,
    steps: int,
    outputs: FloatArray,
) -> None:
    """Fill `outputs` (OUTPUTS, options) from `inputs` (4, options): log(S / K), R, Q, w; R or -Q above zero.

    Outputs are the value over the strike; its derivatives by m, m m, w, w w, w m, R, Q, R m, Q m; and the
    boundary over the strike.
    """
    count, size = inputs.shape[1], roots.size - 1
    work = np.zeros(WORK_SIZE)
    curve, squares = np.empty((size + 1) * BLOCK), np.empty(3 * (size + 1) * BLOCK)
    slopes, sides = np.empty(2 * sines.size * BLOCK), np.empty(SIDES * size * BLOCK)
    matrix, coefficients = np.empty(size * (size + 1) * BLOCK), np.empty((size + 1) * SQUARES * BLOCK)
    for start in range(0, count, BLOCK):
        _load(work, inputs, start)
        first_guess(work, roots, curve)
        for step in range(steps):
            newton_equations(
                work, roots, sines, weights, interpolation, curve, squares, slopes, matrix, sides
            )
            if step == steps - 1:
                curvature_equations(work, roots, sines, weights, interpolation, curve, squares, matrix, sides)
            newton_step(work, curve, sides)
        _to_expiry(work, sides, size)
        _coefficients(work, curve, sides, to_chebyshev, coefficients)
        above_boundary(work, curve[size * BLOCK :])
        premium(work, abscissae, final_weights, coefficients)
        hold_value(work, curve[size * BLOCK :], sides, size)
        for i in range(min(BLOCK, count - start)):
            for row in range(OUTPUTS):
                outputs[row, start + i] = work[row * BLOCK + i]


@inner
def _load(work: FloatArray, inputs: FloatArray, start: int) -> None:
    """Options into lanes, the last one again where a block is not full, and what a lane needs once.

    The boundary approaches the perpetual option's as exp(-decay tau / T). It is solved up to a horizon at
    which it has arrived, and R, Q and w are those to the horizon: without that, nodes spread over an expiry
    far beyond would miss where the boundary moves.
    """
    for i in range(BLOCK):
        option = min(start + i, inputs.shape[1] - 1)
        place, rate, dividend, deviation = inputs[:, option]
        drift = (rate - dividend) / deviation - 0.5 * deviation
        decay = max(rate, 0.0) + 0.5 * drift * drift
        horizon = min(1.0, _ARRIVED / decay)
        work[HORIZON + i], work[DECAY + i] = math.sqrt(horizon), horizon * decay
        work[LEAST + i] = _perpetual(rate, dividend, deviation)
        rate, dividend, deviation = horizon * rate, horizon * dividend, math.sqrt(horizon) * deviation
        late = dividend > rate
        work[MONEYNESS + i], work[RATE + i], work[YIELD + i] = place, rate, dividend
        work[DEVIATION + i], work[INVERSE + i] = deviation, 1.0 / deviation
        work[START + i] = math.log(rate / dividend) if late else 0.0
        work[START_R + i] = 1.0 / rate if late else 0.0
        work[START_Q + i] = -1.0 / dividend if late else 0.0


@inner
def _to_expiry(work: FloatArray, sides: FloatArray, size: int) -> None:
    """R, Q and w to the horizon become those to expiry, and the boundary's derivatives those by them."""
    for i in range(BLOCK):
        root = work[HORIZON + i]
        horizon = root * root
        work[RATE + i] /= horizon
        work[YIELD + i] /= horizon
        work[DEVIATION + i] /= root
        work[INVERSE + i] *= root
        work[START_R + i] *= horizon
        work[START_Q + i] *= horizon
    for node in range(size):
        for i in range(BLOCK):
            root = work[HORIZON + i]
            sides[(BY_W * size + node) * BLOCK + i] *= root
            sides[(BY_WW * size + node) * BLOCK + i] *= root * root
            sides[(BY_R * size + node) * BLOCK + i] *= root * root
            sides[(BY_Q * size + node) * BLOCK + i] *= root * root


@inner
def _perpetual(rate: float, dividend: float, deviation: float) -> float:
    """Log boundary of the perpetual put, log(b / (b - 1)), b the negative root (McKean 1965).

    Where there is none, the rate being zero, a fall of so many deviations that no expiry reaches it.
    """
    variance = deviation * deviation
    drift = 0.5 - (rate - dividend) / variance
    root = math.sqrt(drift * drift + 2.0 * rate / variance)
    power = drift - root if drift < 0.0 else -2.0 * rate / variance / (drift + root)
    return math.log(power / (power - 1.0)) if power < -1e-8 else -20.0


@inner
def _coefficients(
    work: FloatArray, curve: FloatArray, sides: FloatArray, to_chebyshev: FloatArray, out: FloatArray
) -> None:
    """Chebyshev coefficients of the boundary's square and of the square's derivatives."""
    size = curve.size // BLOCK - 1
    values = np.zeros((size + 1) * SQUARES * BLOCK)
    for i in range(BLOCK):
        values[i] = work[START + i] * work[START + i]
        values[3 * BLOCK + i] = 2.0 * work[START + i] * work[START_R + i]
        values[4 * BLOCK + i] = 2.0 * work[START + i] * work[START_Q + i]
    for node in range(size):
        row = (node + 1) * SQUARES * BLOCK
        for i in range(BLOCK):
            level = curve[(node + 1) * BLOCK + i]
            by_w = -sides[(BY_W * size + node) * BLOCK + i]
            by_ww = -sides[(BY_WW * size + node) * BLOCK + i]
            values[row + i] = level * level
            values[row + BLOCK + i] = 2.0 * level * by_w
            values[row + 2 * BLOCK + i] = 2.0 * (by_w * by_w + level * by_ww)
            values[row + 3 * BLOCK + i] = -2.0 * level * sides[(BY_R * size + node) * BLOCK + i]
            values[row + 4 * BLOCK + i] = -2.0 * level * sides[(BY_Q * size + node) * BLOCK + i]
    width = SQUARES * BLOCK
    for degree in range(size + 1):
        for i in range(width):
            out[degree * width + i] = to_chebyshev[degree, 0] * values[i]
        for node in range(1, size + 1):
            for i in range(width):
                out[degree * width + i] += to_chebyshev[degree, node] * values[node * width + i]
