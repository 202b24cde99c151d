"""The embedded series are arch's own, to the last digit."""

from __future__ import annotations

from datetime import date
from math import exp

import arch.data.nasdaq
import arch.data.sp500
import arch.data.vix
import arch.data.wti
import numpy as np
import pytest

from pricing.embedded import (
    EMBEDDED_SYMBOLS,
    embedded_days,
    embedded_history,
    embedded_vix,
    embedded_vix_history,
    risk_free_rate,
)
from pricing.errors import InputError


@pytest.mark.parametrize(("symbol", "source"), [("SPX", arch.data.sp500), ("COMP", arch.data.nasdaq)])
def test_index_history_is_what_arch_loads(symbol: str, source) -> None:
    history, frame = embedded_history(symbol), source.load()
    assert np.array_equal(history.dates, frame.index.to_numpy().astype("datetime64[D]"))
    for name in ("open", "high", "low", "close"):
        assert np.array_equal(getattr(history, name), frame[name.capitalize()].to_numpy())


def test_oil_history_leaves_out_the_holidays_that_arch_has_as_nan() -> None:
    history, frame = embedded_history("WTI"), arch.data.wti.load().dropna()
    assert np.array_equal(history.close, frame.iloc[:, 0].to_numpy())
    assert np.array_equal(history.dates, frame.index.to_numpy().astype("datetime64[D]"))
    assert history.open is None


def test_vix_is_what_arch_loads_per_square_root_of_year() -> None:
    frame = arch.data.vix.load().dropna()
    np.testing.assert_allclose(embedded_vix_history().close, frame["vix"].to_numpy() / 100, rtol=1e-15)
    assert embedded_vix(date(2018, 2, 5)) == 0.3732


@pytest.mark.parametrize("day", [date(2013, 12, 31), date(2014, 7, 4), date(2019, 6, 3)])
def test_a_day_without_vix_has_none(day: date) -> None:
    assert embedded_vix(day) is None


def test_every_sp500_day_from_2014_has_a_vix() -> None:
    assert all(embedded_vix(day) is not None for day in embedded_days() if day >= date(2014, 1, 3))


def test_risk_free_rate_is_that_of_the_month_before() -> None:
    january = 0.0011  # 0.11% in the row 201801 of Fama and French's file
    for day in (date(2018, 2, 1), date(2018, 2, 28)):
        assert exp(risk_free_rate(day) / 12) == pytest.approx(1 + january, rel=1e-14)
    assert risk_free_rate(date(2018, 1, 31)) != risk_free_rate(date(2018, 2, 1))


def test_risk_free_rate_before_the_first_month_is_an_input_error() -> None:
    with pytest.raises(InputError, match="1926-08-01"):
        risk_free_rate(date(1926, 7, 31))


def test_aliases_name_the_same_shared_history_in_any_case() -> None:
    assert all(embedded_history(alias).symbol == name for alias, name in EMBEDDED_SYMBOLS.items())
    assert embedded_history("^gspc").symbol == "SPX"


def test_an_unknown_symbol_is_an_input_error_that_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match="'NDX', expected one of SPX"):
        embedded_history("NDX")


def test_nobody_can_change_the_shared_history() -> None:
    with pytest.raises(ValueError, match="read-only"):
        embedded_history("SPX").close[0] = 1.0


def test_embedded_days_are_the_trading_days_of_twenty_years() -> None:
    days = embedded_days()
    assert (days[0], days[-1], len(days)) == (date(1999, 1, 4), date(2018, 12, 31), 5031)
