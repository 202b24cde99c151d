"""Realised on implied variance: the stated equations, only on outcomes that were known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from pricing.embedded import embedded_history, embedded_vix_history
from pricing.errors import InputError
from pricing.history import PriceHistory
from pricing.implied_combination import FittedWithImplied
from pricing.implied_regression import FittedImplied, ImpliedForm, ImpliedRegression, with_surface
from pricing.realized import daily_variance
from pricing.sample_volatility import FittedSample
from pricing.surface.atm import surface_from_atm
from pricing.volatility_model import DayMove

DAY = date(2016, 6, 30)


def history() -> PriceHistory:
    return embedded_history("SPX").until(DAY)


def fitted(form: ImpliedForm = ImpliedForm.RATIO) -> FittedImplied:
    return ImpliedRegression(implied=embedded_vix_history(), form=form).fitted(history())


def pairs() -> tuple[np.ndarray, np.ndarray]:
    """Implied variance a day and the mean realised over the 21 days after, day by day."""
    variance, _ = daily_variance(history())
    vix = dict(zip(embedded_vix_history().dates.tolist(), embedded_vix_history().close, strict=True))
    found = [
        (vix[day] ** 2 / 252, variance[at : at + 21].mean())
        for at, day in enumerate(history().dates.tolist())
        if day in vix and at + 21 <= len(variance)
    ]
    implied, realised = np.array(found).T
    return implied, realised


def test_through_the_origin_the_slope_is_the_ratio_of_the_sums() -> None:
    implied, realised = pairs()
    assert fitted().observations == len(implied)
    assert fitted().equation == pytest.approx((0.0, realised.sum() / implied.sum()), rel=1e-10)


def test_with_a_constant_it_is_least_squares() -> None:
    implied, realised = pairs()
    slope, constant = np.polyfit(implied, realised, 1)
    assert fitted(ImpliedForm.LEVEL).equation == pytest.approx((constant, slope), rel=1e-6)


def test_in_logs_the_mean_of_what_it_says_is_moved_by_the_mean_of_its_errors() -> None:
    implied, realised = pairs()
    slope, constant = np.polyfit(np.log(implied), np.log(realised), 1)
    smear = np.mean(realised / np.exp(constant + slope * np.log(implied)))
    assert fitted(ImpliedForm.LOG).equation == pytest.approx((constant + np.log(smear), slope), rel=1e-6)


def test_what_comes_after_the_last_day_changes_nothing() -> None:
    vix = embedded_vix_history()
    after = vix.dates > np.datetime64(DAY)
    changed = replace(vix, close=np.where(after, 9.0, vix.close))
    assert ImpliedRegression(implied=changed).fitted(history()).equation == fitted().equation


@pytest.mark.parametrize("form", list(ImpliedForm))
def test_forecast_rises_with_the_implied_volatility_and_is_never_negative(form: ImpliedForm) -> None:
    levels = [
        fitted(form).updated(DayMove(log_return=0.0, implied_volatility=each)).variance_path(21)[0]
        for each in (0.01, 0.1, 0.2, 0.8)
    ]
    assert 0.0 < levels[0] < levels[1] < levels[2] < levels[3]


def test_beyond_the_month_it_reverts_to_the_mean_of_the_sample() -> None:
    path = replace(fitted(), implied_variance=0.6**2 / 252).variance_path(2_000)
    assert np.all(path[:21] == path[0])
    assert np.all(np.diff(path[20:]) <= 0.0)
    assert path[-1] == pytest.approx(fitted().long_run, rel=1e-3)


def test_a_new_day_needs_its_implied_volatility() -> None:
    with pytest.raises(ValueError, match="needs the implied volatility"):
        fitted().updated(DayMove(log_return=0.0))


def test_it_has_no_law_of_single_days() -> None:
    assert fitted().simulated_sums(5, paths=10, rng=np.random.default_rng(0)) is None


def test_few_days_old_values_and_nonsense_are_input_errors() -> None:
    vix = embedded_vix_history()
    with pytest.raises(InputError, match="found '81 days', expected at least 120 days"):
        ImpliedRegression(implied=vix).fitted(embedded_history("SPX").until(date(2014, 5, 30)))
    with pytest.raises(InputError, match="at most 5 days older than 2016-06-30"):
        ImpliedRegression(implied=vix.until(DAY - timedelta(days=9))).fitted(history())
    with pytest.raises(InputError, match="positive volatilities"):
        ImpliedRegression(implied=replace(vix, close=0.0 * vix.close)).fitted(history())


def test_a_value_of_the_days_before_is_said() -> None:
    vix = embedded_vix_history().until(DAY - timedelta(days=2))
    assert "2016-06-28" in ImpliedRegression(implied=vix).fitted(history()).note


def test_a_surface_continues_the_series_with_its_variance_swap_rate() -> None:
    surface = surface_from_atm([30 / 365], [0.3], description="")
    series = with_surface(embedded_vix_history(), surface, DAY)
    assert series.dates[-1] == np.datetime64(DAY)
    assert series.close[-1] > 0.3
    assert len(series.dates) == len(embedded_vix_history().until(DAY).dates)


def test_together_with_a_model_it_counts_for_half_of_its_month_and_fades() -> None:
    own = FittedSample(observations=2_000, variance=1e-4)
    both = FittedWithImplied(own=own, implied=replace(fitted(), implied_variance=4e-4, equation=(0.0, 1.0)))
    path = both.variance_path(400)
    np.testing.assert_allclose(path[:21], 2.5e-4)
    assert path[21:] == pytest.approx(1e-4)  # the sample has no persistence
    assert np.array_equal(both.variance_path(5), path[:5])
    assert both.simulated_sums(5, paths=3, rng=np.random.default_rng(0)) is None
    assert both.name == "mean of sample volatility and regression on VIX squared through the origin"
