"""Values of the published options on S1 - S2 - S3 - K."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pricing.spreads.linear_basket import linear_basket_option
from tests.reference.checking import FloatArray, Row, number

_NUMBERS = ("s1", "s2", "s3", "strike", "v", "r", "t", "rho12", "rho13", "rho23")


def values_of(rows: Sequence[Row]) -> FloatArray:
    """Our value of each row [currency]; the source's expiries are whole days of 365."""
    return np.array([_value({name: number(row[name]) for name in _NUMBERS}) for row in rows])


def _value(row: dict[str, float]) -> float:
    years = round(365.0 * row["t"]) / 365.0
    spot = np.array([row["s1"], row["s2"], row["s3"]])
    correlation = np.eye(3)
    for first, second in ((1, 2), (1, 3), (2, 3)):
        correlation[first - 1, second - 1] = correlation[second - 1, first - 1] = row[f"rho{first}{second}"]
    option = linear_basket_option(
        spot=spot,
        forward=spot * np.exp(row["r"] * years),
        weight=[1.0, -1.0, -1.0],
        strike=row["strike"],
        expiry_years=years,
        volatility=np.full(3, row["v"]),
        correlation=correlation,
        discount=float(np.exp(-row["r"] * years)),
        is_call=True,
    )
    return option.value
