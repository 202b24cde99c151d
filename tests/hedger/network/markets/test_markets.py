"""What holds in every market."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from hedger.network.markets.paths import DAYS_PER_YEAR, FORECAST_DAYS, MarketPaths
from pricing.black import black_price
from pricing.engines.european import european_greeks
from tests.hedger.network.markets.models import NAMES, market, simulated

every_market = pytest.mark.parametrize("name", NAMES)


def arrays(paths: MarketPaths) -> dict[str, np.ndarray]:
    every = {field.name: getattr(paths, field.name) for field in fields(paths)}
    return {name: value for name, value in every.items() if isinstance(value, np.ndarray)}


@every_market
def test_arrays_are_contiguous_doubles_of_path_and_step(name: str) -> None:
    paths = simulated(name)
    for field, value in arrays(paths).items():
        assert value.dtype == np.float64
        assert value.flags.c_contiguous
        assert np.all(np.isfinite(value)), field
    assert paths.spot.shape == paths.daily_variance.shape == paths.short_volatility.shape == (20_000, 31)
    assert paths.long_volatility.shape == paths.skew_correlation.shape == paths.skew_curvature.shape
    assert paths.forecast_variance.shape == (20_000, 31, len(FORECAST_DAYS))
    assert paths.vol_of_vol.shape == paths.spot_vol_slope.shape == (20_000,)
    assert paths.steps == 30


@every_market
def test_the_same_seed_gives_the_same_paths_whatever_was_spawned_from_it(name: str) -> None:
    seed = np.random.SeedSequence(9)
    first = arrays(market(name).simulate(50, 4, seed))
    seed.spawn(3)
    again = arrays(market(name).simulate(50, 4, seed))
    other = arrays(market(name).simulate(50, 4, np.random.SeedSequence(10)))
    assert all(np.array_equal(first[field], again[field]) for field in first)
    assert not np.array_equal(first["spot"], other["spot"])


@pytest.mark.parametrize("name", ["gbm", "heston", "garch"])
def test_spot_is_a_martingale_at_every_step(name: str) -> None:
    spot = simulated(name).spot
    error = spot.std(axis=0)[1:] / np.sqrt(len(spot))
    assert np.all(np.abs(spot.mean(axis=0)[1:] - 1.0) < 4 * error)


@every_market
def test_the_forecast_of_a_day_is_the_first_of_its_horizons(name: str) -> None:
    paths = simulated(name)
    np.testing.assert_allclose(paths.forecast_variance[:, :, 0], paths.daily_variance, rtol=1e-9)


@every_market
def test_returns_have_the_variance_that_was_forecast(name: str) -> None:
    paths = simulated(name)
    squares = np.diff(np.log(paths.spot), axis=1) ** 2
    for days, horizon in ((1, 0), (5, 1), (21, 2)):
        difference = squares[:, :days].mean(axis=1) - paths.forecast_variance[:, 0, horizon]
        # A day of history comes with the state that it was lived in, in which its return is not drawn afresh.
        room = 0.1 * squares.mean() if name == "history" else 0.01 * squares.mean()
        assert abs(difference.mean()) < 4.5 * difference.std() / np.sqrt(difference.size) + room


@every_market
def test_option_prices_are_quantlibs_at_the_implied_volatility(name: str) -> None:
    paths = simulated(name)
    rng = np.random.default_rng(3)
    chosen = rng.integers(20_000, size=25)
    strike = rng.uniform(0.85, 1.15, 2)
    years = np.array([0.05, 0.4])
    found = paths.option_prices(7, strike, years, np.array([True, False]))[chosen]
    spot = paths.spot[chosen, 7, None]
    volatility = paths.implied_volatility(7, np.log(strike / paths.spot[:, 7, None]), years)[chosen]
    columns = np.broadcast_arrays(spot, spot, strike, years, volatility, 1.0, np.array([True, False]))
    exact = european_greeks(*(np.ravel(column) for column in columns)).value
    np.testing.assert_allclose(found.ravel(), exact, rtol=1e-12, atol=1e-12)


@every_market
def test_total_variance_grows_with_expiry_and_calls_are_convex_in_strike(name: str) -> None:
    paths = simulated(name)
    root = paths.implied_volatility(15, 0.0, 0.1)[:500]
    deviations = np.linspace(-2.5, 2.5, 41)
    moneyness = np.zeros((20_000, 41))
    moneyness[:500] = deviations * root * np.sqrt(0.1)
    before = np.zeros((500, 41))
    for years in (2 / 252, 0.05, 0.1, 0.2, 0.4):
        volatility = paths.implied_volatility(15, moneyness, years)[:500]
        total = volatility**2 * years
        assert np.all(total > before - 1e-9)
        before = total
    strike = np.exp(moneyness[:500])
    call = black_price(1.0, strike, 0.4, volatility, 1.0, True)
    slope = np.diff(call, axis=1) / np.diff(strike, axis=1)
    assert np.all(slope > -1.0)
    assert np.all(np.diff(slope, axis=1) > -1e-9)


@every_market
def test_odd_questions_to_a_smile_have_stated_answers(name: str) -> None:
    paths = simulated(name)
    now = paths.implied_volatility(0, 0.0, 0.0)
    assert now.shape == (20_000, 1)
    assert np.all(np.isfinite(now))
    assert np.array_equal(now, paths.implied_volatility(0, 0.0, -1.0))
    assert np.all(np.isnan(paths.implied_volatility(0, np.nan, 0.1)))
    far = paths.implied_volatility(0, np.array([-50.0, 50.0]), 0.1)
    assert np.all(np.isfinite(far))


@every_market
def test_one_path_and_no_step_are_a_market_too(name: str) -> None:
    paths = market(name).simulate(1, 0, np.random.SeedSequence(1))
    assert paths.spot.shape == (1, 1)
    assert paths.steps == 0


@pytest.mark.parametrize("name", ["heston", "garch", "history"])
def test_landmarks_are_the_moves_of_the_one_month_volatility(name: str) -> None:
    paths = simulated(name)
    month = 21 / DAYS_PER_YEAR
    change = np.log(paths.implied_volatility(1, 0.0, month) / paths.implied_volatility(0, 0.0, month))[:, 0]
    returns = np.log(paths.spot[:, 1] / paths.spot[:, 0])
    scale = np.sqrt(paths.daily_variance[:, 0])
    expected = np.mean(paths.spot_vol_slope * returns**2 / scale)
    assert np.mean(change * returns / scale) == pytest.approx(expected, rel=0.1)
    assert np.sqrt(np.mean(paths.vol_of_vol**2)) == pytest.approx(change.std() * np.sqrt(252), rel=0.2)


def test_constant_volatility_has_no_volatility_of_volatility() -> None:
    paths = simulated("gbm")
    assert not paths.vol_of_vol.any()
    assert not paths.spot_vol_slope.any()
    assert np.ptp(paths.implied_volatility(5, np.linspace(-0.2, 0.2, 5), 0.3), axis=1).max() < 1e-12
