"""The forecast: arch's own numbers, nothing from the future, and a stated simpler model where it must."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pytest

from pricing.embedded import embedded_history
from pricing.errors import InputError
from pricing.forecast import VolForecast
from pricing.garch import forecast_volatility
from pricing.history import FloatArray, PriceHistory
from pricing.volatility.arch_engine import arch_model
from pricing.volatility.family import GarchFamily
from pricing.volatility.fit import Engine
from pricing.volatility.specification import Specification

DAY = date(2018, 2, 5)
HORIZONS = (1, 5, 21, 63, 252)


@cache
def sp500_forecast(seed: int = 1) -> VolForecast:
    return forecast_volatility(embedded_history("SPX").until(DAY), horizon_days=HORIZONS, seed=seed)


def history_of(returns: FloatArray) -> PriceHistory:
    close = 100.0 * np.exp(np.concatenate([[0.0], np.cumsum(returns)]))
    dates = np.datetime64("2010-01-04", "D") + np.arange(len(close))
    return PriceHistory(symbol="ACME", dates=dates, close=close, origin="acme.csv")


def test_fitted_law_forecasts_what_arch_forecasts() -> None:
    history = embedded_history("SPX").until(DAY)
    returns = 100 * history.log_returns()[-2_000:]
    theirs = arch_model(Specification(), returns).fit(disp="off").forecast(horizon=60, reindex=False)
    ours = GarchFamily(engine=Engine.ARCH).fitted(history).variance_path(60)
    np.testing.assert_allclose(ours, theirs.variance.to_numpy()[0] / 1e4, rtol=1e-9)


def test_the_compiled_forecast_is_that_of_arch() -> None:
    history = embedded_history("SPX").until(DAY)
    theirs = GarchFamily(engine=Engine.ARCH).fitted(history).variance_path(60)
    np.testing.assert_allclose(GarchFamily().fitted(history).variance_path(60), theirs, rtol=2e-3)


def test_later_days_do_not_change_a_forecast() -> None:
    later = embedded_history("SPX").until(date(2018, 6, 29))
    again = forecast_volatility(later.until(DAY), horizon_days=HORIZONS, seed=1)
    assert np.array_equal(again.volatility, sp500_forecast().volatility)
    assert np.array_equal(again.upper, sp500_forecast().upper)
    assert again.as_of == DAY


def test_the_same_seed_gives_the_same_bits_and_another_seed_another_interval() -> None:
    again = forecast_volatility(embedded_history("SPX").until(DAY), horizon_days=HORIZONS, seed=1)
    assert np.array_equal(again.lower, sp500_forecast().lower)
    assert not np.array_equal(sp500_forecast(2).lower, again.lower)
    assert np.array_equal(sp500_forecast(2).volatility, again.volatility)


def test_interval_holds_the_forecast_and_narrows_with_the_horizon() -> None:
    forecast = sp500_forecast()
    assert np.all((forecast.lower < forecast.volatility) & (forecast.volatility < forecast.upper))
    width = np.log(forecast.upper / forecast.lower)
    assert width[-1] < width[0]


def test_long_run_volatility_is_that_of_the_sample() -> None:
    returns = embedded_history("SPX").until(DAY).log_returns()[-2_000:]
    sample = np.sqrt(252 * np.mean(returns**2))
    assert sp500_forecast().parameters["long_run_volatility"] == pytest.approx(sample, rel=1e-9)


def test_interval_covers_nine_of_ten_realised_volatilities_of_its_own_law() -> None:
    rng = np.random.default_rng(5)
    history = history_of(0.01 * rng.standard_normal(1_500))
    forecast = forecast_volatility(history, horizon_days=(21,), seed=1)
    realised = 0.16 * np.sqrt(rng.chisquare(21, 4_000) / 21)
    inside = np.mean((realised > forecast.lower[0]) & (realised < forecast.upper[0]))
    assert 0.8 < inside < 0.97


def test_forecast_does_not_change_with_the_unit_of_the_price() -> None:
    history = embedded_history("SPX").until(DAY)
    cents = PriceHistory(symbol="SPX", dates=history.dates, close=1024 * history.close)
    again = forecast_volatility(cents, horizon_days=HORIZONS, seed=1)
    np.testing.assert_allclose(again.volatility, sp500_forecast().volatility, rtol=1e-4)


def test_a_short_history_gets_its_sample_volatility_and_says_so() -> None:
    returns = 0.01 * np.random.default_rng(4).standard_normal(100)
    forecast = forecast_volatility(history_of(returns), horizon_days=(1, 21), seed=1)
    assert forecast.model.startswith("sample volatility, since 100 daily returns")
    np.testing.assert_allclose(forecast.volatility, np.sqrt(252 * np.mean(returns**2)))


def test_interval_of_the_sample_volatility_has_the_coverage_that_it_states() -> None:
    rng = np.random.default_rng(6)
    covered = []
    for _ in range(400):
        returns = 0.01 * rng.standard_normal(120)
        forecast = forecast_volatility(history_of(returns[:99]), horizon_days=(21,), seed=0)
        realised = np.sqrt(252 * np.mean(returns[99:] ** 2))
        covered.append(forecast.lower[0] < realised < forecast.upper[0])
    assert np.mean(covered) == pytest.approx(0.9, abs=0.05)


def test_an_exploding_fit_falls_back_and_says_so() -> None:
    rng = np.random.default_rng(1)
    returns = 0.002 * np.exp(np.cumsum(0.1 * rng.standard_normal(1_500))) * rng.standard_normal(1_500)
    forecast = forecast_volatility(history_of(np.clip(returns, -1, 1)), horizon_days=HORIZONS, seed=1)
    assert forecast.model.startswith("exponentially weighted variance, decay 0.94, since the GJR-GARCH fit ")
    assert "would explode" in forecast.model
    assert np.allclose(forecast.volatility, forecast.volatility[0])
    assert all(np.isfinite(value) for value in forecast.parameters.values())
    assert np.all((forecast.lower < forecast.volatility) & (forecast.volatility < forecast.upper))


def test_returns_without_a_variance_fall_back_and_say_so() -> None:
    returns = np.clip(0.01 * np.random.default_rng(0).standard_cauchy(600), -5, 5)
    forecast = forecast_volatility(history_of(returns), horizon_days=(1, 21), seed=1)
    assert "hardly of finite variance" in forecast.model
    assert forecast.volatility[-1] < forecast.upper[-1]


def test_volatility_that_trends_upward_does_not_explode() -> None:
    rng = np.random.default_rng(8)
    returns = 0.002 * np.exp(np.linspace(0, 4, 1_000)) * rng.standard_normal(1_000)
    forecast = forecast_volatility(history_of(returns), horizon_days=(1, 252), seed=1)
    assert np.all(np.isfinite(forecast.upper))
    assert forecast.upper[-1] < 20 * forecast.volatility[-1]


@pytest.mark.parametrize("move", [0.0, 1e-9])
def test_hardly_moving_prices_end_in_a_forecast_or_a_sentence(move: float) -> None:
    history = history_of(move * np.random.default_rng(1).standard_normal(300))
    if move == 0.0:
        with pytest.raises(InputError, match=r"acme\.csv, column 'close': expected prices that move"):
            forecast_volatility(history, horizon_days=(5,), seed=1)
    else:
        assert forecast_volatility(history, horizon_days=(5,), seed=1).volatility[0] < 1e-6


def test_too_few_days_are_an_input_error() -> None:
    with pytest.raises(InputError, match="found '5 days', expected at least 11 days"):
        forecast_volatility(history_of(np.full(4, 0.01)), horizon_days=(5,), seed=1)


@pytest.mark.parametrize("horizons", [(), (0,), (5, 5), (2, 1), (1.5,)])
def test_horizons_that_are_no_trading_days_are_refused(horizons: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="whole trading days"):
        forecast_volatility(embedded_history("SPX"), horizon_days=horizons, seed=1)  # type: ignore[arg-type]
