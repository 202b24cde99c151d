"""The optimum: bands at every date and spot, and the risk that no policy can go below."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedger.optimum.grid import Grid, Resolution, make_grid
from hedger.optimum.kernel import hermite
from hedger.optimum.problem import FloatArray, HedgingProblem
from hedger.optimum.recursion import walk_back
from hedger.optimum.trade_kernel import find_bands, trade_by_bands


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimalHedge:
    """bands: shape (step, node, 4) [units of underlying]: lower edge, target from below, target from above,
    upper edge; without a fixed cost edge and target are the same. risk_by_spot [currency]: entropic risk at
    date 0, shape (node, holding), of positions at `spot` [currency] and `holding` [units].
    """

    problem: HedgingProblem
    grid: Grid
    bands: FloatArray
    risk_by_spot: FloatArray

    def risk(self, holding: float = 0.0) -> float:
        """Entropic risk today before the first trade [currency]."""
        return risk_today(self.problem, self.grid, self.risk_by_spot, holding)


def solve(problem: HedgingProblem, resolution: Resolution | None = None) -> OptimalHedge:
    """Solve by dynamic programming; the defaults' error is printed by `benchmarks/hedging_limit.py`."""
    fine = resolution or Resolution()
    grid = make_grid(problem, fine)
    spot = np.exp(grid.log_spot)
    bands = np.empty((problem.steps, len(spot), 4))
    costs = (problem.proportional_cost, problem.fixed_cost / problem.spot)

    def trade(step: int, value: FloatArray, slope: FloatArray) -> tuple[FloatArray, FloatArray]:
        find_bands(value, slope, spot, grid.holding, *costs, bands[step])
        out_value, out_slope = np.empty_like(value), np.empty_like(slope)
        trade_by_bands(value, slope, spot, grid.holding, *costs, bands[step], out_value, out_slope)
        return out_value, out_slope

    risk = walk_back(problem, grid, fine, trade)
    return OptimalHedge(problem=problem, grid=grid, bands=bands, risk_by_spot=risk * problem.spot)


def risk_today(problem: HedgingProblem, grid: Grid, risk_by_spot: FloatArray, holding: float) -> float:
    """Interpolate the risk at today's spot in the holding by cubics."""
    row = risk_by_spot[len(grid.log_spot) // 2]
    value, _ = hermite(row, np.gradient(row, grid.holding), grid.holding, holding)
    return float(value)
