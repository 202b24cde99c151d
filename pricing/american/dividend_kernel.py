"""Finite differences for options on a share that pays discrete dividends: many problems in lockstep.

In x = log(S / A(t)), where A is the share's median path (it carries the drift and every dividend), the
undiscounted price solves the heat equation u_tau = sigma^2 / 2 u_xx between ex dates. It is marched on a
uniform grid by Crank-Nicolson in time and a compact fourth-order rule in space (Crandall 1955), whose
tridiagonal system has constant coefficients: its solution is one recursion up the grid and one down.
Exercise is a linear complementarity problem, solved in the second recursion (Brennan and Schwartz 1977).
Where the arrays hold what: pricing/american/dividend_layout.py.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from pricing.american.dividend_boundary import place_boundary
from pricing.american.dividend_jump import jump
from pricing.american.dividend_layout import (
    AMERICAN,
    ANCHOR,
    CARRY,
    CURVATURE,
    DECAY,
    DISCOUNTING,
    END,
    END_YEARS,
    ESCROW,
    EUROPEAN,
    EXERCISE_CONSTANT,
    EXERCISE_ROW,
    EXERCISE_SLOPE,
    EXPIRY_YEARS,
    FIRST_SWEPT,
    GAIN,
    GHOST,
    LANES,
    LENGTH,
    MESH,
    OLD_SHARE,
    PAYOFF_KEPT,
    PAYOFF_STRIKE,
    PIVOT,
    PROJECTED,
    RATE,
    SIGN,
    SMOOTHED,
    SOURCE,
    SPACING,
    SPOT_NODE,
    START,
    START_ROW,
    STEP_COUNT,
    STEPS,
    STRIKE,
    TIME,
    VOLATILITY,
    Block,
    FloatArray,
    IntArray,
    new_block,
)

_CONTRACT = {"contract"}
_LEAST_OFF_DIAGONAL = 0.005


@njit(cache=True, error_model="numpy", fastmath=_CONTRACT)
def march(terms: FloatArray, periods: FloatArray, nodes: int, style: int, out: FloatArray) -> None:
    """Solve every problem; out (problem, 5): value today, its first three slopes in x, 1 if exercised."""
    block = new_block(nodes)
    problem = np.zeros(LANES, dtype=np.int64)
    count = terms.shape[1]
    for first in range(0, count, LANES):
        for lane in range(LANES):
            problem[lane] = min(first + lane, count - 1)
            _expire(terms, periods, problem[lane], lane, block)
        for period in range(periods.shape[1] - 1, -1, -1):
            _diffuse(terms, periods, problem, block, period, style)
            if period > 0:
                for lane in range(LANES):
                    jump(terms, periods, problem[lane], lane, block, period - 1, style != EUROPEAN)
        for lane in range(min(LANES, count - first)):
            _read(terms, periods, first + lane, lane, block, style != EUROPEAN, out)


@njit(cache=True, error_model="numpy", fastmath=_CONTRACT)
def _expire(terms: FloatArray, periods: FloatArray, p: int, lane: int, block: Block) -> None:
    """The payoff on the grid, its kink spread so that no sum over nodes sees where it lies between them.

    The sampled kink has B2(f) / 2 of a node too little mass, f its place between two nodes and B2 the second
    Bernoulli polynomial (Euler-Maclaurin).
    """
    nodes = block.values.shape[0]
    strike, sign, spacing = terms[PAYOFF_STRIKE, p], terms[SIGN, p], terms[SPACING, p]
    drift = terms[CARRY, p] - 0.5 * terms[VOLATILITY, p] ** 2
    share = periods[ANCHOR, periods.shape[1] - 1, p] * np.exp(drift * terms[EXPIRY_YEARS, p])
    share *= terms[PAYOFF_KEPT, p]
    for node in range(nodes):
        factor = np.exp(sign * (node - terms[SPOT_NODE, p]) * spacing)
        block.grid[node, lane] = factor
        block.values[node, lane] = max(sign * (share * factor - strike), 0.0)
    kink = terms[SPOT_NODE, p] + sign * np.log(strike / share) / spacing
    if 1.0 <= kink < nodes - 2.0:
        below = int(kink)
        part = kink - below
        missing = 0.5 * (part * part - part + 1.0 / 6.0) * strike * spacing
        block.values[below, lane] += (1.0 - part) * missing
        block.values[below + 1, lane] += part * missing


@njit(cache=True, error_model="numpy", fastmath=_CONTRACT)
def _diffuse(
    terms: FloatArray,
    periods: FloatArray,
    problem: IntArray,
    block: Block,
    period: int,
    style: int,
) -> None:
    """From the end of a period between ex dates back to its beginning."""
    rows, nodes = block.rows, block.values.shape[0]
    steps = 0
    for lane in range(LANES):
        steps = max(steps, int(periods[STEPS, period, problem[lane]]))
        _begin(terms, periods, problem[lane], lane, block, period)
    for step in range(steps):
        _prepare(rows, step)
        _prepare_ends(block.values, block.grid, rows)
        _eliminate(block.values, block.swept, rows, block.carried)
        if style == AMERICAN:
            for lane in range(LANES):
                _prepare_exercise(terms, periods, problem[lane], lane, rows, period)
                if rows[DECAY + lane] > 0.0:
                    place_boundary(terms, problem[lane], lane, block)
            _substitute_exercised(block)
        else:
            _substitute_held(block)
        if style == PROJECTED:
            for lane in range(LANES):
                _prepare_exercise(terms, periods, problem[lane], lane, rows, period)
            _project(block.values, block.grid, rows)
    if style == AMERICAN:
        for lane in range(LANES):
            if rows[EXERCISE_ROW + lane] < nodes:
                block.values[int(rows[EXERCISE_ROW + lane]), lane] -= rows[GHOST + lane]


@njit(cache=True, error_model="numpy", fastmath=_CONTRACT)
def _begin(terms: FloatArray, periods: FloatArray, p: int, lane: int, block: Block, period: int) -> None:
    """What stays the same through a period of one lane; its exercise boundary is still to be found."""
    rows = block.rows
    begin = 0.0 if period == 0 else periods[END_YEARS, period - 1, p]
    squared = terms[SPACING, p] ** 2
    rows[END + lane] = periods[END_YEARS, period, p]
    rows[LENGTH + lane] = periods[END_YEARS, period, p] - begin
    rows[STEP_COUNT + lane] = periods[STEPS, period, p]
    rows[MESH + lane] = 0.5 * terms[VOLATILITY, p] ** 2 / squared
    rows[CURVATURE + lane] = squared * (1.0 + squared / 12.0)
    rows[EXERCISE_ROW + lane] = block.values.shape[0]
    rows[GHOST + lane] = 0.0


@njit(cache=True, error_model="numpy", fastmath=_CONTRACT)
def _prepare(rows: FloatArray, step: int) -> None:
    """Coefficients of one step.

    Steps grow as the 1.5th power of the time from the end of the period. A lane that needs fewer steps than
    its block stands still at last.
    """
    for lane in range(LANES):
        before = min(step / rows[STEP_COUNT + lane], 1.0)
        after = min((step + 1.0) / rows[STEP_COUNT + lane], 1.0)
        elapsed = rows[LENGTH + lane] * after * np.sqrt(after)
        mesh_ratio = rows[MESH + lane] * (elapsed - rows[LENGTH + lane] * before * np.sqrt(before))
        # Of the fourth order, but kept from zero, where the old values could not be had from the new average.
        off_diagonal = min(1.0 / 12.0 - 0.5 * mesh_ratio, -_LEAST_OFF_DIAGONAL)
        moving = mesh_ratio > 0.0
        pivot = 0.5 * (1.0 - 2.0 * off_diagonal + np.sqrt(1.0 - 4.0 * off_diagonal))
        pivot = pivot if moving else 1.0
        old_share = 1.0 + mesh_ratio / off_diagonal if moving else 0.0
        rows[TIME + lane] = rows[END + lane] - elapsed
        rows[DECAY + lane] = -off_diagonal / pivot if moving else 0.0
        rows[OLD_SHARE + lane] = old_share
        rows[GAIN + lane] = (1.0 - old_share) / pivot
        rows[PIVOT + lane] = pivot
        rows[SMOOTHED + lane] = 1.0 / (1.0 + off_diagonal * rows[CURVATURE + lane]) if moving else 1.0


@njit(cache=True, error_model="numpy", fastmath=_CONTRACT)
def _prepare_ends(values: FloatArray, grid: FloatArray, rows: FloatArray) -> None:
    """What the recursions start from: beyond the grid the price is linear in the share, and stays so."""
    last = values.shape[0] - 1
    for lane in range(LANES):
        decay, pivot, smoothed = rows[DECAY + lane], rows[PIVOT + lane], rows[SMOOTHED + lane]
        slope = (values[1, lane] - values[0, lane]) / (grid[1, lane] - grid[0, lane])
        constant = values[0, lane] - slope * grid[0, lane]
        outer = constant * (1.0 - decay) + slope * smoothed * (grid[0, lane] - decay * grid[1, lane])
        rows[FIRST_SWEPT + lane] = outer * pivot
        inner, edge = grid[last - 1, lane], grid[last, lane]
        slope = (values[last, lane] - values[last - 1, lane]) / (edge - inner)
        constant = values[last, lane] - slope * edge
        rows[START + lane] = (constant + slope * smoothed * edge) * pivot
        rows[START_ROW + lane] = last


@njit(cache=True, error_model="numpy", fastmath=_CONTRACT)
def _prepare_exercise(
    terms: FloatArray, periods: FloatArray, p: int, lane: int, rows: FloatArray, period: int
) -> None:
    """The undiscounted exercise value as constant + slope exp(x), and the scale of its curvature."""
    time, volatility = rows[TIME + lane], terms[VOLATILITY, p]
    undiscounted = np.exp(terms[RATE, p] * (terms[EXPIRY_YEARS, p] - time))
    share = periods[ANCHOR, period, p] * np.exp((terms[CARRY, p] - 0.5 * volatility**2) * time)
    beyond_strike = -terms[STRIKE, p]
    if periods[ESCROW, period, p] != 0.0:
        beyond_strike += periods[ESCROW, period, p] * np.exp(terms[CARRY, p] * time)
    rows[EXERCISE_CONSTANT + lane] = terms[SIGN, p] * undiscounted * beyond_strike
    rows[EXERCISE_SLOPE + lane] = terms[SIGN, p] * undiscounted * share
    rows[DISCOUNTING + lane] = 1.0 / undiscounted
    rows[SOURCE + lane] = undiscounted * (terms[SPACING, p] / volatility) ** 2


@njit(cache=True, error_model="numpy", fastmath=_CONTRACT)
def _eliminate(values: FloatArray, swept: FloatArray, rows: FloatArray, carried: FloatArray) -> None:
    """The recursion from the out-of-the-money end."""
    for lane in range(LANES):
        carried[lane] = rows[FIRST_SWEPT + lane]
        swept[0, lane] = carried[lane]
    for node in range(1, values.shape[0]):
        for lane in range(LANES):
            here = values[node, lane] + rows[DECAY + lane] * carried[lane]
            carried[lane] = here
            swept[node, lane] = here


@njit(cache=True, error_model="numpy", fastmath=_CONTRACT)
def _substitute(
    values: FloatArray, swept: FloatArray, rows: FloatArray, carried: FloatArray, nodes: IntArray
) -> None:
    """The recursion back over `nodes`, and the new values."""
    for at in range(len(nodes)):
        value, left = values[nodes[at]], swept[nodes[at]]
        for lane in range(LANES):
            here = left[lane] + rows[DECAY + lane] * carried[lane]
            carried[lane] = here
            value[lane] = rows[OLD_SHARE + lane] * value[lane] + rows[GAIN + lane] * here


@njit(cache=True, error_model="numpy", fastmath=_CONTRACT)
def _substitute_held(block: Block) -> None:
    """The recursion back from the last node where nothing is exercised."""
    for lane in range(LANES):
        block.carried[lane] = 0.0
        block.swept[-1, lane] = block.rows[START + lane]
    _substitute(block.values, block.swept, block.rows, block.carried, block.backward)


@njit(cache=True, error_model="numpy", fastmath=_CONTRACT)
def _substitute_exercised(block: Block) -> None:
    """The recursion back from each lane's exercise boundary, and the exercise value beyond it."""
    rows, last = block.rows, block.values.shape[0] - 1
    first, final = last, 0
    for lane in range(LANES):
        first = min(first, int(rows[START_ROW + lane]))
        final = max(final, int(rows[START_ROW + lane]))
    _exercise(block.values, block.grid, rows, final + 1)
    between = block.backward[last - final : last - first + 1]
    _substitute_between(block.values, block.swept, block.grid, rows, block.carried, between)
    _substitute(block.values, block.swept, rows, block.carried, block.backward[last - first + 1 :])
    for lane in range(LANES):
        if rows[EXERCISE_ROW + lane] <= last:
            block.values[int(rows[EXERCISE_ROW + lane]), lane] += rows[GHOST + lane]


