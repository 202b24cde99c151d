"""Values and Greeks of the published options to exchange two assets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pricing.engines.spread import quantlib_american_exchange
from pricing.spreads.exchange import exchange_option
from pricing.spreads.spread_columns import SpreadColumns
from tests.reference.checking import FloatArray, Row, column, meaning, number
from tests.reference.spreadoption import two_assets


def values_of(rows: Sequence[Row]) -> FloatArray:
    """Our value of each row [currency]: Margrabe's closed form, Bjerksund and Stensland for American rows."""
    return np.array([_value(row) for row in rows], dtype=np.float64)


def quantities_of(rows: Sequence[Row]) -> dict[str, FloatArray]:
    """Our Greeks of the European rows in the table's terms; NaN for American rows.

    The table divides gamma by the asset's units and, in theta, counts the units twice in each dividend.
    """
    return {
        name: np.array([_greeks(row)[name] for row in rows], dtype=np.float64)
        for name in ("delta1", "delta2", "gamma1", "gamma2", "theta")
    }


def _value(row: Row) -> float:
    if _is_american(row):
        units = {"first_units": int(row["n1"]), "second_units": int(row["n2"])}
        return float(quantlib_american_exchange(two_assets(row), **units)[0])
    return float(_european(row).value[0])


def _is_american(row: Row) -> bool:
    return meaning(row["exercise"], {"american": True, "european": False})


def _european(row: Row) -> SpreadColumns:
    return exchange_option(two_assets(row), first_units=column([row], "n1"), second_units=column([row], "n2"))


def _greeks(row: Row) -> dict[str, float]:
    if _is_american(row):
        return dict.fromkeys(("delta1", "delta2", "gamma1", "gamma2", "theta"), np.nan)
    greeks = _european(row)
    units = {"1": number(row["n1"]), "2": number(row["n2"])}
    deltas = {"1": float(greeks.first_delta[0]), "2": float(greeks.second_delta[0])}
    dividends = sum(
        (units[asset] - 1.0) * number(row[f"q{asset}"]) * number(row[f"s{asset}"]) * deltas[asset]
        for asset in units
    )
    return {
        "delta1": deltas["1"],
        "delta2": deltas["2"],
        "gamma1": float(greeks.first_gamma[0]) / units["1"],
        "gamma2": float(greeks.second_gamma[0]) / units["2"],
        "theta": float(greeks.theta[0]) + dividends,
    }
