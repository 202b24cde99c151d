"""Numba kernel of geometric Brownian motion: 64 paths side by side, written out path by path."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from pricing.american.compiled import inner
from pricing.american.lane_functions import exponential
from pricing.paths.lanes import LANES, STREAM_ROWS, Words, draw_normals, start_lanes

FloatArray = npt.NDArray[np.float64]

# Rows of the work array; the compiler must know them all, or the loops do not vectorise.
_LOG, _DRIFT, _DEVIATION, _FIRST, _SECOND, _PRICE = (
    row * LANES for row in range(STREAM_ROWS, STREAM_ROWS + 6)
)


@njit(cache=True, nogil=True, error_model="numpy")
def gbm_prices(
    seed_words: Words, spot: float, drift: FloatArray, deviation: FloatArray, out: FloatArray
) -> None:
    """Fill `out` (path, step + 1) with spot exp(sum of drift + deviation z).

    drift, deviation: of a step's log price, one for all paths or one a path.
    """
    work = np.zeros((STREAM_ROWS + 6) * LANES)
    start_lanes(seed_words, work)
    for start in range(0, out.shape[0], LANES):
        part = out[start : start + LANES]
        load_lanes(drift, work, _DRIFT, start, part.shape[0])
        load_lanes(deviation, work, _DEVIATION, start, part.shape[0])
        for lane in range(LANES):
            work[_LOG + lane] = 0.0
        part[:, 0] = spot
        for step in range(1, out.shape[1], 2):
            draw_normals(work, _FIRST, _SECOND)
            _advance(work, _FIRST, spot)
            write_lanes(work, _PRICE, part, step)
            if step + 1 < out.shape[1]:
                _advance(work, _SECOND, spot)
                write_lanes(work, _PRICE, part, step + 1)


@inner
def load_lanes(column: FloatArray, work: FloatArray, row: int, start: int, count: int) -> None:
    """Copy a tile of a column, or its only element, into a row of the work array."""
    if column.size == 1:
        for lane in range(LANES):
            work[row + lane] = column[0]
    else:
        for lane in range(count):
            work[row + lane] = column[start + lane]


@inner
def write_lanes(work: FloatArray, row: int, part: FloatArray, step: int) -> None:
    """Copy a row of the work array into a step's column of a tile of paths."""
    for lane in range(part.shape[0]):
        part[lane, step] = work[row + lane]


@inner
def _advance(work: FloatArray, normal: int, spot: float) -> None:
    for lane in range(LANES):
        log = work[_LOG + lane] + work[_DRIFT + lane] + work[_DEVIATION + lane] * work[normal + lane]
        work[_LOG + lane] = log
        work[_PRICE + lane] = spot * exponential(log)
