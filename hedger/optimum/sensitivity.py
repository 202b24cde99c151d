"""What a wrong band edge costs: the gap's second derivative at every date and spot of the optimum.

The derivative of today's risk with respect to a later one is the tilted probability exp(lambda loss) of
getting there.
Carried forward from a spread of starts it weighs every state; times the curvature of the continuation
risk at the edge it is the weight W of the gap: gap = sum of W (edge - optimal edge)^2 / 2 to second order.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

import numpy as np
from numba import njit

from hedger.optimum.grid import Resolution, make_grid
from hedger.optimum.kernel import LARGEST_EXPONENT, hermite, padded
from hedger.optimum.problem import FloatArray, HedgingProblem
from hedger.optimum.recursion import padded_log_spot, walk_back
from hedger.optimum.solve import OptimalHedge
from hedger.optimum.trade_kernel import find_bands, trade_by_bands

_BLOCK = 32
# Starts: within this many deviations to the last expiry, and within this log-moneyness.
_START_DEVIATIONS = 2.0
_START_LOG_MONEYNESS = 0.15
# An edge that no holding is beyond still has this share of a state's weight, or it would be free to close in.
_LEAST_SHARE = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighedOptimum:
    """optimum, and weights of the gap [per currency^2 of edge^2 in units of spot]: shape (step, node, 4)."""

    optimum: OptimalHedge
    weights: FloatArray


def solve_with_weights(problem: HedgingProblem, resolution: Resolution) -> WeighedOptimum:
    """Solve, then carry the tilted probability forward; the gap is the mean over the starts."""
    grid = make_grid(problem, resolution)
    spot = np.exp(grid.log_spot)
    shape = (problem.steps, len(spot), len(grid.holding))
    bands = np.empty((problem.steps, len(spot), 4))
    values, slopes, before = np.empty(shape), np.empty(shape), np.empty(shape)
    costs = (problem.proportional_cost, problem.fixed_cost / problem.spot)

    def trade(step: int, value: FloatArray, slope: FloatArray) -> tuple[FloatArray, FloatArray]:
        values[step], slopes[step] = value, slope
        find_bands(value, slope, spot, grid.holding, *costs, bands[step])
        out_slope = np.empty_like(slope)
        trade_by_bands(value, slope, spot, grid.holding, *costs, bands[step], before[step], out_slope)
        return before[step], out_slope

    risk = walk_back(problem, grid, resolution, trade)
    log_spot = padded_log_spot(grid)
    owed = np.array(
        [problem.owed(step, problem.spot * np.exp(log_spot)) for step in range(problem.steps + 1)]
    )
    weights = np.empty_like(bands)
    _weigh(
        _starts(problem, grid.log_spot, grid.holding),
        values,
        slopes,
        before,
        bands,
        np.exp(log_spot),
        grid.holding,
        grid.weights,
        grid.half,
        grid.intrinsic,
        owed / problem.spot,
        problem.risk_aversion * problem.spot,
        problem.proportional_cost,
        weights,
    )
    optimum = OptimalHedge(problem=problem, grid=grid, bands=bands, risk_by_spot=risk * problem.spot)
    return WeighedOptimum(optimum=optimum, weights=weights)


def _starts(problem: HedgingProblem, log_spot: FloatArray, holding: FloatArray) -> FloatArray:
    """Half of the mass without a holding, half at any holding; spots near today's."""
    width = max(_START_LOG_MONEYNESS, _START_DEVIATIONS * np.sqrt(problem.step_variance * problem.steps))
    near = (np.abs(log_spot) <= width).astype(np.float64)
    flat = np.full(len(holding), 0.5 / len(holding))
    zero = int(np.argmin(np.abs(holding)))
    flat[zero] += 0.5
    return np.asarray(near[:, None] / near.sum() * flat[None, :], dtype=np.float64)