@njit(cache=True, error_model="numpy", fastmath=_CONTRACT)
def _exercise(values: FloatArray, grid: FloatArray, rows: FloatArray, first: int) -> None:
    """Exercise values from node `first` on."""
    for node in range(first, values.shape[0]):
        for lane in range(LANES):
            values[node, lane] = (
                rows[EXERCISE_CONSTANT + lane] + rows[EXERCISE_SLOPE + lane] * grid[node, lane]
            )


@njit(cache=True, error_model="numpy", fastmath=_CONTRACT)
def _substitute_between(
    values: FloatArray,
    swept: FloatArray,
    grid: FloatArray,
    rows: FloatArray,
    carried: FloatArray,
    nodes: IntArray,
) -> None:
    """The recursion over nodes that some lanes hold and others exercise."""
    for at in range(len(nodes)):
        row = float(nodes[at])
        value, left, factor = values[nodes[at]], swept[nodes[at]], grid[nodes[at]]
        for lane in range(LANES):
            here = left[lane] + rows[DECAY + lane] * carried[lane]
            here = rows[START + lane] if row >= rows[START_ROW + lane] else here
            carried[lane] = here
            held = rows[OLD_SHARE + lane] * value[lane] + rows[GAIN + lane] * here
            exercised = rows[EXERCISE_CONSTANT + lane] + rows[EXERCISE_SLOPE + lane] * factor[lane]
            value[lane] = exercised if row >= rows[EXERCISE_ROW + lane] else held


