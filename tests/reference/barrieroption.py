"""Values of the published options with one barrier."""

from __future__ import annotations

import numpy as np

from pricing.black import FloatArray
from pricing.engines.barrier import BarrierKind, barrier_prices
from pricing.option import Exercise
from tests.reference.tables import column, option_columns

_KIND = {
    "DownIn": BarrierKind.DOWN_IN,
    "DownOut": BarrierKind.DOWN_OUT,
    "UpIn": BarrierKind.UP_IN,
    "UpOut": BarrierKind.UP_OUT,
}


def values_of(rows: list[dict[str, str]]) -> FloatArray:
    """Our value of each row [currency]; American rows on the source's tree, of 400 steps at least."""
    return np.array([_value(row) for row in rows], dtype=np.float64)


def _value(row: dict[str, str]) -> float:
    values = barrier_prices(
        *option_columns([row]),
        barrier=column([row], "barrier"),
        kind=_KIND[row["barrier_type"]],
        rebate=column([row], "rebate"),
        exercise=Exercise(row["exercise"]),
    )
    return float(values[0])
