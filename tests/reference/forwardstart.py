"""Values of the published options whose strike is set later."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pricing.engines.forward_start import forward_start_prices
from tests.reference.checking import FloatArray, Row, calls, column


def values_of(rows: Sequence[Row]) -> FloatArray:
    """Our value of each row [currency]; one on performance pays per unit of the spot at its start."""
    spot, rate, dividend, years = (column(rows, name) for name in ("spot", "r", "q", "t"))
    start = column(rows, "start")
    values = forward_start_prices(
        spot,
        spot * np.exp((rate - dividend) * years),
        column(rows, "moneyness"),
        start,
        years,
        column(rows, "vol"),
        np.exp(-rate * years),
        calls(rows),
    )
    performance = np.array(["performance" in " ".join(row.values()).lower() for row in rows])
    return np.where(performance, values * np.exp((dividend - rate) * start) / spot, values)
