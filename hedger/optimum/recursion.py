"""Walk from the last expiry back to today; what happens at each date is passed in."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hedger.optimum.expiry_kernel import step_back_onto_expiry
from hedger.optimum.grid import Grid, Resolution, expiring
from hedger.optimum.kernel import padded, step_back
from hedger.optimum.problem import FloatArray, HedgingProblem

Trade = Callable[[int, FloatArray, FloatArray], tuple[FloatArray, FloatArray]]
"""(date, continuation risk, its slope in the holding) -> (risk before the trade, its slope)."""


def walk_back(problem: HedgingProblem, grid: Grid, resolution: Resolution, trade: Trade) -> FloatArray:
    """Risk before the trade at date 0 in units of spot, shape (node, holding)."""
    nodes, holdings = len(grid.log_spot), len(grid.holding)
    value, slope = np.zeros((nodes, holdings)), np.zeros((nodes, holdings))
    for step in range(problem.steps - 1, -1, -1):
        continuation, rate = np.empty_like(value), np.empty_like(slope)
        _one_step(problem, grid, resolution, step, value, slope, continuation, rate)
        value, slope = trade(step, continuation, rate)
    return value


def padded_log_spot(grid: Grid) -> FloatArray:
    """Log-spot of the padded nodes."""
    spacing = grid.log_spot[1] - grid.log_spot[0]
    side = len(grid.log_spot) // 2 + grid.half
    return np.asarray(spacing * np.arange(-side, side + 1), dtype=np.float64)


def _one_step(
    problem: HedgingProblem,
    grid: Grid,
    resolution: Resolution,
    step: int,
    value: FloatArray,
    slope: FloatArray,
    out_value: FloatArray,
    out_slope: FloatArray,
) -> None:
    wide, steep = padded(value, slope, grid.intrinsic[step + 1], grid.half)
    log_spot = padded_log_spot(grid)
    aversion = problem.risk_aversion * problem.spot
    if not np.any(problem.expiry_step == step + 1):
        step_back(
            wide,
            steep,
            np.exp(log_spot),
            grid.holding,
            grid.weights,
            grid.half,
            aversion,
            out_value,
            out_slope,
        )
        return
    points, masses = np.polynomial.legendre.leggauss(resolution.piece_nodes)
    step_back_onto_expiry(
        wide,
        steep,
        log_spot,
        grid.half,
        grid.holding,
        problem.step_variance,
        aversion,
        *expiring(problem, step + 1),
        0.5 * (points + 1.0),
        0.5 * masses,
        out_value,
        out_slope,
    )
