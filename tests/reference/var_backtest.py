"""Kupiec's test of the number of exceptions: likelihood ratio, p-value, accepted at 5%."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pricing.coverage_tests import CoverageTest, proportion_of_failures
from tests.reference.checking import Check, FloatArray, Row, compared, number

_TOLERANCE = "rel 1e-10 (abs 1e-14)"  # the table states none; its numbers have all digits of a double


def checks(rows: Sequence[Row]) -> list[Check]:
    """Every number of every row."""
    stated = [{"tol": _TOLERANCE} | row for row in rows]
    found = compared(stated, "LR", values_of(rows))
    for name, values in quantities_of(rows).items():
        found += compared(stated, name, values)
    return found


def values_of(rows: Sequence[Row]) -> FloatArray:
    """Likelihood ratios."""
    return np.array([_test(row).likelihood_ratio for row in rows])


def quantities_of(rows: Sequence[Row]) -> dict[str, FloatArray]:
    """p-values, and 1 where the coverage is accepted at 5%."""
    tests = [_test(row) for row in rows]
    return {
        "p_value": np.array([test.p_value for test in tests]),
        "accept_5pct": np.array([float(test.accepted) for test in tests]),
    }


def _test(row: Row) -> CoverageTest:
    if row["test"] != "kupiec_pof":
        raise ValueError(f"'{row['test']}' is no test that this table is known to have")
    return proportion_of_failures(
        days=int(row["T"]), exceptions=int(row["exceptions"]), probability=number(row["p"])
    )