@njit(cache=True, error_model="numpy", fastmath=_CONTRACT)
def _project(values: FloatArray, grid: FloatArray, rows: FloatArray) -> None:
    """At least the exercise value at every node."""
    for node in range(values.shape[0]):
        for lane in range(LANES):
            exercised = rows[EXERCISE_CONSTANT + lane] + rows[EXERCISE_SLOPE + lane] * grid[node, lane]
            values[node, lane] = max(values[node, lane], exercised)


@njit(cache=True, error_model="numpy", fastmath=_CONTRACT)
def _read(
    terms: FloatArray, periods: FloatArray, p: int, lane: int, block: Block, early: bool, out: FloatArray
) -> None:
    """Discounted value and slopes in x at spot, by five-point differences."""
    at, spacing = int(terms[SPOT_NODE, p]), terms[SPACING, p] * terms[SIGN, p]
    discount = np.exp(-terms[RATE, p] * terms[EXPIRY_YEARS, p])
    u = block.values
    low2, low, here = u[at - 2, lane], u[at - 1, lane], u[at, lane]
    high, high2 = u[at + 1, lane], u[at + 2, lane]
    intrinsic = terms[SIGN, p] * (periods[ANCHOR, 0, p] + periods[ESCROW, 0, p] - terms[STRIKE, p])
    exercised = early and discount * here <= intrinsic * (1.0 + 1e-14)
    out[p, 0] = intrinsic if exercised else discount * here
    out[p, 1] = discount * (low2 - 8.0 * low + 8.0 * high - high2) / (12.0 * spacing)
    out[p, 2] = discount * (16.0 * (low + high) - low2 - 30.0 * here - high2) / (12.0 * spacing**2)
    out[p, 3] = discount * (high2 - 2.0 * high + 2.0 * low - low2) / (2.0 * spacing**3)
    out[p, 4] = 1.0 if exercised else 0.0
