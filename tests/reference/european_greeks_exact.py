"""European options: price and every Greek by name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pricing.greeks import GreekColumns, ThirdOrderColumns, black_greeks, black_third_order
from tests.reference.checking import FloatArray, Row, column
from tests.reference.quantities import DAYS_PER_YEAR, plain_name
from tests.reference.tables import option_columns

_THIRD_ORDER = {"speed", "colour", "zomma", "ultima"}


def values_of(rows: Sequence[Row]) -> FloatArray:
    """The quantity that each row asks for."""
    inputs = option_columns(rows)
    greeks, third = black_greeks(*inputs), black_third_order(*inputs)
    return np.array([_quantity(rows, at, greeks, third) for at in range(len(rows))], dtype=np.float64)


def _quantity(rows: Sequence[Row], at: int, greeks: GreekColumns, third: ThirdOrderColumns) -> float:
    name, per_day = plain_name(rows[at]["quantity"])
    if name == "elasticity":
        return float(column([rows[at]], "spot")[0] * greeks.delta[at] / greeks.value[at])
    if name == "veta":
        return _veta(rows[at], at, greeks, third)
    value = getattr(third if name in _THIRD_ORDER else greeks, name)[at]
    return float(value / DAYS_PER_YEAR if per_day else value)


def _veta(row: Row, at: int, greeks: GreekColumns, third: ThirdOrderColumns) -> float:
    """Vega per year as time passes: the derivative of Black and Scholes's equation by the volatility."""
    spot, rate, dividend, volatility = (column([row], name)[0] for name in ("spot", "r", "q", "vol"))
    diffusion = volatility * greeks.gamma[at] + 0.5 * volatility**2 * third.zomma[at]
    drift = rate * greeks.vega[at] - (rate - dividend) * spot * greeks.vanna[at]
    return float(drift - spot**2 * diffusion)
