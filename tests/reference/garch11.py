"""GARCH(1,1) volatilities as QuantLib's recursion gives them for a constant return."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pricing.paths.garch import GjrLaw
from tests.reference.checking import Check, FloatArray, Row, compared, number


def checks(rows: Sequence[Row]) -> list[Check]:
    """Every row's volatility."""
    return compared(rows, "expected_vol", values_of(rows))


def values_of(rows: Sequence[Row]) -> FloatArray:
    """Volatility after k days from a variance of r^2."""
    return np.array([_volatility(row) for row in rows])


def _volatility(row: Row) -> float:
    alpha, beta, move = number(row["alpha"]), number(row["beta"]), number(row["return"])
    law = GjrLaw(omega=0.0, alpha=alpha, gamma=0.0, beta=beta)
    if row["omega"]:
        law = GjrLaw(omega=number(row["omega"]), alpha=alpha, gamma=0.0, beta=beta)
    else:
        law = law.reverting_to(number(row["long_run_variance"]))
    variance = move * move
    for _ in range(int(row["k"])):
        variance = law.following(variance, move)
    return float(np.sqrt(variance))
