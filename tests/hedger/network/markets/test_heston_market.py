"""Heston's smiles on the grid against Fourier inversion and QuantLib, and the market that they move in."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import QuantLib as ql
from hypothesis import given, settings
from hypothesis import strategies as st

from hedger.network.markets.heston import TYPICAL, HestonMarket, dispersed_models
from hedger.network.markets.heston_smile import HestonGrid, root_of_expected_variance
from hedger.network.markets.premium import straddle_premium
from pricing.fourier.model import HestonModel
from pricing.fourier.prices import normalised_prices
from pricing.fourier.smile import implied_deviation

GRID = HestonGrid.of((TYPICAL,), 1.0)
WILD = replace(TYPICAL, mean_reversion=1.0, volatility_of_variance=2.0)  # Buehler et al. 2019
ONE = np.zeros(1, np.int64)


@cache
def wild_grid() -> HestonGrid:
    return HestonGrid.of((WILD,), 1.0)


def exact_volatility(model: HestonModel, variance: float, k: float, years: float) -> float:
    price = normalised_prices(replace(model, initial_variance=variance), np.array([k]), np.array([years]))
    return float(implied_deviation(np.array([k]), price.log_price)[0] / np.sqrt(years))


def error_in_points(grid: HestonGrid, share: float, deviations: float, years: float) -> float:
    model = grid.models[0]
    variance = share**2 * model.long_run_variance
    root = root_of_expected_variance(model.mean_reversion, model.long_run_variance, variance, years)
    k = deviations * float(root)
    found = grid.implied_volatility(ONE, np.array([variance]), np.array([k]), np.array([years]))[0]
    return 100.0 * abs(float(found) - exact_volatility(model, variance, k, years))


@settings(deadline=None, max_examples=300)
@given(st.floats(0.1, 4.0), st.floats(-3.5, 3.5), st.floats(1 / 252, 1.0))
def test_the_grid_is_within_three_hundredths_of_a_vol_point(
    share: float, deviations: float, years: float
) -> None:
    assert error_in_points(GRID, share, deviations, years) < 0.03


@settings(deadline=None, max_examples=100)
@given(st.floats(0.3, 3.0), st.floats(-2.5, 2.5), st.floats(5 / 252, 1.0))
def test_far_from_fellers_condition_it_is_within_a_fifth(
    share: float, deviations: float, years: float
) -> None:
    assert error_in_points(wild_grid(), share, deviations, years) < 0.2


def test_prices_on_the_grid_are_quantlibs() -> None:
    today = ql.Date(2, 1, 2024)
    ql.Settings.instance().evaluationDate = today
    flat = ql.YieldTermStructureHandle(ql.FlatForward(today, 0.0, ql.Actual365Fixed()))
    spot = ql.QuoteHandle(ql.SimpleQuote(1.0))
    process = ql.HestonProcess(flat, flat, spot, 0.03, 5.0, 0.04, 0.6, -0.7)
    engine = ql.AnalyticHestonEngine(ql.HestonModel(process), 1e-10, 100_000)
    for strike, days in ((0.9, 90), (1.0, 30), (1.1, 180)):
        option = ql.VanillaOption(
            ql.PlainVanillaPayoff(ql.Option.Call, strike), ql.EuropeanExercise(today + days)
        )
        option.setPricingEngine(engine)
        years = days / 365
        implied = ql.blackFormulaImpliedStdDev(ql.Option.Call, strike, 1.0, option.NPV()) / np.sqrt(years)
        found = GRID.implied_volatility(ONE, np.array([0.03]), np.log([strike]), np.array([years]))[0]
        assert found == pytest.approx(implied, abs=3e-4)


def test_variance_starts_from_the_gamma_law_that_it_tends_to() -> None:
    paths = HestonMarket(grid=GRID).simulate(40_000, 2, np.random.SeedSequence(1))
    variance = paths.short_volatility[:, 0] ** 2
    spread = 0.04 * 0.6**2 / (2 * 5.0)
    assert variance.mean() == pytest.approx(0.04, abs=4 * np.sqrt(spread / 40_000))
    assert variance.var() == pytest.approx(spread, rel=0.05)
    fixed = HestonMarket(grid=GRID, stationary_start=False).simulate(10, 2, np.random.SeedSequence(1))
    np.testing.assert_allclose(fixed.short_volatility[:, 0], 0.2)


def test_options_earn_nothing_in_a_market_priced_by_its_own_law() -> None:
    paths = HestonMarket(grid=GRID).simulate(60_000, 21, np.random.SeedSequence(4))
    premium = straddle_premium(paths)
    assert abs(premium.gain) < 4 * premium.standard_error
    assert abs(premium.drift) < 4 * premium.drift_error


def test_the_landmark_skew_is_the_smiles_slope_at_the_money() -> None:
    paths = HestonMarket(grid=GRID).simulate(30, 1, np.random.SeedSequence(4))
    years = 21 / 252
    for path in range(0, 30, 10):
        variance = float(paths.short_volatility[path, 0] ** 2)
        slope = (
            exact_volatility(TYPICAL, variance, 1e-3, years)
            - exact_volatility(TYPICAL, variance, -1e-3, years)
        ) / 2e-3
        landmark = paths.skew_correlation[path, 0] * paths.skew_curvature[path, 0] / (2 * np.sqrt(years))
        assert landmark == pytest.approx(slope, rel=0.02)


def test_dispersed_models_begin_with_their_centre_and_stay_lawful() -> None:
    models = dispersed_models(TYPICAL, 20, 0.5, np.random.default_rng(1))
    assert models[0] == TYPICAL
    assert len(set(models)) == 20
    assert all(-1.0 < model.correlation < 1.0 for model in models)
    assert all(model.initial_variance == pytest.approx(model.long_run_variance) for model in models)
    assert dispersed_models(TYPICAL, 2, 0.0, np.random.default_rng(1))[1].correlation == pytest.approx(-0.7)


def test_a_model_without_volatility_of_variance_is_a_flat_market() -> None:
    still = replace(TYPICAL, volatility_of_variance=0.0)
    paths = HestonMarket.of((still,)).simulate(10, 3, np.random.SeedSequence(1))
    assert not paths.vol_of_vol.any()
    np.testing.assert_allclose(paths.implied_volatility(1, [-0.1, 0.0, 0.1], 0.3), 0.2, rtol=1e-6)


@pytest.mark.parametrize(
    ("models", "years", "message"),
    [
        ((), 1.0, "at least one model"),
        ((replace(TYPICAL, mean_reversion=0.0),), 1.0, "reverts"),
        ((replace(TYPICAL, long_run_variance=0.0),), 1.0, "reverts"),
        ((TYPICAL,), 1 / 365, "beyond a day"),
        ((TYPICAL,), np.nan, "beyond a day"),
    ],
)
def test_what_makes_no_market_is_refused(models: tuple[HestonModel, ...], years: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        HestonMarket.of(models, longest_years=years)
