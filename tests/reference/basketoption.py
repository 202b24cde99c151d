"""Values of the published options on the best, the worst or the average of several assets."""

from __future__ import annotations

import re

import numpy as np

from pricing.black import FloatArray
from pricing.spreads.baskets import maximum_option, minimum_option
from pricing.spreads.linear_basket import linear_basket_option
from tests.reference.spreadoption import two_assets
from tests.reference.tables import column


def values_of(rows: list[dict[str, str]]) -> FloatArray:
    """Our value of each row [currency]."""
    return np.array([_value(row) for row in rows], dtype=np.float64)


def _value(row: dict[str, str]) -> float:
    if row["payoff"].startswith("average"):
        return _average(row)
    option = minimum_option if row["payoff"].startswith("min") else maximum_option
    return float(option(two_assets(row), column([row], "strike"), row["type"] == "call").value[0])


def _average(row: dict[str, str]) -> float:
    """Equal weights and one correlation between all pairs; assets beyond the second are as the second."""
    number = re.match(r"average(\d+)", row["payoff"])
    assets = 2 if number is None else int(number.group(1))
    spot, dividend, volatility = (
        np.array([float(row[f"{name}1"])] + [float(row[f"{name}2"])] * (assets - 1)) for name in "sqv"
    )
    rate, years = float(row["r"]), float(row["t"])
    correlation = np.full((assets, assets), float(row["rho"]))
    np.fill_diagonal(correlation, 1.0)
    option = linear_basket_option(
        spot=spot,
        forward=spot * np.exp((rate - dividend) * years),
        weight=np.full(assets, 1.0 / assets),
        strike=float(row["strike"]),
        expiry_years=years,
        volatility=volatility,
        correlation=correlation,
        discount=float(np.exp(-rate * years)),
        is_call=row["type"] == "call",
    )
    return option.value
