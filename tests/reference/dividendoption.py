"""Options on a share with cash dividends: Hull takes their present value off the spot (escrowed)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pricing.american.dividend_options import dividend_greeks
from pricing.dividends import CashDividendModel, DividendSchedule
from tests.reference.checking import FloatArray, Row, number


def values_of(rows: Sequence[Row]) -> FloatArray:
    """Our value of each row [currency]."""
    return np.array([_value(row) for row in rows])


def _value(row: Row) -> float:
    rate, years = number(row["r"]), number(row["t"])
    amounts = np.array([number(each) for each in row["div_amounts"].split(";")])
    dividends = DividendSchedule(
        ex_years=np.array([number(each) for each in row["div_times"].split(";")]),
        cash=amounts,
        proportional=np.zeros_like(amounts),
    )
    escrowed = "escrowed" in row["source"].lower()
    found = dividend_greeks(
        number(row["spot"]),
        number(row["strike"]),
        years,
        number(row["vol"]),
        np.exp(-rate * years),
        rate - number(row["q"]),
        row["type"] == "call",
        row["exercise"] == "american",
        dividends,
        model=CashDividendModel.ESCROWED if escrowed else CashDividendModel.SPOT,
    )
    return float(found.value[0])
