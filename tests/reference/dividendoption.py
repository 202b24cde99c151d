"""Options on a share with cash dividends: Hull takes their present value off the spot (escrowed)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pricing.american.dividend_options import dividend_greeks
from pricing.dividends import CashDividendModel, DividendSchedule
from tests.reference.checking import FloatArray, Row, is_call, meaning, number


def values_of(rows: Sequence[Row]) -> FloatArray:
    """Our value of each row [currency]."""
    return np.array([_value(row) for row in rows])


def _value(row: Row) -> float:
    rate, years = number(row["r"]), number(row["t"])
    found = dividend_greeks(
        number(row["spot"]),
        number(row["strike"]),
        years,
        number(row["vol"]),
        np.exp(-rate * years),
        rate - number(row["q"]),
        is_call(row),
        meaning(row["exercise"], {"american": True, "european": False}),
        _schedule(row),
        model=_model(row["source"]),
    )
    return float(found.value[0])


def _schedule(row: Row) -> DividendSchedule:
    amounts = _numbers(row["div_amounts"])
    return DividendSchedule(
        ex_years=_numbers(row["div_times"]), cash=amounts, proportional=np.zeros_like(amounts)
    )


def _numbers(cell: str) -> FloatArray:
    return np.array([number(each) for each in cell.split(";") if each.strip()], dtype=np.float64)


def _model(source: str) -> CashDividendModel:
    """Hull, Roll, Geske and Whaley, and who says so, take dividends off the spot; others off its path."""
    escrowed = any(name in source.lower() for name in ("escrowed", "hull", "roll", "geske", "whaley"))
    return CashDividendModel.ESCROWED if escrowed else CashDividendModel.SPOT
