"""European options: price and every Greek by name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pricing.greeks import black_greeks, black_third_order
from tests.reference.checking import FloatArray, Row, calls, column

_FIELDS = {
    "price": "value",
    "theta_per_year": "theta",
    "charm_per_year": "charm",
    "color_per_year": "colour",
}
_THIRD_ORDER = {"speed", "color_per_year", "zomma", "ultima"}


def values_of(rows: Sequence[Row]) -> FloatArray:
    """The quantity that each row asks for."""
    spot, years = column(rows, "spot"), column(rows, "t")
    rate, dividend = column(rows, "r"), column(rows, "q")
    forward, discount = spot * np.exp((rate - dividend) * years), np.exp(-rate * years)
    inputs = (spot, forward, column(rows, "strike"), years, column(rows, "vol"), discount, calls(rows))
    lower, third = black_greeks(*inputs), black_third_order(*inputs)
    return np.array(
        [
            getattr(third if row["quantity"] in _THIRD_ORDER else lower, _field(row["quantity"]))[at]
            for at, row in enumerate(rows)
        ]
    )


def _field(quantity: str) -> str:
    return _FIELDS.get(quantity, quantity)
