"""The exact optimum, and exact scores of policies, where a unit costs the more, the more are traded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hedger.optimum.grid import Grid, Resolution, make_grid
from hedger.optimum.impact_kernel import trade_optimally, trade_to_targets
from hedger.optimum.problem import FloatArray, HedgingProblem
from hedger.optimum.recursion import walk_back
from hedger.optimum.score import AnyPolicy
from hedger.optimum.solve import risk_today


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerImpact:
    """coefficient x (units traded)^exponent: a unit's cost [fraction of its value] besides the proportional.

    Raises ValueError where the coefficient is negative or not finite, or the exponent not above zero.
    """

    coefficient: float
    exponent: float

    def __post_init__(self) -> None:
        """Raise ValueError for what is no impact."""
        if not (0.0 <= self.coefficient < np.inf and 0.0 < self.exponent < np.inf):
            raise ValueError("coefficient must be at least 0 and exponent above 0, both finite")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactOptimum:
    """targets: holding after the trade [units], shape (step, node, holding).

    risk [currency]: entropic, today, of who holds nothing yet.
    """

    grid: Grid
    targets: FloatArray
    risk: float


def solve_with_impact(
    problem: HedgingProblem, impact: PowerImpact, *, resolution: Resolution | None = None
) -> ImpactOptimum:
    """Solve by dynamic programming as `solve` does. Raises ValueError where the problem has a fixed cost.

    The risk is convex in the holding and so is the cost, so that the best trade is where the next unit costs
    what it saves: it leaves a part for later dates, and there is no band that all trades end on.
    """
    fine = resolution or Resolution()
    grid = make_grid(problem, fine)
    targets = np.empty((problem.steps, len(grid.log_spot), len(grid.holding)))

    def trade(step: int, value: FloatArray, slope: FloatArray, spot: FloatArray) -> Traded:
        out_value, out_slope = np.empty_like(value), np.empty_like(slope)
        costs = (problem.proportional_cost, impact.coefficient, impact.exponent)
        trade_optimally(value, slope, spot, grid.holding, *costs, targets[step], out_value, out_slope)
        return out_value, out_slope

    return ImpactOptimum(grid=grid, targets=targets, risk=_risk(problem, grid, fine, trade))


def score_with_impact(
    problem: HedgingProblem,
    impact: PowerImpact,
    policy: AnyPolicy,
    *,
    resolution: Resolution | None = None,
) -> float:
    """Entropic risk [currency] of any policy, from no holding; errors as `solve_with_impact`'s."""
    fine = resolution or Resolution()
    grid = make_grid(problem, fine)

    def trade(step: int, value: FloatArray, slope: FloatArray, spot: FloatArray) -> Traded:
        target = policy(step, problem.spot * spot[:, None], grid.holding[None, :])
        target = np.ascontiguousarray(np.broadcast_to(target, value.shape), dtype=np.float64)
        out_value = np.empty_like(value)
        costs = (problem.proportional_cost, impact.coefficient, impact.exponent)
        trade_to_targets(value, slope, spot, grid.holding, *costs, target, out_value)
        return out_value, np.gradient(out_value, grid.holding, axis=1)

    return _risk(problem, grid, fine, trade)


Traded = tuple[FloatArray, FloatArray]
_Trade = Callable[[int, FloatArray, FloatArray, FloatArray], Traded]


def _risk(problem: HedgingProblem, grid: Grid, resolution: Resolution, trade: _Trade) -> float:
    if problem.fixed_cost != 0.0:
        raise ValueError("with impact there can be no fixed cost: the best trade would not be one slope's")
    spot = np.exp(grid.log_spot)
    risk = walk_back(problem, grid, resolution, lambda step, value, slope: trade(step, value, slope, spot))
    return risk_today(problem, grid, risk * problem.spot, 0.0)
