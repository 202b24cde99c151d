"""Log-HAR: equal to its obvious twin, blind to the future, the same when updated as when refiltered."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.embedded import embedded_history
from pricing.errors import InputError
from pricing.har import FittedHar, LogHar
from pricing.har_features import feature_rows, moving_mean
from pricing.har_regression import cross_fitted_means, equations
from pricing.history import PriceHistory
from pricing.realized import daily_variance
from pricing.volatility_model import DayMove, last_move
from tests.pricing.volatility_histories import first_days, history_of
from tests.twins.har import slow_forecast

CLOSES = LogHar(leads=(5, 22, 66), downside_only=True, window=None)


@cache
def sp500(days: int = 4_000) -> PriceHistory:
    return first_days(embedded_history("SPX"), days)


@cache
def fitted(days: int = 4_000) -> FittedHar:
    return LogHar().fitted(sp500(days))


@pytest.mark.parametrize("horizon", [1, 5, 10, 20])
def test_direct_horizons_are_those_of_the_slow_twin(horizon: int) -> None:
    twin = slow_forecast(sp500(), horizon=horizon, leads=(1, 5, 10, 22), leverage=(1, 5, 22), window=2_000)
    means = np.cumsum(fitted().variance_path(250)) / np.arange(1, 251)
    assert means[horizon - 1] == pytest.approx(twin, rel=1e-8)


def test_closes_alone_are_those_of_the_slow_twin() -> None:
    history = first_days(embedded_history("WTI"), 3_000)
    twin = slow_forecast(
        history, horizon=20, leads=(5, 22, 66), leverage=(1, 5, 22), window=None, downside_only=True
    )
    assert CLOSES.fitted(history).variance_path(20).mean() == pytest.approx(twin, rel=1e-8)


def test_an_updated_fit_is_the_fit_of_its_parameters_to_the_longer_history() -> None:
    moved = fitted().updated(last_move(sp500(4_001)))
    whole = LogHar().fitted(sp500(4_001))
    same = replace(
        whole,
        coefficients=moved.coefficients,
        bounds=moved.bounds,
        floor=moved.floor,
        long_run=moved.long_run,
    )
    # The scale to close-to-close stays that of the fit; one more day hardly moves it.
    np.testing.assert_allclose(moved.variance_path(60), same.variance_path(60), rtol=1e-2)
    np.testing.assert_allclose(moved.recent.log_return, whole.recent.log_return, atol=1e-14)


def test_prices_after_the_last_day_change_nothing() -> None:
    history = sp500(4_200)
    wild = replace(history, close=np.where(np.arange(4_200) < 4_000, history.close, 3 * history.close))
    day = history.dates[3_999].item()
    again = LogHar().fitted(wild.until(day))
    assert np.array_equal(again.variance_path(250), fitted().variance_path(250))


@settings(deadline=None, max_examples=40)
@given(st.floats(-0.4, 0.4), st.floats(0.0, 0.3), st.floats(0.0, 0.3), st.integers(1, 400))
def test_forecasts_are_positive_and_finite_after_any_day(
    move: float, above: float, below: float, days: int
) -> None:
    high, low = max(move, 0.0) + above, min(move, 0.0) - below
    path = (
        fitted()
        .updated(DayMove(log_return=move, log_open=0.0, log_high=high, log_low=low))
        .variance_path(days)
    )
    assert path.shape == (days,)
    assert np.all(np.isfinite(path) & (path > 0.0))
    assert np.sqrt(252 * path.max()) < 20.0


def test_a_larger_day_raises_the_forecast_and_a_fall_raises_it_more() -> None:
    def month(move: float, width: float) -> float:
        day = DayMove(
            log_return=move, log_open=0.0, log_high=max(move, 0) + width, log_low=min(move, 0) - width
        )
        return float(fitted().updated(day).variance_path(20).mean())

    assert month(0.0, 0.001) < month(0.0, 0.01) < month(0.0, 0.03)
    assert month(0.02, 0.005) < month(-0.02, 0.005)


def test_far_horizons_revert() -> None:
    calm, wild = fitted(), fitted()
    for _ in range(22):
        wild = wild.updated(DayMove(log_return=-0.03, log_open=0.0, log_high=0.0, log_low=-0.03))
    near, far = (wild.variance_path(250)[at] / calm.variance_path(250)[at] for at in (0, 249))
    assert 1.0 < far < near
    assert 0.9 < wild.persistence < 0.9995


def test_a_new_day_without_its_range_is_refused_where_one_was_fitted() -> None:
    with pytest.raises(ValueError, match="open, high and low"):
        fitted().updated(DayMove(log_return=0.01))


def test_simulated_sums_grow_keep_their_mean_and_come_from_the_seed() -> None:
    sums = fitted().simulated_sums(250, paths=2_000, rng=np.random.default_rng(3))
    again = fitted().simulated_sums(250, paths=2_000, rng=np.random.default_rng(3))
    assert sums is not None
    assert np.array_equal(sums, again)
    assert np.all(np.diff(sums, axis=1) >= 0.0)
    mean = np.cumsum(fitted().variance_path(250))
    horizons = np.array([1, 5, 20, 60, 250]) - 1
    np.testing.assert_allclose(sums.mean(axis=0)[horizons], mean[horizons], rtol=1e-9)


def test_simulation_goes_beyond_the_sample_by_further_sequels() -> None:
    short = LogHar().fitted(sp500(500))
    sums = short.simulated_sums(700, paths=50, rng=np.random.default_rng(0))
    assert sums is not None
    assert sums.shape == (50, 700)
    assert np.all(np.isfinite(sums))


def test_cross_fitted_forecasts_are_worse_than_fitted_ones_on_the_same_days() -> None:
    variance, _ = daily_variance(sp500())
    floor = 1e-3 * float(variance.mean())
    rows = feature_rows(variance, sp500().log_returns(), LogHar(), floor=floor)
    past = variance[-len(rows) :]
    inside = np.exp(rows @ equations(rows, past, floor).T)
    outside = cross_fitted_means(rows, past, floor)
    ahead = moving_mean(past[1:], 20)
    errors = [np.var(np.log(ahead / means[: len(ahead), 3])) for means in (inside, outside)]
    assert errors[0] < errors[1] < 1.5 * errors[0]


def test_moving_mean_is_the_mean_of_each_run() -> None:
    daily = np.random.default_rng(0).exponential(size=300)
    for span in (1, 5, 22, 23, 250, 300):
        twin = [np.mean(daily[at : at + span]) for at in range(300 - span + 1)]
        np.testing.assert_allclose(moving_mean(daily, span), twin, rtol=1e-12)


def test_days_that_do_not_move_are_no_trouble() -> None:
    returns = 0.01 * np.random.default_rng(2).standard_normal(900)
    returns[::3] = 0.0
    path = CLOSES.fitted(history_of(returns)).variance_path(60)
    assert np.sqrt(252 * path.mean()) == pytest.approx(0.01 * np.sqrt(252 * 2 / 3), rel=0.3)


def test_constant_volatility_is_forecast_as_it_is() -> None:
    returns = 0.01 * np.random.default_rng(9).standard_normal(3_000)
    path = CLOSES.fitted(history_of(returns)).variance_path(250)
    assert np.sqrt(path.mean()) == pytest.approx(0.01, rel=0.06)


def test_too_few_days_and_prices_that_stand_still_are_input_errors() -> None:
    with pytest.raises(InputError, match="found '100 days', expected at least"):
        LogHar().fitted(sp500(100))
    with pytest.raises(InputError, match="they are all equal"):
        CLOSES.fitted(history_of(np.zeros(900)))


@pytest.mark.parametrize(
    ("name", "value"), [("close", np.nan), ("high", np.inf), ("low", 0.0), ("open", -1.0)]
)
def test_a_price_that_is_none_is_an_input_error_with_its_day(name: str, value: float) -> None:
    column = getattr(sp500(), name).copy()
    column[3_700] = value
    day = sp500().dates[3_700]
    with pytest.raises(InputError, match=f"column '{name}': found '{value} on {day}', expected a positive"):
        LogHar().fitted(replace(sp500(), **{name: column}))
