"""Values of the published options with one barrier."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pricing.barrier_tree import american_barrier_price
from pricing.engines.barrier import BarrierKind, barrier_prices
from pricing.option import Exercise
from tests.reference.checking import FloatArray, Row, meaning, number
from tests.reference.tables import option_columns

_KIND = {
    "downin": BarrierKind.DOWN_IN,
    "downout": BarrierKind.DOWN_OUT,
    "upin": BarrierKind.UP_IN,
    "upout": BarrierKind.UP_OUT,
}
_EXERCISE = {each.value: each for each in Exercise}


def values_of(rows: Sequence[Row]) -> FloatArray:
    """Our value of each row [currency]; American rows on the source's tree, of 400 steps at least."""
    return np.array([_value(row) for row in rows], dtype=np.float64)


def _value(row: Row) -> float:
    columns, kind = option_columns([row]), meaning(row["barrier_type"].replace("and", ""), _KIND)
    barrier, rebate = number(row["barrier"]), number(row["rebate"] or "0")
    exercise = meaning(row["exercise"], _EXERCISE)
    if exercise is Exercise.AMERICAN and barrier == columns[0][0]:
        # The engine prices an option whose barrier is hit exactly, the source on its tree.
        option = tuple(float(column[0]) for column in columns)
        return american_barrier_price(*option, barrier=barrier, is_in=kind.is_in, rebate=rebate)
    values = barrier_prices(*columns, barrier=barrier, kind=kind, rebate=rebate, exercise=exercise)
    return float(values[0])
