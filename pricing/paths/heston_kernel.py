"""Numba kernel of Heston's model by the quadratic-exponential scheme: 64 paths side by side, no branch."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from pricing.american.compiled import inner
from pricing.american.lane_functions import exponential
from pricing.paths.gbm_kernel import write_lanes
from pricing.paths.lanes import (
    LANES,
    STREAM_ROWS,
    Words,
    draw_normals,
    draw_uniforms,
    logarithm,
    start_lanes,
)

FloatArray = npt.NDArray[np.float64]

# Rows of the coefficients, in their order (`pricing.paths.heston.step_coefficients`).
COEFFICIENTS = 9
_START, _DECAY, _PULL, _SPREAD, _NOISE, _LEVER, _MIX, _TILT, _CARRY = (
    row * LANES for row in range(STREAM_ROWS, STREAM_ROWS + COEFFICIENTS)
)
_FIRST_STATE = STREAM_ROWS + COEFFICIENTS
_LOG, _VARIANCE, _NORMAL, _OTHER, _UNIFORM, _PRICE = (
    row * LANES for row in range(_FIRST_STATE, _FIRST_STATE + 6)
)
_SQUARE, _SCALE, _RATE, _ALIVE, _FOLLOWING = (
    row * LANES for row in range(_FIRST_STATE + 6, _FIRST_STATE + 11)
)
_ROWS = _FIRST_STATE + 11

_SWITCH = 1.5  # Andersen's psi_c
_LEAST_MEAN = 1e-100
_LEAST_PSI = 1e-14  # below it the variance is certain to seven digits
_LEAST_FACTOR = 1e-8


@njit(cache=True, nogil=True, error_model="numpy")
def heston_prices(
    seed_words: Words, spot: float, table: FloatArray, prices: FloatArray, variances: FloatArray
) -> None:
    """Fill both outputs (path, step + 1) from `table` (COEFFICIENTS, 1 or path)."""
    work = np.zeros(_ROWS * LANES)
    start_lanes(seed_words, work)
    for start in range(0, prices.shape[0], LANES):
        price_part, variance_part = prices[start : start + LANES], variances[start : start + LANES]
        _load(table, work, start, price_part.shape[0])
        price_part[:, 0] = spot
        write_lanes(work, _VARIANCE, variance_part, 0)
        for step in range(1, prices.shape[1]):
            draw_normals(work, _NORMAL, _OTHER)
            draw_uniforms(work, _UNIFORM)
            _advance(work, spot)
            write_lanes(work, _PRICE, price_part, step)
            write_lanes(work, _VARIANCE, variance_part, step)


@inner
def _load(table: FloatArray, work: FloatArray, start: int, count: int) -> None:
    """A tile of coefficients and the state at its start."""
    for row in range(COEFFICIENTS):
        for lane in range(count):
            work[_START + row * LANES + lane] = table[row, 0 if table.shape[1] == 1 else start + lane]
    for lane in range(LANES):
        work[_LOG + lane] = 0.0
        work[_VARIANCE + lane] = work[_START + lane]


@inner
def _advance(work: FloatArray, spot: float) -> None:
    """One step of Andersen (2008): QE for the variance, his K0* (section 4.3) for the martingale.

    Both branches are computed and one is taken. Short loops one after the other: a long one would wait for
    its own divisions.
    """
    _match_moments(work)
    _draw_variance(work)
    _correct_mean(work)
    for lane in range(LANES):
        work[_PRICE + lane] = spot * exponential(work[_LOG + lane])


@inner
def _match_moments(work: FloatArray) -> None:
    """a and b^2 of the quadratic branch v' = a (b + z)^2; rate and 1 - p of the exponential one.

    With m and s^2 the conditional mean and variance of v': psi = s^2 / m^2, b^2 from 2 / psi (equations 27
    and 28), 1 - p = 2 m^2 / (m^2 + s^2) and beta = (1 - p) / m. a is negative where the branch is not taken.
    """
    for lane in range(LANES):
        variance = work[_VARIANCE + lane]
        mean = work[_PULL + lane] + work[_DECAY + lane] * variance
        mean = _LEAST_MEAN if mean < _LEAST_MEAN else mean
        spread = work[_SPREAD + lane] * variance + work[_NOISE + lane]
        mean_square = mean * mean
        spread = _LEAST_PSI * mean_square if spread < _LEAST_PSI * mean_square else spread
        ratio = 2.0 * mean_square / spread
        excess = ratio - 1.0
        excess = 0.0 if excess < 0.0 else excess
        square = excess + math.sqrt(ratio * excess)
        scale = mean / (1.0 + square)
        rate = 2.0 * mean / (mean_square + spread)
        work[_SQUARE + lane] = square
        work[_SCALE + lane] = scale if spread <= _SWITCH * mean_square else -1.0
        work[_RATE + lane] = rate
        work[_ALIVE + lane] = rate * mean


@inner
def _draw_variance(work: FloatArray) -> None:
    """v' of the branch that is taken."""
    for lane in range(LANES):
        moved = math.sqrt(work[_SQUARE + lane]) + work[_NORMAL + lane]
        tail = work[_ALIVE + lane] / work[_UNIFORM + lane]
        tail = 1.0 if tail < 1.0 else tail
        scale = work[_SCALE + lane]
        drawn = logarithm(tail) / work[_RATE + lane]
        work[_FOLLOWING + lane] = scale * moved * moved if scale >= 0.0 else drawn


@inner
def _correct_mean(work: FloatArray) -> None:
    """The log price, lowered by log E[exp(A v')] with A = K2 + K4 / 2, and the variance moved on.

    That is A a b^2 / (1 - 2 A a) - log(1 - 2 A a) / 2 in the quadratic branch (equation 38) and
    log(p + beta (1 - p) / (beta - A)) in the exponential one.
    """
    for lane in range(LANES):
        tilt, scale = work[_TILT + lane], work[_SCALE + lane]
        rate, alive = work[_RATE + lane], work[_ALIVE + lane]
        smooth = scale >= 0.0
        room = 1.0 - 2.0 * tilt * scale
        room = _LEAST_FACTOR if room < _LEAST_FACTOR else room
        gap = rate - tilt
        gap = _LEAST_FACTOR * rate if gap < _LEAST_FACTOR * rate else gap
        quotient = (tilt * scale * work[_SQUARE + lane] if smooth else rate * alive) / (
            room if smooth else gap
        )
        logs = logarithm(room if smooth else 1.0 - alive + quotient)
        growth = quotient - 0.5 * logs if smooth else logs
        variance, following = work[_VARIANCE + lane], work[_FOLLOWING + lane]
        root = math.sqrt(work[_MIX + lane] * (variance + following))
        change = work[_LEVER + lane] * following - growth - 0.5 * work[_MIX + lane] * variance
        work[_LOG + lane] += work[_CARRY + lane] + change + root * work[_OTHER + lane]
        work[_VARIANCE + lane] = following
