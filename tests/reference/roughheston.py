"""European options under the rough Heston model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pricing.fourier.rough_heston import RoughHestonModel, rough_heston_prices
from tests.reference.checking import FloatArray, Row, is_call, number
from tests.reference.hestonmodel import heston_of


def values_of(rows: Sequence[Row]) -> FloatArray:
    """Our value of each row [currency]."""
    return np.array([_value(row) for row in rows], dtype=np.float64)


def _value(row: Row) -> float:
    spot, years, rate, dividend = (number(row[name]) for name in ("spot", "t", "r", "q"))
    forward = spot * np.exp((rate - dividend) * years)
    model = RoughHestonModel(heston=heston_of(row), hurst=number(row["H"]))
    log_moneyness = np.log(number(row["strike"]) / forward)
    share = rough_heston_prices(model, log_moneyness, years, is_call(row))
    return float(np.exp(-rate * years) * forward * share)
