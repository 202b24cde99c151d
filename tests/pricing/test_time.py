from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.option import Settlement
from pricing.time import (
    close_instant,
    exchange_date,
    expiry_instant,
    front_quarterly_expiry,
    is_trading_day,
    next_trading_day,
    third_friday,
    trading_days_between,
    year_fraction,
)

DAYS = st.dates(date(1999, 1, 1), date(2030, 12, 31))


def test_the_close_follows_daylight_saving() -> None:
    assert close_instant(date(2018, 2, 5)) == datetime(2018, 2, 5, 21, tzinfo=UTC)
    assert close_instant(date(2018, 7, 5)) == datetime(2018, 7, 5, 20, tzinfo=UTC)


def test_morning_settlement_is_six_and_a_half_hours_before_afternoon_settlement() -> None:
    day = date(2018, 2, 16)
    assert expiry_instant(day, Settlement.PM) - expiry_instant(day, Settlement.AM) == timedelta(hours=6.5)


def test_years_count_seconds_over_365_days() -> None:
    start = close_instant(date(2018, 2, 5))
    assert year_fraction(start, start + timedelta(days=365)) == 1.0
    assert year_fraction(start, start + timedelta(minutes=1)) == pytest.approx(1.0 / 525_600.0)
    assert year_fraction(start, start - timedelta(days=73)) == pytest.approx(-0.2)


def test_an_evening_in_utc_is_the_same_day_in_new_york() -> None:
    assert exchange_date(datetime(2018, 2, 6, 2, tzinfo=UTC)) == date(2018, 2, 5)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2018, 2, 19), "Washington's Birthday"),
        (date(2018, 3, 30), "Good Friday"),
        (date(2018, 12, 5), "mourning for President Bush"),
        (date(2001, 9, 12), "after the attacks of September 11"),
        (date(2012, 10, 29), "Hurricane Sandy"),
        (date(2018, 2, 17), "a Saturday"),
    ],
)
def test_the_exchange_is_closed_on(day: date, name: str) -> None:
    assert not is_trading_day(day), name


def test_trading_days_are_the_closes_that_lie_ahead() -> None:
    assert trading_days_between(date(2018, 2, 5), date(2018, 2, 5)) == 0
    assert trading_days_between(date(2018, 2, 5), date(2018, 2, 6)) == 1
    assert trading_days_between(date(2018, 2, 16), date(2018, 2, 20)) == 1


@given(start=DAYS, days=st.integers(0, 60))
@settings(deadline=None)
def test_trading_days_are_those_counted_one_at_a_time(start: date, days: int) -> None:
    ahead = (start + timedelta(days=step) for step in range(1, days + 1))
    assert trading_days_between(start, start + timedelta(days=days)) == sum(map(is_trading_day, ahead))


@given(day=DAYS)
@settings(deadline=None)
def test_the_next_trading_day_is_one_trading_day_ahead(day: date) -> None:
    following = next_trading_day(day)
    assert is_trading_day(following)
    assert trading_days_between(day, following) == 1


@given(day=DAYS)
def test_the_third_friday_is_a_friday_in_the_third_week(day: date) -> None:
    friday = third_friday(day.year, day.month)
    assert (friday.weekday(), 15 <= friday.day <= 21) == (4, True)


def test_the_future_rolls_eight_days_before_it_expires() -> None:
    assert front_quarterly_expiry(date(2018, 3, 8)) == date(2018, 3, 16)
    assert front_quarterly_expiry(date(2018, 3, 9)) == date(2018, 6, 15)
    assert front_quarterly_expiry(date(2018, 12, 20)) == date(2019, 3, 15)
