"""Why no combination meets every row: the smallest relaxation that would let one, in a sentence."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint

from hedger.spreads.choice_highs import whole_programme
from hedger.spreads.choice_problem import BoolArray, ChoiceProblem, FloatArray, row_scale

_NEGLIGIBLE = 1e-7
_MOST_NODES = 500
_LARGEST_PROGRAMME = 2_000
_FARTHEST = 1e15  # contracts of the largest coefficient; HiGHS takes 1e20 of them for infinite


def infeasibility(problem: ChoiceProblem, *, divisible: bool) -> str:
    """One sentence: which rows bind, and what they would have to allow.

    divisible: whether the rows can be met in fractions of contracts, so that whole numbers or the limit on
    legs are what fails. Each row's miss is weighed by the largest that one contract moves it.
    """
    if not divisible:
        return _said(problem, _missed(problem, whole=False), "with any quantities")
    missed = _missed(problem, whole=True)
    if problem.most_legs is not None and missed is not None and not _rows_missed(problem, missed).any():
        return f"The limit of {problem.most_legs} legs binds: more reach every target, no so few were found."
    return _said(problem, missed, "in whole contracts")


def beyond_reach(problem: ChoiceProblem) -> str | None:
    """The sentence for rows so far from what every contract together moves that HiGHS takes them for open.

    None where there is no such row; one that is nearer is HiGHS's to find.
    """
    bought = problem.coefficients * problem.most_bought
    sold = -problem.coefficients * problem.most_sold
    missed = np.maximum(
        problem.lower - np.maximum(bought, sold).clip(0.0).sum(axis=1),
        np.minimum(bought, sold).clip(None, 0.0).sum(axis=1) - problem.upper,
    )
    if not np.any(missed > _FARTHEST * row_scale(problem)):
        return None
    return _said(problem, missed, "with any quantities")


def _missed(problem: ChoiceProblem, *, whole: bool) -> FloatArray | None:
    """How far outside of its bounds each row ends in the smallest relaxation with any legs, shape (row,).

    None where the nodes of the search were too few to find any.
    """
    scale, columns = row_scale(problem), problem.signed()
    kept = np.flatnonzero(columns.most > 0)
    if whole and len(kept) > _LARGEST_PROGRAMME:
        # The columns that move the rows the least are what fills the last gaps.
        size = np.abs(columns.coefficients[:, kept] / scale[:, None]).max(axis=0)
        kept = kept[np.argsort(size, kind="stable")[:: max(1, len(kept) // _LARGEST_PROGRAMME)]]
    rows, count = len(scale), len(kept)
    matrix = np.hstack((columns.coefficients[:, kept] / scale[:, None], np.eye(rows), -np.eye(rows)))
    most = np.concatenate((columns.most[kept].astype(np.float64), np.full(2 * rows, np.inf)))
    found = whole_programme(
        np.concatenate((np.zeros(count), np.ones(2 * rows))),
        integrality=np.concatenate((np.full(count, float(whole)), np.zeros(2 * rows))),
        bounds=Bounds(0.0, most),
        constraints=LinearConstraint(matrix, problem.lower / scale, problem.upper / scale),
        options={"node_limit": _MOST_NODES},
    )
    if found.x is None:
        return None
    slack = np.abs(found.x[count : count + rows] - found.x[count + rows :])
    return np.asarray(slack * scale, dtype=np.float64)


def _rows_missed(problem: ChoiceProblem, missed: FloatArray) -> BoolArray:
    return np.asarray(missed > _NEGLIGIBLE * row_scale(problem), dtype=np.bool_)


def _said(problem: ChoiceProblem, missed: FloatArray | None, how: str) -> str:
    if missed is None or not (rows := np.flatnonzero(_rows_missed(problem, missed))).size:
        return f"Nothing was found that meets the targets and limits together {how}; widen one of them."
    unit = np.ones(len(missed)) if problem.row_unit is None else problem.row_unit
    parts = [f"{problem.row_names[row]} by {missed[row] / unit[row]:.4g}" for row in rows]
    return (
        f"The targets and limits cannot be met together {how}: what comes nearest misses "
        f"{' and '.join(parts)}, so these bind; widen them, or allow more contracts."
    )
