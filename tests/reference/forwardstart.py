"""Values of the published options whose strike is set later."""

from __future__ import annotations

import numpy as np

from pricing.black import FloatArray
from pricing.engines.forward_start import forward_start_prices
from tests.reference.tables import column


def values_of(rows: list[dict[str, str]]) -> FloatArray:
    """Our value of each row [currency]."""
    spot, rate, dividend, years = (column(rows, name) for name in ("spot", "r", "q", "t"))
    return forward_start_prices(
        spot,
        spot * np.exp((rate - dividend) * years),
        column(rows, "moneyness"),
        column(rows, "start"),
        years,
        column(rows, "vol"),
        np.exp(-rate * years),
        [row["type"] == "call" for row in rows],
    )
