"""Values of the published options between two barriers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pricing.engines.double_barrier import DoubleBarrierKind, double_barrier_prices
from tests.reference.checking import FloatArray, Row, column, meaning
from tests.reference.tables import option_columns

_KIND = {"knockin": DoubleBarrierKind.KNOCK_IN, "knockout": DoubleBarrierKind.KNOCK_OUT}


def values_of(rows: Sequence[Row]) -> FloatArray:
    """Our value of each row [currency]."""
    return np.array([_value(row) for row in rows], dtype=np.float64)


def _value(row: Row) -> float:
    if row["exercise"] != "european":
        raise ValueError(f"options between two barriers have European exercise here, not '{row['exercise']}'")
    values = double_barrier_prices(
        *option_columns([row]),
        lower=column([row], "lower"),
        upper=column([row], "upper"),
        kind=meaning(row["barrier_type"], _KIND),
    )
    return float(values[0])
