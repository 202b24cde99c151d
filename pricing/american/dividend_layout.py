"""Where the finite-difference kernel for dividends finds what in its arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

LANES = 32
"""Problems that are marched side by side, one in each lane of the arrays."""

EUROPEAN, BERMUDAN, AMERICAN, PROJECTED = range(4)
"""Never exercised; only just before ex dates; on one side of a boundary; in a band (projected)."""

STRIKE, PAYOFF_STRIKE, PAYOFF_KEPT, EXPIRY_YEARS, VOLATILITY, RATE, CARRY, SIGN, SPACING, SPOT_NODE = range(
    10
)
TERMS = 10
"""Rows of `terms` (row, problem). The payoff is on PAYOFF_KEPT x S - PAYOFF_STRIKE, a dividend at expiry
taken into it; STRIKE is for exercise before. SIGN: +1 call, -1 put. SPACING: of the grid in x. SPOT_NODE:
where the share is today's, counted from the out-of-the-money end."""

PERIODS = 6
ANCHOR, ESCROW, STEPS, END_YEARS, KEPT, CASH = range(PERIODS)
"""Rows of `periods` (row, period, problem); a period ends at END_YEARS, an ex date or expiry. ANCHOR: A(t)
over growth. ESCROW: what the share is worth besides, over growth. STEPS: in time. KEPT (1 - proportional) and
CASH: of the dividend that ends the period."""

DECAY, OLD_SHARE, GAIN, FIRST_SWEPT, START, START_ROW, EXERCISE_ROW = (LANES * row for row in range(7))
EXERCISE_CONSTANT, EXERCISE_SLOPE, SOURCE, GHOST, TIME, DISCOUNTING = (LANES * row for row in range(7, 13))
END, LENGTH, STEP_COUNT, MESH, CURVATURE, PIVOT, SMOOTHED = (LANES * row for row in range(13, 20))
"""Where each row of a block's `rows` begins; EXERCISE_ROW is a node, as many as there are for none."""


class Block(NamedTuple):
    """Scratch: values, what elimination leaves, and exp(x), on (node, lane); 20 rows of lanes in one."""

    values: FloatArray
    swept: FloatArray
    grid: FloatArray
    # One array at constant offsets: more arrays would need more checks for overlap than LLVM vectorises with.
    rows: FloatArray
    carried: FloatArray
    # Nodes from last to first: a loop that counts down itself is not vectorised either.
    backward: IntArray


@njit(cache=True)
def new_block(nodes: int) -> Block:
    """Scratch for one block of lanes."""
    shape = (nodes, LANES)
    backward = np.arange(nodes - 1, -1, -1)
    return Block(
        np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(20 * LANES), np.zeros(LANES), backward
    )
