"""Our value against a published one, row by row, each within the tolerance that its row states."""

from __future__ import annotations

import csv
import importlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from tests.reference.numbers import number, tolerance

FloatArray = npt.NDArray[np.float64]
Row = dict[str, str]
_Meaning = TypeVar("_Meaning")

_READERS = ("values_of", "quantities_of", "checks")
_REFUSALS = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One published number beside ours. line: of the file, counted from the header as 1.

    reason: why there is no value of ours, where there is none.
    """

    line: int
    quantity: str
    found: float
    expected: float
    tolerance: float
    reason: str = ""

    @property
    def error(self) -> float:
        """Absolute difference; NaN where we have no value."""
        return abs(self.found - self.expected)

    @property
    def passed(self) -> bool:
        """Whether the difference is finite and within the tolerance."""
        return math.isfinite(self.error) and self.error <= self.tolerance

    def __str__(self) -> str:
        where = f"line {self.line}: {self.quantity}"
        if self.reason:
            return f"{where} cannot be checked: {self.reason}"
        return (
            f"{where} {self.found!r}, published {self.expected!r}, "
            f"off by {self.error:.3g}, tolerance {self.tolerance:.3g}"
        )


def checks_of(path: Path) -> list[Check]:
    """Every published number of a table, checked by the module of this package that bears its name.

    A module has `values_of(rows)`, our values for the column `expected`; `quantities_of(rows)`, our values by
    column for tables with several; or `checks(rows)` where a table is read in a way of its own. A row that a
    module refuses counts as missed, with the reason. Raises ModuleNotFoundError for a table that no module
    knows.
    """
    module = importlib.import_module(f"tests.reference.{path.stem}")
    if not any(hasattr(module, name) for name in _READERS):
        raise ModuleNotFoundError(f"tests.reference.{path.stem} reads no table")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    try:
        return _checks(module, rows)
    except _REFUSALS:
        return [check for at, row in enumerate(rows) for check in _checks_of_row(module, row, at + 2)]


def _checks_of_row(module: ModuleType, row: Row, line: int) -> list[Check]:
    """The checks of one row, or one that failed with the reason."""
    try:
        return [replace(check, line=line) for check in _checks(module, [row])]
    except _REFUSALS as refusal:
        reason = f"no column {refusal}" if isinstance(refusal, KeyError) else str(refusal)
        return [refused(line, row.get("quantity") or "expected", reason or type(refusal).__name__)]


def refused(line: int, quantity: str, reason: str) -> Check:
    """A check that cannot pass, because there is no value to compare."""
    return Check(
        line=line, quantity=quantity, found=math.nan, expected=math.nan, tolerance=math.nan, reason=reason
    )


def _checks(module: ModuleType, rows: Sequence[Row]) -> list[Check]:
    if hasattr(module, "checks"):
        found: list[Check] = module.checks(rows)
        return found
    found = compared(rows, "expected", module.values_of(rows)) if hasattr(module, "values_of") else []
    if hasattr(module, "quantities_of"):
        quantities: Mapping[str, FloatArray] = module.quantities_of(rows)
        for name, values in quantities.items():
            found += compared(rows, name, values)
    return found


def compared(rows: Sequence[Row], column: str, values: FloatArray) -> list[Check]:
    """Checks of one column; rows that leave it empty are not asked."""
    return [
        Check(
            line=at + 2,
            quantity=row.get("quantity") or column,
            found=float(values[at]),
            expected=number(row[column]),
            tolerance=tolerance(row["tol"], number(row[column])),
        )
        for at, row in enumerate(rows)
        if row[column]
    ]


def column(rows: Sequence[Row], name: str) -> FloatArray:
    """A column as numbers."""
    return np.array([number(row[name]) for row in rows], dtype=np.float64)


def meaning(label: str, meanings: Mapping[str, _Meaning]) -> _Meaning:
    """What a label stands for, its case, spaces and hyphens aside; ValueError for one that is not known."""
    plain = "".join(sign for sign in label.lower() if sign.isalnum())
    if plain not in meanings:
        raise ValueError(f"'{label}' is none of {', '.join(meanings)}")
    return meanings[plain]


def is_call(row: Row) -> bool:
    """Whether a row is a call; ValueError where it is neither a call nor a put."""
    return meaning(row["type"], {"call": True, "put": False})


def calls(rows: Sequence[Row]) -> npt.NDArray[np.bool_]:
    """Which rows are calls."""
    return np.array([is_call(row) for row in rows], dtype=np.bool_)
