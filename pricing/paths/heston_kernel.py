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
_LOG, _VARIANCE, _NORMAL, _OTHER, _UNIFORM, _PRICE = (
    row * LANES for row in range(STREAM_ROWS + COEFFICIENTS, STREAM_ROWS + COEFFICIENTS + 6)
)

_SWITCH = 1.5  # Andersen's psi_c
_LEAST_MEAN = 1e-100
_LEAST_PSI = 1e-14  # below it the variance is certain to seven digits
_LEAST_FACTOR = 1e-8


@njit(cache=True, nogil=True, error_model="numpy")
def heston_prices(
    seed_words: Words, spot: float, table: FloatArray, prices: FloatArray, variances: FloatArray
) -> None:
    """Fill both outputs (path, step + 1) from `table` (COEFFICIENTS, 1 or path)."""
    work = np.zeros((STREAM_ROWS + COEFFICIENTS + 6) * LANES)
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
    """One step of Andersen (2008): QE for the variance, his K0* (equation 40 on) for the martingale.

    Both branches are computed and one is taken. With A = K2 + K4 / 2, log E[exp(A v')] is
    A a b^2 / (1 - 2 A a) - log(1 - 2 A a) / 2 in the quadratic branch and log(p + beta (1 - p) / (beta - A))
    in the exponential one.
    """
    for lane in range(LANES):
        variance = work[_VARIANCE + lane]
        mean = work[_PULL + lane] + work[_DECAY + lane] * variance
        mean = _LEAST_MEAN if mean < _LEAST_MEAN else mean
        spread = work[_SPREAD + lane] * variance + work[_NOISE + lane]
        mean_square = mean * mean
        spread = _LEAST_PSI * mean_square if spread < _LEAST_PSI * mean_square else spread
        moment = mean_square + spread
        shared = 1.0 / (mean * moment)
        smooth = spread <= _SWITCH * mean_square
        tilt = work[_TILT + lane]
        # Quadratic: v' = a (b + z)^2, with 2 / psi = 2 mean^2 / spread.
        ratio = 2.0 * mean_square / spread
        excess = ratio - 1.0
        excess = 0.0 if excess < 0.0 else excess
        square = excess + math.sqrt(ratio * excess)
        scale = mean / (1.0 + square)
        moved = math.sqrt(square) + work[_NORMAL + lane]
        room = 1.0 - 2.0 * tilt * scale
        room = _LEAST_FACTOR if room < _LEAST_FACTOR else room
        # Exponential: v' = 0 with probability 1 - alive, else exponential with this rate.
        alive = 2.0 * mean_square * mean * shared
        rate = 2.0 * mean_square * shared
        gap = rate - tilt
        gap = _LEAST_FACTOR * rate if gap < _LEAST_FACTOR * rate else gap
        tail = alive / work[_UNIFORM + lane]
        tail = 1.0 if tail < 1.0 else tail
        exponential_draw = 0.5 * logarithm(tail) * moment * shared * moment
        quotient = (tilt * scale * square if smooth else rate * alive) / (room if smooth else gap)
        logs = logarithm(room if smooth else 1.0 - alive + quotient)
        growth = quotient - 0.5 * logs if smooth else logs
        following = scale * moved * moved if smooth else exponential_draw
        root = math.sqrt(work[_MIX + lane] * (variance + following))
        change = work[_LEVER + lane] * following - growth - 0.5 * work[_MIX + lane] * variance
        log = work[_LOG + lane] + work[_CARRY + lane] + change + root * work[_OTHER + lane]
        work[_LOG + lane] = log
        work[_VARIANCE + lane] = following
        work[_PRICE + lane] = spot * exponential(log)
