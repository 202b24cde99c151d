"""A dividend on the grid: from the prices just after the share goes ex to those just before."""

from __future__ import annotations

import numpy as np
from numba import njit

from pricing.american.dividend_layout import (
    ANCHOR,
    CARRY,
    CASH,
    END_YEARS,
    ESCROW,
    EXPIRY_YEARS,
    KEPT,
    RATE,
    SIGN,
    SPACING,
    STRIKE,
    VOLATILITY,
    Block,
    FloatArray,
)

_CONTRACT = {"contract"}


@njit(cache=True, error_model="numpy", fastmath=_CONTRACT)
def jump(
    terms: FloatArray, periods: FloatArray, p: int, lane: int, block: Block, period: int, early: bool
) -> None:
    """Replace a lane's values after the dividend that ends `period` by those before it.

    early: or the value of exercise, where that is more.
    """
    time, carry, sign = periods[END_YEARS, period, p], terms[CARRY, p], terms[SIGN, p]
    median = np.exp((carry - 0.5 * terms[VOLATILITY, p] ** 2) * time)
    undiscounted = np.exp(terms[RATE, p] * (terms[EXPIRY_YEARS, p] - time))
    if periods[ESCROW, period, p] == 0.0 and periods[CASH, period, p] > 0.0:
        after = periods[ANCHOR, period + 1, p]
        ratio = periods[ANCHOR, period, p] * periods[KEPT, period, p] / after
        worthless = 0.0 if sign > 0.0 else terms[STRIKE, p]
        if early:
            worthless *= max(1.0, undiscounted)
        paid = periods[CASH, period, p] / (median * after)
        _shift(block, lane, sign > 0.0, ratio, paid, worthless, terms[SPACING, p])
    else:  # a share in proportion, or one that cash does not touch, stays where it is on the grid
        for node in range(block.values.shape[0]):
            block.swept[node, lane] = block.values[node, lane]
    if early:
        undiscounted *= sign
        constant = undiscounted * (periods[ESCROW, period, p] * np.exp(carry * time) - terms[STRIKE, p])
        _or_exercise(block, lane, constant, undiscounted * periods[ANCHOR, period, p] * median)
    else:
        for node in range(block.values.shape[0]):
            block.values[node, lane] = block.swept[node, lane]


@njit(cache=True, error_model="numpy", fastmath=_CONTRACT)
def _shift(
    block: Block, lane: int, upward: bool, ratio: float, paid: float, worthless: float, spacing: float
) -> None:
    """`swept` becomes the values at exp(x) -> ratio exp(x) - paid, none below zero.

    Between nodes they are cubic in x, beyond the grid linear in the share, and `worthless` where a dividend
    larger than the share leaves none. upward: whether exp(x) rises with the node.
    """
    values, grid, swept = block.values, block.grid, block.swept
    nodes = values.shape[0]
    step = 1 if upward else -1
    low = 0 if upward else nodes - 1
    high = nodes - 1 - low
    outer = (values[high, lane] - values[high - step, lane]) / (grid[high, lane] - grid[high - step, lane])
    inner = (values[low, lane] - worthless) / grid[low, lane]
    cell = 0
    for number in range(nodes):
        node = low + step * number
        share = ratio * grid[node, lane] - paid
        if share <= grid[low, lane]:
            swept[node, lane] = worthless + inner * max(share, 0.0)
        elif share >= grid[high, lane]:
            swept[node, lane] = values[high, lane] + outer * (share - grid[high, lane])
        else:
            while grid[low + step * (cell + 1), lane] <= share:
                cell += 1
            first = min(max(cell - 1, 0), nodes - 4)
            base = grid[low + step * cell, lane]
            tangent = (share - base) / (share + base)
            square = tangent * tangent
            # log(share / base) is twice the area tangent, of which four terms are enough within a spacing.
            logarithm = 2.0 * tangent * (1.0 + square * (1.0 / 3.0 + square * (0.2 + square / 7.0)))
            part = logarithm / spacing + (cell - first)
            swept[node, lane] = _cubic(values, lane, low + step * first, step, part)


@njit(cache=True, error_model="numpy", fastmath=_CONTRACT)
def _cubic(values: FloatArray, lane: int, first: int, step: int, part: float) -> float:
    """Lagrange's cubic through four nodes from `first` on, at `part` spacings from it."""
    one, two, three = part - 1.0, part - 2.0, part - 3.0
    outer = part * one * two * values[first + 3 * step, lane] - one * two * three * values[first, lane]
    inner = two * values[first + step, lane] - one * values[first + 2 * step, lane]
    return float(outer / 6.0 + 0.5 * part * three * inner)


@njit(cache=True, error_model="numpy", fastmath=_CONTRACT)
def _or_exercise(block: Block, lane: int, constant: float, slope: float) -> None:
    """The larger of held and exercised, the kink where they cross spread as at expiry."""
    values, swept, grid = block.values, block.swept, block.grid
    before = 0.0
    for node in range(values.shape[0]):
        gain = constant + slope * grid[node, lane] - swept[node, lane]
        values[node, lane] = swept[node, lane] + max(gain, 0.0)
        if node > 0 and gain * before < 0.0:
            part = before / (before - gain)
            missing = 0.5 * (part * part - part + 1.0 / 6.0) * abs(gain - before)
            values[node - 1, lane] += (1.0 - part) * missing
            values[node, lane] += part * missing
        before = gain
