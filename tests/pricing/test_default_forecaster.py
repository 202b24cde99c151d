"""The default forecast: by what there is, from the past alone, explained, and worth what is said of it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.default_forecaster import RANGES, DefaultForecaster, default_models, forecast_volatility
from pricing.embedded import embedded_history, embedded_implied_volatility, embedded_vix_history
from pricing.errors import InputError
from pricing.history import PriceHistory
from pricing.rolling_forecast import roll
from tests.pricing.volatility_histories import first_days, history_of

DAY = date(2018, 2, 5)
HORIZONS = (1, 5, 21, 63, 252)


def sp500(day: date = DAY) -> PriceHistory:
    return embedded_history("SPX").until(day)


@pytest.mark.parametrize(
    ("history", "said"),
    [
        (first_days(embedded_history("SPX"), 100), "sample volatility, since 99 daily returns"),
        (first_days(embedded_history("SPX"), 380), "GJR-GARCH(1,1), Student-t"),
        (
            first_days(embedded_history("SPX"), 900),
            "mean of log-HAR on 1, 5, 10, 22 days of Garman-Klass ranges and GJR",
        ),
        (sp500(), "log-HAR on 1, 5, 10, 22 days of Garman-Klass ranges"),
        (first_days(embedded_history("WTI"), 3_000), "mean of log-HAR on 5, 22, 66 days of closes and GJR"),
    ],
)
def test_the_model_is_what_the_data_allow_and_says_so(history: PriceHistory, said: str) -> None:
    forecast = forecast_volatility(history, horizon_days=HORIZONS, seed=1)
    assert forecast.model.startswith(said)
    assert np.all((forecast.lower > 0.0) & (forecast.lower < forecast.volatility))
    assert np.all(forecast.volatility < forecast.upper)


def test_1750_returns_with_ranges_are_enough_for_one_model() -> None:
    assert default_models(first_days(sp500(), 1_751)) == (RANGES,)
    assert len(default_models(first_days(sp500(), 1_750))) == 2


def test_implied_volatility_counts_where_it_is_recent_and_is_left_out_with_a_reason_where_not() -> None:
    vix = embedded_vix_history()
    with_vix = forecast_volatility(sp500(), horizon_days=HORIZONS, seed=1, implied=vix)
    assert with_vix.model.endswith("and regression on VIX squared through the origin")
    early = forecast_volatility(sp500(date(2014, 3, 3)), horizon_days=HORIZONS, seed=1, implied=vix)
    assert "without implied volatility: expected at least 120 days" in early.model
    old = forecast_volatility(sp500(), horizon_days=HORIZONS, seed=1, implied=vix.until(date(2018, 1, 5)))
    assert "expected an implied volatility at most 5 days older" in old.model


def test_the_future_of_prices_and_of_the_vix_changes_nothing() -> None:
    whole, vix = embedded_history("SPX"), embedded_vix_history()
    later, after = whole.dates > np.datetime64(DAY), vix.dates > np.datetime64(DAY)
    wild = replace(whole, close=np.where(later, 2.0 * whole.close, whole.close))
    wild_vix = replace(vix, close=np.where(after, 2.0, vix.close))
    first = forecast_volatility(sp500(), horizon_days=HORIZONS, seed=1, implied=vix)
    second = forecast_volatility(wild.until(DAY), horizon_days=HORIZONS, seed=1, implied=wild_vix)
    for name in ("volatility", "lower", "upper"):
        assert np.array_equal(getattr(first, name), getattr(second, name))
    assert first.as_of == DAY


def test_the_same_seed_gives_the_same_bits_and_another_another_interval() -> None:
    one, same, other = (forecast_volatility(sp500(), horizon_days=HORIZONS, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.upper, same.upper)
    assert np.array_equal(one.volatility, other.volatility)
    assert not np.array_equal(one.upper, other.upper)


def test_parameters_say_how_it_reverts() -> None:
    forecast = forecast_volatility(sp500(), horizon_days=HORIZONS, seed=1, implied=embedded_vix_history())
    assert 0.9 < forecast.parameters["persistence"] < 1.0
    sample = np.sqrt(252 * np.mean(sp500().log_returns()[-2_000:] ** 2))
    assert forecast.parameters["long_run_volatility"] == pytest.approx(sample, rel=0.1)


def test_prices_that_stand_still_and_too_few_are_input_errors() -> None:
    for returns, expected in ((np.zeros(600), "they are all equal"), (np.full(4, 0.01), "at least 11 days")):
        with pytest.raises(InputError, match=expected):
            forecast_volatility(history_of(returns), horizon_days=(5,), seed=1)


def test_on_the_thousand_dates_its_loss_is_below_that_of_the_best_published() -> None:
    vix = embedded_vix_history()
    rolled = roll(
        DefaultForecaster(implied=vix),
        embedded_history("SPX"),
        first=date(2014, 12, 11),
        last=date(2018, 12, 31),
        horizon_days=(20,),
        implied=vix,
    )
    assert (len(rolled.dates), rolled.dates[-1]) == (1_000, np.datetime64("2018-11-29"))
    assert rolled.losses(20).mean() < 0.36  # references: VIX regression 0.376, log-HAR 0.377


def test_rolling_forecasts_are_those_of_fits_and_updates_to_each_day() -> None:
    history = embedded_history("SPX")
    rolled = roll(
        DefaultForecaster(),
        history,
        first=date(2015, 3, 2),
        last=date(2015, 3, 6),
        horizon_days=(1, 20),
        refit_days=3,
    )
    assert rolled.forecast.shape == rolled.realised.shape == (5, 2)
    fourth = DefaultForecaster().fitted(history.until(date(2015, 3, 5))).variance_path(20)
    np.testing.assert_allclose(rolled.forecast[3], [fourth[0], fourth.mean()], rtol=1e-12)
    ahead = history.log_returns()[np.searchsorted(history.dates, np.datetime64("2015-03-05")) :][:20]
    np.testing.assert_allclose(rolled.realised[3], [ahead[0] ** 2, np.mean(ahead**2)], rtol=1e-12)


def test_rolling_without_an_outcome_is_refused() -> None:
    with pytest.raises(ValueError, match="20 days after it"):
        roll(
            DefaultForecaster(),
            embedded_history("SPX"),
            first=date(2018, 12, 20),
            last=DAY,
            horizon_days=(20,),
        )


def test_the_embedded_vix_is_for_the_index_and_its_years() -> None:
    assert embedded_implied_volatility("^GSPC", DAY) is embedded_vix_history()
    for symbol, day in (("COMP", DAY), ("SPX", date(2013, 12, 31)), ("SPX", date(2019, 2, 1)), ("ACME", DAY)):
        assert embedded_implied_volatility(symbol, day) is None


def test_it_imports_neither_arch_nor_pandas() -> None:
    code = (
        "import sys, pricing.default_forecaster; print([n for n in ('arch', 'pandas') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@settings(deadline=None, max_examples=20)
@given(
    st.sampled_from([11, 251, 399, 401, 600, 1_800]),
    st.sampled_from(["last day", "one day", "mostly still", "heavy tails", "constant", "second half still"]),
    st.floats(-8.0, -1.0),
    st.booleans(),
)
def test_odd_prices_end_in_a_finite_forecast_or_a_sentence(
    days: int, kind: str, exponent: float, ranges: bool
) -> None:
    rng, scale = np.random.default_rng(days), 10.0**exponent
    returns = scale * rng.standard_normal(days)
    if kind == "last day":
        returns[-1] = 1.5
    elif kind == "one day":
        returns[days // 2] = -0.7
    elif kind == "mostly still":
        returns[rng.random(days) < 0.9] = 0.0
    elif kind == "heavy tails":
        returns = np.clip(scale * rng.standard_cauchy(days), -0.2, 0.2)
    elif kind == "constant":
        returns[:] = scale
    else:
        returns[days // 2 :] = 0.0
    history = history_of(returns)
    if ranges:
        width = np.exp(scale * np.abs(rng.standard_normal(days + 1)))
        history = replace(history, open=history.close, high=history.close * width, low=history.close / width)
    forecast = forecast_volatility(history, horizon_days=(1, 20, 252, 600), seed=1, paths=100)
    for values in (forecast.volatility, forecast.upper):
        assert np.all(np.isfinite(values) & (values > 0.0))
    assert np.all(forecast.lower <= forecast.upper)
