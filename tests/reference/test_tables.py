"""Every shared table of published values passes, as `benchmarks/reference.py` prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reference.checking import checks_of
from tests.reference.numbers import number, tolerance
from tests.reference.quantities import plain_name
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
    ("text", "value"),
    [
        ("1e-4", 1e-4),
        ("-0.0053", -0.0053),
        ("819/365", 819 / 365),
        ("exp(-0.05)", 0.951229424500714),
        ("15.0*std::exp(-0.05)", 14.26844136751071),
    ],
)
def test_numbers_are_read_as_the_tables_write_them(text: str, value: float) -> None:
    assert number(text) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("text", ["", "about 3", "1/0", "open('x')", "x.y", "1 if 2 else 3"])
def test_text_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no number"):
        number(text)


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("1e-4", 1e-4),
        ("rel 1e-3", 0.2),
        ("rel 1e-9 (abs 1e-6)", 1e-6),
        ("abs 1e-12 + 4 ulp", 1e-12),
        ("1e-8 (peer); aim rel 1e-6", 1e-8),
    ],
)
def test_tolerances_are_read_as_the_tables_write_them(text: str, allowed: float) -> None:
    assert tolerance(text, 200.0) == pytest.approx(allowed, rel=0.05)


@pytest.mark.parametrize(
    ("text", "name", "per_day"),
    [
        ("thetaPerDay", "theta", True),
        ("color_per_year", "colour", False),
        ("dividendRho", "dividend_rho", False),
        ("strikeSensitivity", "dual_delta", False),
        ("vomma", "volga", False),
    ],
)
def test_greeks_go_by_the_names_that_tables_give_them(text: str, name: str, per_day: bool) -> None:
    assert plain_name(text) == (name, per_day)


def test_a_row_that_cannot_be_read_is_missed_with_its_line_and_a_reason(tmp_path: Path) -> None:
    header = "type,strike,spot,q,r,t,vol,quantity,expected,tol,source\n"
    good = "call,65,60,0,.08,.25,.3,price,2.1334,1e-4,Haug\n"
    table = tmp_path / "europeanoption.csv"
    table.write_text(header + good + good.replace("call", "chooser") + good.replace("price", "beauty"))
    first, second, third = checks_of(table)
    assert first.passed
    assert str(second) == "line 3: price cannot be checked: 'chooser' is none of call, put"
    assert str(third).startswith("line 4: beauty cannot be checked: ")


@pytest.mark.parametrize("name", ["lookbackoption", "numbers"])
def test_a_table_that_no_module_knows_is_said(tmp_path: Path, name: str) -> None:
    table = tmp_path / f"{name}.csv"
    table.write_text("type,expected\n")
    with pytest.raises(ModuleNotFoundError):
        checks_of(table)
