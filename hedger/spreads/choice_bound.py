"""A choice by HiGHS's branch and bound, among columns of small reduced cost first."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult
from scipy.sparse import csr_array, eye_array, hstack

from hedger.spreads.choice_highs import whole_programme
from hedger.spreads.choice_problem import ChoiceProblem, FloatArray, IntArray, row_scale
from hedger.spreads.choice_relaxation import Relaxation

# Columns, and the share of the relaxation's cost that a solution may lie above it: what no solution within it
# can hold is cut off, which makes the first node of 150 columns several times faster.
_STEPS = ((40, math.inf), (150, 0.05), (150, math.inf), (400, 0.05))
_SMALL = 40
_NEAR_ENOUGH = 0.02
_MOST_NODES = 100
_RELATIVE_GAP = 1e-3  # of programmes that are cut out of a larger one, whose bound is another's


def branch_and_bound(
    problem: ChoiceProblem, relaxation: Relaxation, known: IntArray | None = None
) -> tuple[IntArray | None, float]:
    """The cheapest signed quantities that HiGHS finds, and what no solution costs less than.

    A solution with a column that is left out costs at least the relaxation plus the least reduced cost of
    those left out; one with more of a column than a budget pays for lies above that budget. A larger
    programme follows one without a solution; the second also follows one that is farther from its bound than
    a fiftieth, within what is known to do. Nodes are limited, not seconds, so that how fast the machine is
    changes nothing. known: a solution that was found before. None where no step finds any.
    """
    columns = problem.signed()
    reduced = np.where(columns.most > 0, np.maximum(relaxation.reduced_cost, 0.0), np.inf)
    order = np.lexsort((reduced, ~(relaxation.quantity > 0.0)))
    tradable = int(np.isfinite(reduced).sum())
    best, bound = known, relaxation.cost
    cost = math.inf if known is None else float(known @ columns.cost)
    for step, (size, share) in enumerate(_STEPS):
        if math.isfinite(cost) and step > 0 and (step > 1 or cost - bound <= _NEAR_ENOUGH * cost):
            break
        allowed = share * relaxation.cost if math.isfinite(share) else math.inf
        budget = max(min(allowed, cost - relaxation.cost), 0.0)
        chosen = np.sort(order[: min(size, tradable)])
        most = _within(budget, reduced[chosen], columns.most[chosen])
        found = _solved(problem, chosen, most, 0.0 if tradable <= _SMALL else _RELATIVE_GAP)
        if found.x is None:
            if tradable <= size and share == math.inf:
                break
            continue
        outside = float(reduced[order[size:]].min(initial=math.inf))
        bound = max(bound, min(float(found.mip_dual_bound), relaxation.cost + min(outside, budget)))
        quantity = np.zeros(len(order), dtype=np.int64)
        quantity[chosen] = np.rint(found.x[: len(chosen)]).astype(np.int64)
        if (its_cost := float(quantity @ columns.cost)) < cost:
            best, cost = quantity, its_cost
    return best, bound


def _within(budget: float, reduced: FloatArray, most: IntArray) -> IntArray:
    """What a budget above the relaxation leaves of each column, by its reduced cost."""
    paid = np.full(len(most), np.inf)
    np.divide(budget, reduced, out=paid, where=reduced > 0.0)
    return np.asarray(np.minimum(most, np.floor(paid + 1e-6)), dtype=np.int64)


def _solved(problem: ChoiceProblem, chosen: IntArray, most: IntArray, relative_gap: float) -> OptimizeResult:
    columns, scale = problem.signed(), row_scale(problem)
    rows = csr_array(columns.coefficients[:, chosen] / scale[:, None])
    lower, upper = problem.lower / scale, problem.upper / scale
    cost = columns.cost[chosen]
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