@njit(cache=True)
def _weigh(
    mass: FloatArray,
    values: FloatArray,
    slopes: FloatArray,
    before: FloatArray,
    bands: FloatArray,
    spot: FloatArray,
    holding: FloatArray,
    law: FloatArray,
    half: int,
    intrinsic: FloatArray,
    owed: FloatArray,
    aversion: float,
    cost: float,
    out: FloatArray,
) -> None:
    """Walk forward from the mass over (node, holding) at date 0 and weigh every date's edges."""
    steps, nodes, holdings = values.shape
    nothing = np.zeros((nodes, holdings))
    for step in range(steps):
        after = np.zeros((nodes, holdings))
        for node in range(nodes):
            band, price = bands[step, node], cost * spot[node + half]
            _edge_weights(
                mass[node], values[step, node], slopes[step, node], holding, band, price, out[step, node]
            )
            _trade_mass(mass[node], holding, band, after[node])
        if step + 1 < steps:
            wide, _ = padded(before[step + 1], nothing, intrinsic[step + 1], half)
            for row in range(len(wide)):
                wide[row] += owed[step + 1, row]
            mass = _tilted_step(after, wide, spot, holding, law, half, aversion)


@njit(cache=True)
def _trade_mass(mass: FloatArray, holding: FloatArray, band: FloatArray, after: FloatArray) -> None:
    """Mass over the holdings after the trade, shared between the nodes beside each target."""
    width = holding[1] - holding[0]
    for h in range(len(holding)):
        goal = holding[h]
        if goal < band[0]:
            goal = band[1]
        elif goal > band[3]:
            goal = band[2]
        place = (goal - holding[0]) / width
        cell = min(max(int(place), 0), len(holding) - 2)
        share = place - cell
        after[cell] += (1.0 - share) * mass[h]
        after[cell + 1] += share * mass[h]


@njit(cache=True)
def _tilted_step(
    after: FloatArray,
    wide: FloatArray,
    spot: FloatArray,
    holding: FloatArray,
    law: FloatArray,
    half: int,
    aversion: float,
) -> FloatArray:
    """Mass a date later under the law tilted by exp(lambda loss); what leaves the nodes is dropped."""
    nodes, holdings = after.shape
    rows = np.empty((_BLOCK + 2 * half, holdings))
    shift, total = np.empty(holdings), np.empty(holdings)
    mass = np.zeros((nodes, holdings))
    for first in range(0, nodes, _BLOCK):
        last = min(first + _BLOCK, nodes)
        middle = half + (first + last) // 2
        for h in range(holdings):
            shift[h] = aversion * (wide[middle, h] - holding[h] * spot[middle])
        for row in range(first, last + 2 * half):
            for h in range(holdings):
                power = aversion * (wide[row, h] - holding[h] * spot[row]) - shift[h]
                rows[row - first, h] = exp(min(power, LARGEST_EXPONENT))
        for node in range(first, last):
            total[:] = 0.0
            for tap in range(2 * half + 1):
                for h in range(holdings):
                    total[h] += law[tap] * rows[node - first + tap, h]
            for h in range(holdings):
                total[h] = after[node, h] / total[h]
            for tap in range(max(0, half - node), min(2 * half + 1, nodes + half - node)):
                for h in range(holdings):
                    mass[node + tap - half, h] += total[h] * law[tap] * rows[node - first + tap, h]
    return mass


@njit(cache=True)
def _edge_weights(
    mass: FloatArray,
    value: FloatArray,
    slope: FloatArray,
    holding: FloatArray,
    band: FloatArray,
    price: float,
    out: FloatArray,
) -> None:
    """Weights of edge, target, target, edge at one state, from the mass over the holdings there."""
    width = holding[1] - holding[0]
    below, above, anywhere = 0.0, 0.0, 0.0
    for h in range(len(holding)):
        anywhere += mass[h]
        if holding[h] < band[0]:
            below += mass[h]
        elif holding[h] > band[3]:
            above += mass[h]
    floor = _LEAST_SHARE * anywhere
    for target, moved, column in ((band[1], below, 1), (band[2], above, 2)):
        inner = min(max(target, holding[0] + width), holding[-1] - width)
        _, left = hermite(value, slope, holding, inner - 0.5 * width)
        _, right = hermite(value, slope, holding, inner + 0.5 * width)
        out[column] = (moved + floor) * max(right - left, 0.0) / width
    for edge, sign, column in ((band[0], 1.0, 0), (band[3], -1.0, 3)):
        cell = min(max(int((edge - holding[0]) / width), 0), len(holding) - 2)
        density = 0.5 * (mass[cell] + mass[cell + 1]) / width + floor / (holding[-1] - holding[0])
        _, steep = hermite(value, slope, holding, edge)
        out[column] = density * max(-sign * steep - price, 0.0)
