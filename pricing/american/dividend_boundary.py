"""The exercise boundary in one time step of one lane of the finite-difference kernel."""

from __future__ import annotations

import numpy as np
from numba import njit

from pricing.american.dividend_layout import (
    CARRY,
    DECAY,
    DISCOUNTING,
    EXERCISE_CONSTANT,
    EXERCISE_ROW,
    EXERCISE_SLOPE,
    GAIN,
    GHOST,
    OLD_SHARE,
    RATE,
    SIGN,
    SOURCE,
    START,
    START_ROW,
    STRIKE,
    Block,
    FloatArray,
)

_CONTRACT = {"contract"}


@njit(cache=True, error_model="numpy", fastmath=_CONTRACT)
def place_boundary(terms: FloatArray, p: int, lane: int, block: Block) -> None:
    """Find the first exercised node, from where it was, and what the recursion back starts from there.

    Next to the boundary B the price exceeds exercise by unit x ((x - B) / spacing)^2, on the exercised side
    as its smooth continuation. With h the distance of the last held node to B in spacings and m the
    recursion's decay, (1 - m) h^2 + 2 m h - m is the distance that the recursion sees, over `unit`.
    """
    rows, last = block.rows, block.values.shape[0] - 1
    row, distance, unit = _first_exercised(terms, p, lane, block)
    if row >= last:
        rows[EXERCISE_ROW + lane] = last + 1.0
        rows[GHOST + lane] = 0.0
        return
    decay, excess = rows[DECAY + lane], 0.0
    if unit > 0.0 and distance < unit:
        scaled = max(distance / unit + decay, 0.0)
        held = (np.sqrt(decay * decay + (1.0 - decay) * scaled) - decay) / (1.0 - decay)
        excess = unit * max(1.0 - held, 0.0) ** 2
    exercised = rows[EXERCISE_CONSTANT + lane] + rows[EXERCISE_SLOPE + lane] * block.grid[row, lane]
    old = rows[OLD_SHARE + lane] * block.values[row, lane]
    rows[START + lane] = (exercised + excess - old) / rows[GAIN + lane]
    rows[START_ROW + lane] = row
    rows[EXERCISE_ROW + lane] = row
    rows[GHOST + lane] = excess


@njit(cache=True, error_model="numpy", fastmath=_CONTRACT)
def _first_exercised(terms: FloatArray, p: int, lane: int, block: Block) -> tuple[int, float, float]:
    """The first exercised node, not among the outermost; the distance of the node before it, and its unit.

    The last node where none is exercised. The search starts from the boundary of the step before.
    """
    last, decay = block.values.shape[0] - 1, block.rows[DECAY + lane]
    row = min(int(block.rows[EXERCISE_ROW + lane]), last - 1)
    distance, unit = _distance(terms, p, lane, block, row)
    if unit > 0.0 and distance <= -decay * unit:
        while True:
            row -= 1
            distance, unit = _distance(terms, p, lane, block, row)
            if row == 0 or not (unit > 0.0 and distance <= -decay * unit):
                return row + 1, distance, unit
    while row < last - 1:
        row += 1
        next_distance, next_unit = _distance(terms, p, lane, block, row)
        if next_unit > 0.0 and next_distance <= -decay * next_unit:
            return row, distance, unit
        distance, unit = next_distance, next_unit
    return last, distance, unit


@njit(cache=True, error_model="numpy", fastmath=_CONTRACT)
def _distance(terms: FloatArray, p: int, lane: int, block: Block, node: int) -> tuple[float, float]:
    """How far the recursion holds a node above exercise if the next one is exercised; and its unit.

    The unit is half the jump of curvature at the boundary times the squared spacing, from the source
    w (q S - r K) that exercising gives up; it is not positive where nobody would exercise.
    """
    rows, values, grid = block.rows, block.values, block.grid
    constant, slope, old_share = (
        rows[EXERCISE_CONSTANT + lane],
        rows[EXERCISE_SLOPE + lane],
        rows[OLD_SHARE + lane],
    )
    exercised = constant + slope * grid[node, lane]
    deeper = constant + slope * grid[node + 1, lane]
    rate, sign, strike = terms[RATE, p], terms[SIGN, p], terms[STRIKE, p]
    intrinsic = exercised * rows[DISCOUNTING + lane]
    source = (rate - terms[CARRY, p]) * (strike + sign * intrinsic) - rate * strike
    held = rows[GAIN + lane] * block.swept[node, lane]
    held += rows[DECAY + lane] * (deeper - old_share * values[node + 1, lane])
    return held - (exercised - old_share * values[node, lane]), rows[SOURCE + lane] * sign * source
