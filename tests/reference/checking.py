"""Our value against a published one, row by row, each within the tolerance that its row states."""

from __future__ import annotations

import csv
import importlib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Row = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One published number beside ours. line: of the file, counted from the header as 1."""

    line: int
    quantity: str
    found: float
    expected: float
    tolerance: float

    @property
    def error(self) -> float:
        """Absolute difference; NaN where we have no value."""
        return abs(self.found - self.expected)

    @property
    def passed(self) -> bool:
        """Whether the difference is within the tolerance."""
        return self.error <= self.tolerance


def checks_of(path: Path) -> list[Check]:
    """Every published number of a table, checked by the module of this package that bears its name.

    A module has `values_of(rows)`, our values for the column `expected`; `quantities_of(rows)`, our values by
    column for tables with several; or `checks(rows)` where a table is read in a way of its own. Raises
    ModuleNotFoundError for a table that no module knows.
    """
    module = importlib.import_module(f"tests.reference.{path.stem}")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found: list[Check] = module.checks(rows) if hasattr(module, "checks") else _default_checks(module, rows)
    return found


def _default_checks(module: ModuleType, rows: Sequence[Row]) -> list[Check]:
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


def number(text: str) -> float:
    """A number as the tables write it: decimal, a fraction such as 819/365, or exp(x)."""
    if exponent := re.fullmatch(r"exp\((.*)\)", text.strip()):
        return math.exp(float(exponent[1]))
    return float(Fraction(text)) if "/" in text else float(text)


def tolerance(text: str, expected: float) -> float:
    """The absolute tolerance that a row states: '1e-4', 'rel 1e-12', 'rel 1e-10 (abs 1e-12)', '1e-8 (peer)'.

    Half a unit in the last digit of a double is granted, since the expected number itself is rounded to one.
    """
    rounding = 2.0**-52 * abs(expected)
    if relative := re.match(r"rel (\S+)(?: \(abs (\S+)\))?", text.strip()):
        return max(float(relative[1]) * abs(expected), float(relative[2] or 0.0)) + rounding
    return float(text.split()[0]) + rounding


def column(rows: Sequence[Row], name: str) -> FloatArray:
    """A column as numbers."""
    return np.array([number(row[name]) for row in rows])


def calls(rows: Sequence[Row]) -> npt.NDArray[np.bool_]:
    """Which rows are calls."""
    return np.array([row["type"] == "call" for row in rows], dtype=np.bool_)
