"""Values of the published options on the best, the worst or the average of several assets."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from pricing.spreads.baskets import maximum_option, minimum_option
from pricing.spreads.linear_basket import linear_basket_option
from tests.reference.checking import FloatArray, Row, column, is_call, number
from tests.reference.spreadoption import two_assets


def values_of(rows: Sequence[Row]) -> FloatArray:
    """Our value of each row [currency]."""
    return np.array([_value(row) for row in rows], dtype=np.float64)


def _value(row: Row) -> float:
    payoff = row["payoff"].strip().lower()
    if payoff.startswith("average"):
        return _average(row, payoff)
    if not payoff.startswith(("min", "max")):
        raise ValueError(f"'{row['payoff']}' is neither min, nor max, nor an average")
    option = minimum_option if payoff.startswith("min") else maximum_option
    return float(option(two_assets(row), column([row], "strike"), is_call(row)).value[0])


def _average(row: Row, payoff: str) -> float:
    """Equal weights and one correlation between all pairs; all assets but the last are as the first."""
    count = re.match(r"average(\d+)", payoff)
    assets = 2 if count is None else int(count[1])
    spot, dividend, volatility = (
        np.array([number(row[f"{name}1"])] * (assets - 1) + [number(row[f"{name}2"])]) for name in "sqv"
    )
    rate, years = number(row["r"]), number(row["t"])
    correlation = np.full((assets, assets), number(row["rho"]))
    np.fill_diagonal(correlation, 1.0)
    option = linear_basket_option(
        spot=spot,
        forward=spot * np.exp((rate - dividend) * years),
        weight=np.full(assets, 1.0 / assets),
        strike=number(row["strike"]),
        expiry_years=years,
        volatility=volatility,
        correlation=correlation,
        discount=float(np.exp(-rate * years)),
        is_call=is_call(row),
    )
    return option.value
