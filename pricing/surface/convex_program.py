"""Convex quadratic programmes with sparse rows, solved by Clarabel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import clarabel
import numpy as np
import numpy.typing as npt
from scipy import sparse

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_TOLERANCE = 1e-7
_ACCEPTED = ("Solved", "AlmostSolved")


class ProgramError(ArithmeticError):
    """The solver found no optimum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Sparse rows with an upper bound each: the sum of value x[column] over a row is at most `upper`.

    row, column and value have one element per coefficient, upper one per row.
    """

    row: IntArray
    column: IntArray
    value: FloatArray
    upper: FloatArray

    def less(self, column: IntArray) -> Rows:
        """The rows relaxed by a variable each: `x[column[i]]` is taken from row i."""
        return Rows(
            row=np.concatenate((self.row, np.arange(len(self.upper)))),
            column=np.concatenate((self.column, column)),
            value=np.concatenate((self.value, np.full(len(self.upper), -1.0))),
            upper=self.upper,
        )


def rows(column: IntArray, value: FloatArray, upper: FloatArray) -> Rows:
    """Rows from coefficients (row, term) at the variables `column` of the same shape."""
    terms = column.shape[1]
    return Rows(
        row=np.repeat(np.arange(len(upper)), terms), column=column.ravel(), value=value.ravel(), upper=upper
    )


def at_least(column: IntArray, lower: FloatArray) -> Rows:
    """One lower bound per variable."""
    return rows(column[:, None], np.full((len(column), 1), -1.0), -lower)


def stacked(parts: Sequence[Rows]) -> Rows:
    """All rows, one part below the other."""
    starts = np.cumsum([0] + [len(part.upper) for part in parts])
    return Rows(
        row=np.concatenate([part.row + start for part, start in zip(parts, starts, strict=False)]),
        column=np.concatenate([part.column for part in parts]),
        value=np.concatenate([part.value for part in parts]),
        upper=np.concatenate([part.upper for part in parts]),
    )


def minimise(quadratic: FloatArray, linear: FloatArray, equal: Rows, at_most: Rows) -> FloatArray:
    """The x that minimises x'Px/2 + q'x, `equal` rows at their bounds and the others at most there.

    quadratic: P of the leading variables, symmetric and positive semidefinite; the remaining ones have a
    tiny diagonal. linear: q of all variables. Raises ProgramError when the solver finds no optimum to 1e-7.
    """
    both = stacked([equal, at_most])
    shape = (len(both.upper), len(linear))
    matrix = sparse.csc_matrix((both.value, (both.row, both.column)), shape=shape)
    cones = [clarabel.ZeroConeT(len(equal.upper)), clarabel.NonnegativeConeT(len(at_most.upper))]
    solver = clarabel.DefaultSolver(
        _upper_triangle(quadratic, len(linear)), linear, matrix, both.upper, cones, _settings()
    )
    solution = solver.solve()
    if str(solution.status) not in _ACCEPTED:
        raise ProgramError(f"no optimum of the quadratic programme: {solution.status}")
    return np.asarray(solution.x, dtype=np.float64)


def _upper_triangle(quadratic: FloatArray, size: int) -> sparse.csc_matrix:
    # Slack variables get a diagonal too: without it the optimum could be a face, not a point.
    row, column = np.nonzero(np.triu(quadratic))
    rest = np.arange(len(quadratic), size)
    values = np.concatenate((quadratic[row, column], np.full(len(rest), 1e-4)))
    where = np.concatenate((row, rest)), np.concatenate((column, rest))
    return sparse.csc_matrix((values, where), shape=(size, size))


def _settings() -> clarabel.DefaultSettings:
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.max_threads = 1
    settings.presolve_enable = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = _TOLERANCE
    return settings
