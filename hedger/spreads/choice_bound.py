"""A choice by HiGHS's branch and bound, among columns of small reduced cost first."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult
from scipy.sparse import csr_array, eye_array, hstack

from hedger.spreads.choice_highs import whole_programme
from hedger.spreads.choice_problem import ChoiceProblem, IntArray, row_scale
from hedger.spreads.choice_relaxation import Relaxation

_RESTRICTED = (40, 150, 400)
_LARGEST = 1_000  # columns; a programme of a whole chain can take minutes over its first node
_MOST_NODES = 100
_RELATIVE_GAP = 1e-3  # of programmes that are cut out of a larger one, whose bound is another's


def branch_and_bound(problem: ChoiceProblem, relaxation: Relaxation) -> tuple[IntArray | None, float]:
    """The cheapest signed quantities that HiGHS finds, and what no solution costs less than.

    A solution with a column that is left out costs at least the relaxation plus the least reduced cost of
    those left out. Nodes are limited, not seconds, so that how fast the machine is changes nothing. None
    where the thousand columns of least reduced cost have no solution that is found.
    """
    reduced = np.where(problem.signed().most > 0, np.maximum(relaxation.reduced_cost, 0.0), np.inf)
    held = relaxation.quantity > 0.0
    order = np.lexsort((reduced, ~held))
    tradable = int(np.isfinite(reduced).sum())
    largest = min(tradable, _LARGEST)
    for size in (*(size for size in _RESTRICTED if size < largest), largest):
        found = _solved(problem, np.sort(order[:size]), 0.0 if tradable <= _RESTRICTED[0] else _RELATIVE_GAP)
        if found.x is not None:
            quantity = np.zeros(len(order), dtype=np.int64)
            quantity[np.sort(order[:size])] = np.rint(found.x[:size]).astype(np.int64)
            outside = relaxation.cost + float(reduced[order[size:]].min(initial=math.inf))
            return quantity, max(min(float(found.mip_dual_bound), outside), relaxation.cost)
    return None, math.inf


def _solved(problem: ChoiceProblem, chosen: IntArray, relative_gap: float) -> OptimizeResult:
    columns, scale = problem.signed(), row_scale(problem)
    rows = csr_array(columns.coefficients[:, chosen] / scale[:, None])
    lower, upper = problem.lower / scale, problem.upper / scale
    cost, most = columns.cost[chosen], columns.most[chosen]
    constraints = [LinearConstraint(rows, lower, upper)]
    if problem.most_legs is not None:
        legs = np.flatnonzero(columns.is_leg[chosen])
        link = eye_array(len(chosen), format="csr")[legs]
        switches = eye_array(len(legs), format="csr") * -most[legs].astype(np.float64)
        constraints = [LinearConstraint(hstack((rows, csr_array((len(scale), len(legs))))), lower, upper)]
        constraints.append(LinearConstraint(hstack((link, switches)), -np.inf, 0.0))
        total = np.concatenate((np.zeros(len(chosen)), np.ones(len(legs))))
        constraints.append(LinearConstraint(total[None, :], -np.inf, problem.most_legs))
        cost = np.concatenate((cost, np.zeros(len(legs))))
        most = np.concatenate((most, np.ones(len(legs), dtype=np.int64)))
    return whole_programme(
        cost,
        integrality=np.ones(len(cost)),
        bounds=Bounds(0.0, most.astype(np.float64)),
        constraints=constraints,
        options={"node_limit": _MOST_NODES, "mip_rel_gap": relative_gap},
    )
