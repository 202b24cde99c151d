"""Adaptive schedules: volume followed as it comes, bounds kept, and the end met."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.schedules.pov import Pov
from execution.schedules.schedule import AdaptiveSchedule, WorkState, slice_by_slice
from execution.schedules.twap import Twap
from execution.schedules.volume import VolumeCurve, VolumeForecast, usual_curve
from execution.schedules.vwap import Vwap, VwapRealised
from tests.contracts.adaptive_schedule import ADAPTIVE_SCHEDULE_PROMISES, worked
from tests.contracts.schedule import SCHEDULE_PROMISES

U_SHAPE = VolumeCurve(volume=(3.0, 1.0, 1.0, 2.0))
FORECAST = VolumeForecast(curve=U_SHAPE, expected=7_000.0)
TENTH = Pov(minimum=0.1, maximum=0.1, catch_up=0.0)
HALFWAY = WorkState(slice_index=5, slices=10, quantity=600, filled=100, market_volume=4_100)


@pytest.mark.parametrize(
    "schedule",
    [
        VwapRealised(),
        VwapRealised(forecast=FORECAST),
        replace(TENTH, catch_up=0.1),
        Pov(minimum=0.0, maximum=0.5, of_others=True, catch_up=1e-9, forecast=FORECAST),
    ],
    ids=["vwap-blind", "vwap-forecast", "pov", "pov-in-time"],
)
@pytest.mark.parametrize("check_promise", ADAPTIVE_SCHEDULE_PROMISES)
def test_every_adaptive_schedule_keeps_the_promise(
    schedule: AdaptiveSchedule, check_promise: Callable[[AdaptiveSchedule], None]
) -> None:
    check_promise(schedule)


@pytest.mark.parametrize("check_promise", SCHEDULE_PROMISES)
def test_vwap_of_a_usual_curve_keeps_a_static_schedule_s_promise(
    check_promise: Callable[[Vwap], None],
) -> None:
    check_promise(Vwap(curve=U_SHAPE))


def test_a_static_schedule_slice_by_slice_is_its_plan() -> None:
    adapted = slice_by_slice(Twap(), 977, 13)
    wanted = [want for _, want in worked(adapted, 977, 1, [5] * 13)]
    assert wanted == Twap().plan(977, 13).cumsum().tolist()
    assert slice_by_slice(adapted, 977, 13) is adapted


def test_vwap_trades_the_usual_share_of_each_slice() -> None:
    assert Vwap(curve=U_SHAPE).plan(70, 4).tolist() == [30, 10, 10, 20]
    assert Vwap(curve=VolumeCurve()).plan(70, 7).tolist() == Twap().plan(70, 7).tolist()


def test_realised_vwap_in_a_usual_day_is_vwap() -> None:
    usual = [3000, 1000, 1000, 2000]
    wanted = [want for _, want in worked(VwapRealised(forecast=FORECAST), 70, 1, usual)]
    assert wanted == Vwap(curve=U_SHAPE).plan(70, 4).cumsum().tolist()


def test_realised_vwap_hurries_when_volume_comes_early() -> None:
    state = replace(HALFWAY, quantity=1000)
    busy = VwapRealised().wanted(replace(state, market_volume=9_000))
    assert busy == VwapRealised().wanted(state) == 600  # by pace alone, only the curve's shape counts
    known = VwapRealised(forecast=VolumeForecast(expected=8_000.0))
    quiet, busy = (known.wanted(replace(state, market_volume=volume)) for volume in (1_000, 9_000))
    assert quiet < 600 < busy


@settings(deadline=None, max_examples=40)
@given(volume=st.lists(st.integers(1, 10**6), min_size=2, max_size=30))
def test_realised_vwap_that_knew_the_day_would_have_its_average_price(volume: list[int]) -> None:
    known = VolumeForecast(curve=VolumeCurve(volume=tuple(map(float, volume))), expected=float(sum(volume)))
    wanted = [want for _, want in worked(VwapRealised(forecast=known), 10**7, 1, volume)]
    share = np.cumsum(volume) / sum(volume)
    np.testing.assert_allclose(np.array(wanted) / 10**7, share, atol=1e-7)


def test_pov_is_its_share_of_everybody_s_volume_or_of_the_others() -> None:
    steady = [9_000] * 50
    for schedule, share in ((TENTH, 1 / 9), (replace(TENTH, of_others=True), 0.1)):
        states = worked(schedule, 10**6, 1, steady)
        others = np.array([state.others_volume for state, _ in states])
        filled = np.array([state.filled for state, _ in states])
        np.testing.assert_allclose(filled[2:], share * others[2:], atol=share * 9_000 + 1)


def test_pov_with_a_right_forecast_is_exactly_in_step() -> None:
    known = replace(TENTH, forecast=VolumeForecast(expected=90_000.0))
    wanted = [want for _, want in worked(known, 10**6, 1, [9_000] * 10)]
    assert wanted == [1_000 * k for k in range(1, 11)]


def test_pov_without_catching_up_leaves_what_the_volume_does_not_allow() -> None:
    thin = [900] * 10
    assert worked(TENTH, 5_000, 1, thin)[-1][1] == 1_000
    assert worked(replace(TENTH, catch_up=0.1), 5_000, 1, thin)[-1][1] == 5_000


def test_catching_up_spreads_the_rest_evenly_over_the_last_part() -> None:
    still = [want for _, want in worked(replace(TENTH, catch_up=0.4), 400, 1, [0] * 10)]
    assert still == [0] * 6 + [100, 200, 300, 400]


def test_between_its_bounds_pov_finishes_on_time_and_no_earlier() -> None:
    flexible = Pov(minimum=0.01, maximum=0.5, catch_up=0.0, forecast=VolumeForecast(expected=90_000.0))
    wanted = [want for _, want in worked(flexible, 10_000, 1, [9_000] * 10)]
    assert wanted == [1_000 * k for k in range(1, 11)]


@settings(deadline=None, max_examples=60)
@given(volume=st.lists(st.integers(0, 10**6), min_size=1, max_size=30), lots=st.integers(0, 10**6))
def test_pov_never_wants_more_than_its_maximum_of_the_volume_it_forecasts(
    volume: list[int], lots: int
) -> None:
    flexible = Pov(minimum=0.0, maximum=0.2, catch_up=0.0, forecast=FORECAST)
    for state, wanted in worked(flexible, lots, 1, volume):
        others = flexible.forecast.until(state, state.elapsed_after)
        assert wanted <= 0.25 * others + 0.5


@pytest.mark.parametrize(
    "wrong",
    [
        {"minimum": -0.1, "maximum": 0.1},
        {"minimum": 0.2, "maximum": 0.1},
        {"minimum": 0.0, "maximum": 0.0},
        {"minimum": 0.5, "maximum": 1.0},
        {"minimum": math.nan, "maximum": 0.1},
        {"minimum": 0.1, "maximum": math.inf, "of_others": True},
        {"minimum": 0.1, "maximum": 0.1, "catch_up": 1.1},
        {"minimum": 0.1, "maximum": 0.1, "catch_up": math.nan},
    ],
)
def test_a_participation_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"participation|catch up"):
        Pov(**wrong)  # type: ignore[arg-type]


def test_the_pace_is_the_gamma_poisson_mean() -> None:
    # Halfway through an even 8,000 expected, 4,000 came: the forecast stands. Twice that: (0.25 + 1) / 0.75.
    forecast = VolumeForecast(expected=8_000.0)
    assert forecast.total(HALFWAY) == pytest.approx(8_000.0)
    assert forecast.total(replace(HALFWAY, market_volume=8_100)) == pytest.approx(8_000 * 1.25 / 0.75)


def test_an_own_fill_is_no_volume_of_the_others() -> None:
    assert HALFWAY.others_volume == 4_000
    assert replace(HALFWAY, market_volume=50).others_volume == 0


def test_a_usual_curve_counts_each_day_the_same_and_skips_silent_ones() -> None:
    days = np.array([[1.0, 1.0, 2.0], [300.0, 100.0, 0.0], [0.0, 0.0, 0.0]])
    np.testing.assert_allclose(usual_curve(days).volume, [0.5, 0.25, 0.25])


@pytest.mark.parametrize(
    "wrong", [[[0.0, 0.0]], [[1.0, -1.0]], [[math.nan, 1.0]], [1.0, 2.0], np.zeros((0, 3))]
)
def test_volumes_that_have_no_shape_are_refused(wrong: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="volume"):
        usual_curve(np.array(wrong))


@pytest.mark.parametrize("volume", [(), (0.0, 0.0), (1.0, -1.0), (math.inf,), (math.nan, 1.0)])
def test_a_curve_that_is_none_is_refused(volume: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="volumes are"):
        VolumeCurve(volume=volume)


def test_a_forecast_that_is_none_is_refused() -> None:
    for expected in (-1.0, math.inf, math.nan):
        with pytest.raises(ValueError, match="expected volume"):
            VolumeForecast(expected=expected)
