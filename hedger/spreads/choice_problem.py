"""What a chooser is asked: columns that can be traded at a cost, rows that must be met, and its answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hedger.errors import UsageError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_LARGEST_QUANTITY = 10_000_000
_LARGEST_COST = 1e12  # HiGHS takes 1e20 for infinite, and a missed row costs 10,000 times the dearest


class InfeasibleChoiceError(UsageError):
    """No combination meets every row; the message names the rows that stand in the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceProblem:
    """The cheapest whole quantities of columns within rows: min cost with lower <= coefficients q <= upper.

    names: of the columns, for people. buy_cost, sell_cost: shape (column,), what a contract costs above its
    fair value on either side [currency], above zero: no column pays for being traded, so that nothing can be
    earned whatever the quotes. most_bought, most_sold: shape (column,), whole contracts. row_names: of the
    rows. coefficients: shape (row, column), what one contract bought adds to the row. lower, upper: shape
    (row,), infinite where there is no such side. most_legs: different columns among those in `is_leg` that
    may trade, None for any number. row_unit: shape (row,), how much of a row's unit is one of the unit that
    people read it in, in which misses are said; None for the row's own. Raises ValueError for shapes or
    numbers that make no problem.
    """

    names: tuple[str, ...]
    buy_cost: FloatArray
    sell_cost: FloatArray
    most_bought: IntArray
    most_sold: IntArray
    row_names: tuple[str, ...]
    coefficients: FloatArray
    lower: FloatArray
    upper: FloatArray
    is_leg: BoolArray
    most_legs: int | None = None
    row_unit: FloatArray | None = None

    def __post_init__(self) -> None:
        columns, rows = len(self.names), len(self.row_names)
        for name in ("buy_cost", "sell_cost", "most_bought", "most_sold", "is_leg"):
            if getattr(self, name).shape != (columns,):
                raise ValueError(f"{name} needs one value for each of {columns} columns")
        if self.coefficients.shape != (rows, columns) or self.lower.shape != (rows,) != self.upper.shape:
            raise ValueError(f"the coefficients need {rows} rows and {columns} columns")
        for name in ("buy_cost", "sell_cost"):
            cost = getattr(self, name)
            if not ((cost > 0.0) & (cost <= _LARGEST_COST)).all():
                raise ValueError(f"every {name} must be above zero and no more than {_LARGEST_COST:g}")
        if not np.isfinite(self.coefficients).all() or not (self.lower <= self.upper).all():
            raise ValueError("coefficients must be finite and no lower bound above its upper")
        limits = np.concatenate((self.most_bought, self.most_sold))
        if np.any(limits < 0) or np.any(limits > _LARGEST_QUANTITY):
            raise ValueError(f"limits of quantity lie between 0 and {_LARGEST_QUANTITY:,} contracts")

    def signed(self) -> SignedColumns:
        """Buying and selling as separate columns with quantities from zero up, bought ones first."""
        return SignedColumns(
            cost=np.concatenate((self.buy_cost, self.sell_cost)),
            most=np.concatenate((self.most_bought, self.most_sold)),
            coefficients=np.hstack((self.coefficients, -self.coefficients)),
            is_leg=np.concatenate((self.is_leg, self.is_leg)),
        )


def row_scale(problem: ChoiceProblem) -> FloatArray:
    """The largest coefficient of each row, by which programmes divide it; one where all are zero."""
    largest = np.abs(problem.coefficients).max(axis=1, initial=0.0)
    return np.where(largest > 0.0, largest, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedColumns:
    """The columns of a problem with sides apart: shape (2 columns,) and (row, 2 columns)."""

    cost: FloatArray
    most: IntArray
    coefficients: FloatArray
    is_leg: BoolArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The cheapest quantities found and how far from the best they can be.

    quantity: shape (column,), signed whole contracts. cost, lower_bound [currency]: of the quantities, and
    what no solution can be below. relaxed_cost: of the linear relaxation, in which contracts divide.
    shadow_price: shape (row,), by how much that cost rises per unit by which the row's binding side is moved
    up [currency per unit of the row]; zero where the row does not bind. searched: combinations looked at.
    method: 'enumeration', which is exact, or 'branch and bound' (HiGHS).
    """

    quantity: IntArray
    cost: float
    lower_bound: float
    relaxed_cost: float
    shadow_price: FloatArray
    searched: int
    method: str

    @property
    def gap(self) -> float:
        """Largest share of the cost that a better solution could save, in [0, 1]; zero is proven optimal."""
        return max(0.0, self.cost - self.lower_bound) / self.cost if self.cost > 0.0 else 0.0
