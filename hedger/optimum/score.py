"""The exact risk of any policy by the same recursion, without the noise of simulation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hedger.optimum.grid import Resolution, make_grid
from hedger.optimum.problem import FloatArray, HedgingProblem
from hedger.optimum.recursion import walk_back
from hedger.optimum.solve import risk_today
from hedger.optimum.trade_kernel import trade_by_bands, trade_to

BandPolicy = Callable[[int, FloatArray], FloatArray]
"""(date, spot (node,) [currency]) -> edges and targets (node, 2) or (node, 4) [units of underlying]."""
AnyPolicy = Callable[[int, FloatArray, FloatArray], FloatArray]
"""(date, spot (node, 1), holding (1, holding)) -> holding after the trade (node, holding)."""


def score_bands(
    problem: HedgingProblem,
    policy: BandPolicy,
    *,
    holding: float = 0.0,
    resolution: Resolution | None = None,
) -> float:
    """Entropic risk [currency] of a policy that waits inside a band and trades to targets outside it.

    Two columns mean that the edges are the targets.
    """
    fine = resolution or Resolution()
    grid = make_grid(problem, fine)
    spot = np.exp(grid.log_spot)
    costs = (problem.proportional_cost, problem.fixed_cost / problem.spot)

    def trade(step: int, value: FloatArray, slope: FloatArray) -> tuple[FloatArray, FloatArray]:
        bands = np.asarray(policy(step, spot * problem.spot), dtype=np.float64)
        if bands.shape[1] == 2:
            bands = bands[:, [0, 0, 1, 1]]
        out_value, out_slope = np.empty_like(value), np.empty_like(slope)
        edges = np.ascontiguousarray(bands)
        trade_by_bands(value, slope, spot, grid.holding, *costs, edges, out_value, out_slope)
        return out_value, out_slope

    return risk_today(problem, grid, walk_back(problem, grid, fine, trade) * problem.spot, holding)


def score_policy(
    problem: HedgingProblem,
    policy: AnyPolicy,
    *,
    holding: float = 0.0,
    resolution: Resolution | None = None,
) -> float:
    """Entropic risk [currency] of any policy; between nodes its risk is taken as smooth in the holding."""
    fine = resolution or Resolution()
    grid = make_grid(problem, fine)
    spot = np.exp(grid.log_spot)
    costs = (problem.proportional_cost, problem.fixed_cost / problem.spot)

    def trade(step: int, value: FloatArray, slope: FloatArray) -> tuple[FloatArray, FloatArray]:
        target = policy(step, problem.spot * spot[:, None], grid.holding[None, :])
        target = np.ascontiguousarray(np.broadcast_to(target, value.shape), dtype=np.float64)
        out_value = np.empty_like(value)
        trade_to(value, slope, spot, grid.holding, *costs, target, out_value)
        return out_value, np.gradient(out_value, grid.holding, axis=1)

    return risk_today(problem, grid, walk_back(problem, grid, fine, trade) * problem.spot, holding)
