"""European options under Heston's model: prices, and the volatilities that they imply."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pricing.fourier.model import HestonModel
from pricing.fourier.prices import model_greeks
from pricing.implied import implied_volatility
from tests.reference.checking import FloatArray, Row, is_call, number

_VALUES = ("price", "otm_price")


def values_of(rows: Sequence[Row]) -> FloatArray:
    """The quantity that each row asks for."""
    return np.array([_value(row) for row in rows], dtype=np.float64)


def heston_of(row: Row) -> HestonModel:
    """The model of a row."""
    return HestonModel(
        initial_variance=number(row["v0"]),
        mean_reversion=number(row["kappa"]),
        long_run_variance=number(row["theta"]),
        volatility_of_variance=number(row["sigma"]),
        correlation=number(row["rho"]),
    )


def _value(row: Row) -> float:
    spot, strike, years, rate, dividend = (number(row[name]) for name in ("spot", "strike", "t", "r", "q"))
    forward, discount = spot * np.exp((rate - dividend) * years), np.exp(-rate * years)
    found = model_greeks(heston_of(row), spot, forward, strike, years, discount, is_call(row))
    asked = row["quantity"]
    if asked == "implied_vol":
        volatility, _ = implied_volatility(found.value, forward, strike, years, discount, is_call(row))
        return float(volatility)
    return float(found.value if asked in _VALUES else getattr(found, asked))
