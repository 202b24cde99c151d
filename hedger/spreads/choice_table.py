"""A choice and its relaxation as the arrays that are enumerated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.linalg import qr

from hedger.spreads.choice_kernel import DEEPEST, Bounds, Others, Pivots, enumerate_choices, scratch
from hedger.spreads.choice_problem import (
    BoolArray,
    ChoiceProblem,
    FloatArray,
    IntArray,
    SignedColumns,
    row_scale,
)
from hedger.spreads.choice_relaxation import Relaxation

_ZERO = 1e-7
_ANY_LEGS = 1_000_000
_WORST_CONDITION = 1e10


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceTable:
    """What the kernel takes. Columns that the relaxation holds at their limit are turned round: they count
    downwards from it.

    pivot, order: positions of `pivots` and `others` among the signed columns. turned, most: shape (2
    columns,). fixed_cost: of the turned columns in full. largest_budget: with which everything is looked at.
    """

    others: Others
    pivots: Pivots
    bounds: Bounds
    pivot: IntArray
    order: IntArray
    turned: BoolArray
    most: IntArray
    base: float
    fixed_cost: float
    largest_budget: float

    @classmethod
    def of(cls, problem: ChoiceProblem, relaxation: Relaxation) -> Self | None:
        """None where the relaxation's vertex is degenerate, so that its rows do not determine it."""
        columns, scale = problem.signed(), row_scale(problem)
        price = relaxation.price * scale
        full = (columns.most > 0) & (relaxation.quantity >= columns.most - _ZERO)
        turned = full & (relaxation.reduced_cost < 0.0)
        sign = np.where(turned, -1.0, 1.0)
        activity = np.ascontiguousarray((columns.coefficients / scale[:, None]).T)
        shift = columns.most[turned] @ activity[turned]
        activity *= sign[:, None]
        reduced = np.maximum(sign * relaxation.reduced_cost, 0.0)
        lower, upper = problem.lower / scale - shift, problem.upper / scale - shift
        inner = (relaxation.quantity > _ZERO) & (relaxation.quantity < columns.most - _ZERO)
        pivot = np.flatnonzero(inner)
        pivots = _pivots(columns, pivot, activity[pivot], price, np.where(price > 0.0, lower, upper))
        if pivots is None:
            return None
        free = np.flatnonzero(~inner & (columns.most > 0))
        order = free[np.argsort(reduced[free], kind="stable")]
        width = np.where(np.abs(price) > _ZERO, upper - lower, 0.0)
        return cls(
            others=Others(
                cost=(sign * columns.cost)[order],
                most=columns.most[order],
                is_leg=columns.is_leg[order],
                is_turned=turned[order],
                activity=activity[order],
                reduced=reduced[order],
            ),
            pivots=pivots,
            bounds=Bounds(
                lower=lower,
                upper=upper,
                most_legs=_ANY_LEGS if problem.most_legs is None else problem.most_legs,
                turned_legs=int(columns.is_leg[turned].sum()),
            ),
            pivot=pivot,
            order=order,
            turned=turned,
            most=columns.most,
            base=relaxation.cost,
            fixed_cost=float(columns.cost[turned] @ columns.most[turned]),
            largest_budget=float(reduced @ columns.most + np.abs(price) @ width),
        )

    def enumerate(self, budget: float, most_searched: int) -> tuple[IntArray | None, int, bool]:
        """The cheapest signed quantities within a budget above the relaxation, None where there are none.

        Also the number of combinations looked at, and whether these were all.
        """
        room = scratch(len(self.bounds.lower), len(self.pivot))
        room.spent[0], room.legs[0] = self.fixed_cost, self.bounds.turned_legs
        path, held = np.full(DEEPEST, -1, np.int64), np.zeros(len(self.pivot), np.int64)
        cost, searched, whole = enumerate_choices(
            float(budget), self.base, most_searched, self.others, self.pivots, self.bounds, room, path, held
        )
        if not np.isfinite(cost):
            return None, searched, whole
        counted = np.bincount(self.order[path[path >= 0]], minlength=len(self.most))
        counted[self.pivot] = held
        return np.where(self.turned, self.most - counted, counted).astype(np.int64), searched, whole


def _pivots(
    columns: SignedColumns, pivot: IntArray, activity: FloatArray, price: FloatArray, anchor: FloatArray
) -> Pivots | None:
    """The fractional columns and as many binding rows; None where there are too few independent ones."""
    rows = _binding_rows(activity, price)
    if rows is None:
        return None
    return Pivots(
        cost=columns.cost[pivot],
        most=columns.most[pivot],
        is_leg=columns.is_leg[pivot],
        activity=activity,
        row=rows,
        inverse=np.ascontiguousarray(np.linalg.inv(activity[:, rows].T)),
        anchor=anchor[rows],
        per_cost=1.0 / price[rows],
    )


def _binding_rows(activity: FloatArray, price: FloatArray) -> IntArray | None:
    """As many rows with a price as there are pivots, chosen to be far from dependent; None without them."""
    binding, pivots = np.flatnonzero(np.abs(price) > _ZERO), len(activity)
    if pivots == 0:
        return np.zeros(0, dtype=np.int64)
    if len(binding) < pivots:
        return None
    _, triangle, chosen = qr(activity[:, binding], mode="economic", pivoting=True)
    diagonal = np.abs(np.diag(triangle))
    if diagonal[pivots - 1] * _WORST_CONDITION < diagonal[0]:
        return None
    return np.sort(binding[chosen[:pivots]]).astype(np.int64)
