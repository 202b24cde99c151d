"""Published values from the shared reference tables, one row a dictionary."""

from __future__ import annotations

import csv
from fractions import Fraction

import numpy as np

from pricing.black import FloatArray
from tests.shared_data import shared_path


def rows(table: str) -> list[dict[str, str]]:
    """The rows of a table; skips the test where the data is absent."""
    with shared_path("reference", f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(table: list[dict[str, str]], name: str) -> FloatArray:
    """A column as numbers; fractions such as 819/365 are divided out."""
    return np.array([float(Fraction(row[name])) if "/" in row[name] else float(row[name]) for row in table])


def option_columns(table: list[dict[str, str]]) -> tuple[FloatArray, ...]:
    """Spot, forward, strike, expiry, volatility, discount and right from rows in spot, rate and yield."""
    spot, years = column(table, "spot"), column(table, "t")
    rate, dividend = column(table, "r"), column(table, "q")
    calls = np.array([row["type"] == "call" for row in table])
    forward, discount = spot * np.exp((rate - dividend) * years), np.exp(-rate * years)
    return spot, forward, column(table, "strike"), years, column(table, "vol"), discount, calls
