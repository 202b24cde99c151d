"""Published values from the shared reference tables, one row a dictionary."""

from __future__ import annotations

import csv
from collections.abc import Sequence

import numpy as np

from tests.reference.checking import FloatArray, Row, calls, column
from tests.shared_data import shared_path

__all__ = ["column", "option_columns", "rows"]


def rows(table: str) -> list[Row]:
    """The rows of a table; skips the test where the data is absent."""
    with shared_path("reference", f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def option_columns(table: Sequence[Row]) -> tuple[FloatArray, ...]:
    """Spot, forward, strike, expiry, volatility, discount and right from rows in spot, rate and yield."""
    spot, years = column(table, "spot"), column(table, "t")
    rate, dividend = column(table, "r"), column(table, "q")
    forward, discount = spot * np.exp((rate - dividend) * years), np.exp(-rate * years)
    return spot, forward, column(table, "strike"), years, column(table, "vol"), discount, calls(table)
