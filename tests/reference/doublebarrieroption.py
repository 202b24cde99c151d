"""Values of the published options between two barriers."""

from __future__ import annotations

import numpy as np

from pricing.black import FloatArray
from pricing.engines.double_barrier import DoubleBarrierKind, double_barrier_prices
from tests.reference.tables import column, option_columns

_KIND = {"KnockIn": DoubleBarrierKind.KNOCK_IN, "KnockOut": DoubleBarrierKind.KNOCK_OUT}


def values_of(rows: list[dict[str, str]]) -> FloatArray:
    """Our value of each row [currency]."""
    return np.array([_value(row) for row in rows], dtype=np.float64)


def _value(row: dict[str, str]) -> float:
    values = double_barrier_prices(
        *option_columns([row]),
        lower=column([row], "lower"),
        upper=column([row], "upper"),
        kind=_KIND[row["barrier_type"]],
    )
    return float(values[0])
