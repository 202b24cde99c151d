from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedger.portfolio.cells import calendar_date, currency_code, number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5.0),
        ("+5", 5.0),
        ("-5.5", -5.5),
        (".5", 0.5),
        ("1,234", 1234.0),
        ("-1,234,567.8", -1234567.8),
        ("1e3", 1000.0),
    ],
)
def test_numbers_as_people_write_them(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize(("text", "value"), [("(5)", -5.0), ("(1,250.50)", -1250.5)])
def test_parentheses_are_a_brokers_minus(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    "text", ["", "1,23", "12,34,567", "(-5)", "(5", "5-", "1 000", "1.2.3", "--5", "$5", "1e9999"]
)
def test_what_is_ambiguous_or_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        number(text)


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_float_reads_as_itself(value: float) -> None:
    assert number(repr(value)) == value


@settings(deadline=None)
@given(st.text(max_size=12))
def test_any_text_is_a_finite_number_or_a_value_error(text: str) -> None:
    try:
        assert abs(number(text)) < float("inf")
    except ValueError:
        return


@pytest.mark.parametrize(
    "text",
    [
        "2018-02-28", "20180228", "2018/2/28", "02/28/2018", "28.02.2018", "28-Feb-2018", "Feb 28, 2018",
        "28 February 2018", "28FEB2018", "2018-02-28 00:00:00", "2018-02-28T00:00:00Z",
        "2018-02-28T00:00:00.000000",
    ],
)  # fmt: skip
def test_dates_as_systems_write_them(text: str) -> None:
    assert calendar_date(text) == date(2018, 2, 28)


@pytest.mark.parametrize(
    "text",
    [
        "03/04/2018",
        "2018-02-30",
        "180228",
        "43159",
        "28/28/2018",
        "2018-02-28 15:00",
        "9999-01-01",
        "=TODAY()",
    ],
)
def test_dates_that_can_be_confused_or_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="YYYY-MM-DD"):
        calendar_date(text)


def test_currency_is_three_letters() -> None:
    assert currency_code("usd") == "USD"
    with pytest.raises(ValueError, match="three letters"):
        currency_code("US$")
