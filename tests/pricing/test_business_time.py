from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from pricing.business_time import BusinessClock
from pricing.time import close_instant, open_instant, year_fraction

THURSDAY, FRIDAY, MONDAY = date(2019, 5, 2), date(2019, 5, 3), date(2019, 5, 6)
PER_YEAR = 252 + 113 * 0.05


def days_between(clock: BusinessClock, *ends: object) -> np.ndarray:
    return clock.business_years([year_fraction(clock.as_of, end) for end in ends]) * PER_YEAR


def test_a_trading_day_is_one_unit_and_a_weekend_adds_its_two_days() -> None:
    clock = BusinessClock(as_of=close_instant(THURSDAY), closed_day_weight=0.05)
    friday, monday = days_between(clock, close_instant(FRIDAY), close_instant(MONDAY))
    assert_allclose([friday, monday], [1.0, 2.1], rtol=1e-12)


def test_a_holiday_weekend_has_three_closed_days() -> None:
    clock = BusinessClock(as_of=close_instant(date(2019, 5, 24)), closed_day_weight=0.05)
    assert_allclose(days_between(clock, close_instant(date(2019, 5, 28))), [1.15], rtol=1e-12)


def test_the_session_carries_its_share_between_open_and_close() -> None:
    clock = BusinessClock(as_of=close_instant(THURSDAY), session_share=0.7)
    at_open, at_close = days_between(clock, open_instant(FRIDAY), close_instant(FRIDAY))
    assert_allclose([at_open, at_close - at_open], [0.3, 0.7], rtol=1e-10)


def test_the_last_minute_of_a_session_is_counted_in_minutes() -> None:
    clock = BusinessClock(as_of=close_instant(FRIDAY) - timedelta(minutes=1), session_share=0.65)
    assert_allclose(days_between(clock, close_instant(FRIDAY)), [0.65 / 390], rtol=1e-9)


def test_over_a_long_time_both_clocks_agree() -> None:
    clock = BusinessClock(as_of=close_instant(FRIDAY))
    assert_allclose(clock.business_years([1.0, 10.0, 20.0]), [1.0, 10.0, 20.0], rtol=0.005)


@given(
    minutes=st.lists(st.integers(min_value=0, max_value=400_000), min_size=2, max_size=30),
    start=st.integers(min_value=0, max_value=20_000),
)
def test_business_time_never_runs_backwards_and_adds_up_along_the_way(minutes: list[int], start: int) -> None:
    as_of = close_instant(THURSDAY) + timedelta(minutes=start)
    clock = BusinessClock(as_of=as_of)
    ends = [as_of + timedelta(minutes=minute) for minute in sorted(minutes)]
    reached = days_between(clock, *ends)
    assert np.all(np.diff(reached) >= -1e-12)
    later = BusinessClock(as_of=ends[0])
    assert_allclose(days_between(later, ends[-1])[0], reached[-1] - reached[0], atol=1e-9)


def test_what_is_past_has_no_business_time_left() -> None:
    assert BusinessClock(as_of=close_instant(FRIDAY)).business_years([-0.5, 0.0]).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("wrong", [{"session_share": 1.2}, {"closed_day_weight": -0.1}])
def test_an_impossible_parameter_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="not"):
        BusinessClock(as_of=close_instant(FRIDAY), **wrong)
