"""The linear relaxation of a choice: prices of its rows and what each column costs beyond them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hedger.spreads.choice_highs import linear_programme
from hedger.spreads.choice_problem import ChoiceProblem, FloatArray, IntArray, SignedColumns, row_scale

_FIRST_PER_ROW = 40
_MORE_PER_ROUND = 60
_ARTIFICIAL_COST = 1e4
_TOLERANCE = 1e-7
_LOWERED = 1e-5
_GOLDEN_RATIO = 0.6180339887498949


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """An optimal vertex when contracts divide.

    cost [currency]. price: shape (row,), the derivative of cost by the row's binding side. reduced_cost,
    quantity: shape (2 columns,) of `ChoiceProblem.signed()`; every solution costs at least `cost` plus its
    quantities times the reduced costs above zero.
    """

    cost: float
    price: FloatArray
    reduced_cost: FloatArray
    quantity: FloatArray


def relax(problem: ChoiceProblem) -> Relaxation | None:
    """Solve the relaxation by column generation with HiGHS; None where it has no solution.

    A vertex needs no more columns than rows, so a whole chain is priced in a few small programmes.
    most_legs is left out: it would only raise the cost. Costs are lowered by up to a hundred-thousandth, each
    by another share, so that no two solutions tie; what bounds the lower costs bounds the true ones.
    """
    columns = _untied(problem.signed())
    rows = _Rows.of(problem)
    active = _first_columns(columns, rows)
    penalty = _ARTIFICIAL_COST * float(columns.cost.max(initial=1.0))
    while True:
        vertex = _vertex(columns, rows, active, penalty)
        entering = _entering(columns, vertex, active)
        if len(entering) == 0:
            break
        active = np.union1d(active, entering)
    found = vertex if vertex.missed <= _TOLERANCE else _whole_vertex(columns, rows)
    if found is None:
        return None
    return Relaxation(
        cost=float(found.quantity @ columns.cost),
        price=found.price,
        reduced_cost=columns.cost - found.price @ columns.coefficients,
        quantity=found.quantity,
    )


def _untied(columns: SignedColumns) -> SignedColumns:
    share = np.arange(1, len(columns.cost) + 1) * _GOLDEN_RATIO % 1.0
    return replace(columns, cost=columns.cost * (1.0 - _LOWERED * share))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """The finite sides of all rows as upper ones: sign x row / scale <= bound, shape (side,)."""

    row: IntArray
    sign: FloatArray
    scale: FloatArray
    bound: FloatArray
    rows: int

    @classmethod
    def of(cls, problem: ChoiceProblem) -> _Rows:
        scale = row_scale(problem)
        upper, lower = np.flatnonzero(np.isfinite(problem.upper)), np.flatnonzero(np.isfinite(problem.lower))
        row = np.concatenate((upper, lower))
        sign = np.concatenate((np.ones(len(upper)), -np.ones(len(lower))))
        bound = np.concatenate((problem.upper[upper], -problem.lower[lower])) / scale[row]
        return cls(row=row, sign=sign, scale=scale[row], bound=bound, rows=len(scale))

    def matrix(self, columns: SignedColumns, chosen: IntArray) -> FloatArray:
        """Scaled coefficients, shape (side, chosen)."""
        return np.asarray(
            columns.coefficients[np.ix_(self.row, chosen)] * (self.sign / self.scale)[:, None],
            dtype=np.float64,
        )

    def prices(self, marginals: FloatArray) -> FloatArray:
        """Marginals of the sides as prices of the rows."""
        return np.bincount(self.row, marginals * self.sign / self.scale, minlength=self.rows).astype(
            np.float64
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vertex:
    quantity: FloatArray
    price: FloatArray
    missed: float


def _first_columns(columns: SignedColumns, rows: _Rows) -> IntArray:
    """For each side of each row the columns that move it the most for their cost."""
    tradable = np.flatnonzero(columns.most > 0)
    if len(tradable) <= _FIRST_PER_ROW or rows.rows == 0:
        return tradable
    gain = -rows.matrix(columns, tradable) / columns.cost[tradable]
    best = np.argpartition(-gain, _FIRST_PER_ROW, axis=1)[:, :_FIRST_PER_ROW]
    return np.unique(tradable[best])


def _vertex(columns: SignedColumns, rows: _Rows, active: IntArray, penalty: float) -> _Vertex:
    """Optimal vertex of some columns and one artificial column a side, which keeps it feasible."""
    sides, chosen = len(rows.row), len(active)
    found = linear_programme(
        np.concatenate((columns.cost[active], np.full(sides, penalty))),
        np.hstack((rows.matrix(columns, active), -np.eye(sides))),
        rows.bound,
        np.concatenate((columns.most[active], np.full(sides, np.inf))),
    )
    quantity = np.zeros(len(columns.cost))
    quantity[active] = found.x[:chosen]
    return _Vertex(
        quantity=quantity,
        price=rows.prices(found.ineqlin.marginals),
        missed=float(found.x[chosen:].sum()),
    )


def _entering(columns: SignedColumns, vertex: _Vertex, active: IntArray) -> IntArray:
    reduced = columns.cost - vertex.price @ columns.coefficients
    reduced[active] = 0.0
    reduced[columns.most == 0] = 0.0
    worth = np.flatnonzero(reduced < -_TOLERANCE * columns.cost)
    return worth[np.argsort(reduced[worth], kind="stable")[:_MORE_PER_ROUND]]


def _whole_vertex(columns: SignedColumns, rows: _Rows) -> _Vertex | None:
    """Over all columns without artificial ones; None where the rows contradict each other."""
    tradable = np.flatnonzero(columns.most > 0)
    found = linear_programme(
        columns.cost[tradable], rows.matrix(columns, tradable), rows.bound, columns.most[tradable]
    )
    if found.x is None:
        return None
    quantity = np.zeros(len(columns.cost))
    quantity[tradable] = found.x
    return _Vertex(quantity=quantity, price=rows.prices(found.ineqlin.marginals), missed=0.0)
