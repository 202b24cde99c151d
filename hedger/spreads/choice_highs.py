"""HiGHS by scipy, whose 'infeasible' counts only where presolve had no part in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog, milp

from hedger.spreads.choice_problem import FloatArray, IntArray

# scipy's: infeasible; of linear programmes also that numbers stood in the way, of whole ones out of nodes.
_INFEASIBLE, _OTHER = 2, 4


def whole_programme(
    cost: FloatArray,
    *,
    integrality: FloatArray,
    bounds: Bounds,
    constraints: LinearConstraint | Sequence[LinearConstraint],
    options: dict[str, Any],
) -> OptimizeResult:
    """scipy's milp, whose x is None only where HiGHS found none without presolve or ran out of nodes."""
    return _believed(
        lambda presolve: milp(
            cost,
            integrality=integrality,
            bounds=bounds,
            constraints=constraints,
            options={**options, "presolve": presolve},
        ),
        doubted=(_INFEASIBLE,),
    )


def linear_programme(
    cost: FloatArray, matrix: FloatArray, bound: FloatArray, most: FloatArray | IntArray
) -> OptimizeResult:
    """The least cost with matrix x <= bound and 0 <= x <= most, at a vertex; x is None without one."""
    return _believed(
        lambda presolve: linprog(
            cost,
            A_ub=matrix,
            b_ub=bound,
            bounds=np.column_stack((np.zeros(len(most)), most)),
            method="highs-ds",
            options={"presolve": presolve},
        ),
        doubted=(_INFEASIBLE, _OTHER),
    )


def _believed(solve: Callable[[bool], OptimizeResult], *, doubted: Sequence[int]) -> OptimizeResult:
    # scipy 1.16.3's HiGHS has called whole programmes of equalities in ratios infeasible after presolve that
    # it solves without.
    found: OptimizeResult = solve(True)
    return solve(False) if found.x is None and found.status in doubted else found
