"""Every shared table of published values passes, as `benchmarks/reference.py` prints."""

from __future__ import annotations

import pytest

from tests.reference.checking import checks_of, number, tolerance
from tests.shared_data import shared_path

TABLES = (
    "american_exact",
    "americanoption",
    "barrieroption",
    "basketoption",
    "digitaloption",
    "dividendoption",
    "doublebarrieroption",
    "european_greeks_exact",
    "europeanoption",
    "forwardstart",
    "garch11",
    "hestonmodel",
    "identities",
    "implied_vol_extreme",
    "margrabe",
    "roughheston",
    "spreadoption",
    "svi_arbitrage",
    "threeasset_spreadoption",
    "var_backtest",
)


@pytest.mark.parametrize("table", TABLES)
def test_every_published_number_is_met_within_its_tolerance(table: str) -> None:
    found = checks_of(shared_path("reference", f"{table}.csv"))
    assert found
    assert [check for check in found if not check.passed] == []


def test_no_shared_table_is_left_out() -> None:
    assert {path.stem for path in shared_path("reference").glob("*.csv")} == set(TABLES)


@pytest.mark.parametrize(
    ("text", "value"), [("1e-4", 1e-4), ("819/365", 819 / 365), ("exp(-0.05)", 0.951229424500714)]
)
def test_numbers_are_read_as_the_tables_write_them(text: str, value: float) -> None:
    assert number(text) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "allowed"),
    [("1e-4", 1e-4), ("rel 1e-3", 0.2), ("rel 1e-9 (abs 1e-6)", 1e-6), ("1e-8 (peer); aim rel 1e-6", 1e-8)],
)
def test_tolerances_are_read_as_the_tables_write_them(text: str, allowed: float) -> None:
    assert tolerance(text, 200.0) == pytest.approx(allowed, rel=1e-4)
