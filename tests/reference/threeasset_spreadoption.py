"""Values of the published options on S1 - S2 - S3 - K."""

from __future__ import annotations

import numpy as np

from pricing.black import FloatArray
from pricing.spreads.linear_basket import linear_basket_option


def values_of(rows: list[dict[str, str]]) -> FloatArray:
    """Our value of each row [currency]; the source's expiries are whole days of 365."""
    return np.array([_value({name: _number(text) for name, text in row.items()}) for row in rows])


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


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
