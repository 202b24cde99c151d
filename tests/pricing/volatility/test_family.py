"""The family as volatility models: fallbacks said, updates equal refilters, forecasts from the right law."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product

import numpy as np
import pytest

from pricing.embedded import embedded_history
from pricing.errors import InputError
from pricing.history import FloatArray, PriceHistory
from pricing.sample_volatility import FittedSample
from pricing.volatility.ewma import WeightedVariance
from pricing.volatility.family import GarchFamily, trouble_of
from pricing.volatility.fit import evaluated
from pricing.volatility.fitted import FittedLaw
from pricing.volatility.sample import ReturnSample
from pricing.volatility.specification import Innovation, Recursion, Specification
from pricing.volatility.uncertainty import UncertainGarch
from pricing.volatility_model import DayMove, forecast_from, last_move

SP500 = embedded_history("SPX")
MODELS = [
    GarchFamily(specification=Specification(recursion=recursion, innovation=innovation, constant_mean=mean))
    for recursion, innovation, mean in product(Recursion, Innovation, (False, True))
]


def history_of(returns: FloatArray) -> PriceHistory:
    close = 100.0 * np.exp(np.concatenate([[0.0], np.cumsum(returns)]))
    dates = np.datetime64("2010-01-04", "D") + np.arange(len(close))
    return PriceHistory(symbol="ACME", dates=dates, close=close, origin="acme.csv")


def first(days: int) -> PriceHistory:
    return SP500.until(SP500.dates[days].item())


def fitted_law(model: GarchFamily, history: PriceHistory) -> FittedLaw:
    fitted = model.fitted(history)
    assert isinstance(fitted, FittedLaw)
    assert fitted.fit is not None
    return fitted


@pytest.mark.parametrize("model", MODELS, ids=lambda each: each.name)
def test_an_update_equals_refiltering_with_the_same_parameters(model: GarchFamily) -> None:
    fitted = fitted_law(model, first(1_500))
    returns = 100 * SP500.log_returns()[:1_520]
    for move in returns[1_500:]:
        fitted = fitted.updated(DayMove(log_return=move / 100))
    assert fitted.fit is not None
    sample = ReturnSample.of(returns, constant_mean=model.specification.constant_mean)
    sample = replace(sample, backcast=fitted.fit.sample.backcast)
    again = evaluated(model.specification, sample, fitted.fit.parameters)
    assert fitted.next_variance == pytest.approx(again.variance[-1], rel=1e-9)


def test_an_update_of_the_weighted_variance_equals_the_longer_history() -> None:
    model = WeightedVariance(maximum_returns=5_000)
    updated = model.fitted(first(1_500)).updated(last_move(first(1_501)))
    assert updated.next_variance == pytest.approx(model.fitted(first(1_501)).next_variance, rel=1e-12)


def test_the_weighted_variance_is_that_of_arch() -> None:
    from arch.univariate import EWMAVariance, ZeroMean

    returns = 100 * SP500.log_returns()[:1_500]
    theirs = ZeroMean(returns, volatility=EWMAVariance(0.94), rescale=False).fit(disp="off")
    variance = theirs.forecast(horizon=1, reindex=False).variance.to_numpy()[0, 0]
    assert WeightedVariance().fitted(first(1_500)).next_variance == pytest.approx(variance, rel=1e-12)


def test_the_fitted_decay_is_likelier_than_its_neighbours() -> None:
    fitted = WeightedVariance(decay=None).fitted(first(2_000))
    assert 0.9 < fitted.parameters["beta"] < 0.99
    assert "fitted to 0.9" in fitted.name
    with pytest.raises(ValueError, match="between 0 and 1"):
        WeightedVariance(decay=1.0)


def test_the_weighted_variance_forecasts_the_same_at_every_horizon() -> None:
    path = WeightedVariance().fitted(first(2_000)).variance_path(30)
    np.testing.assert_allclose(path, path[0])


def test_a_skewed_law_that_explodes_by_its_loss_share_is_caught() -> None:
    """The S&P 500 to 2018-02-05: arch, which takes half of the variance for losses', calls it stationary."""
    skewed = GarchFamily(specification=Specification(innovation=Innovation.SKEWED_T))
    fitted = skewed.fitted(SP500.until(np.datetime64("2018-02-05").item()))
    assert fitted.note.startswith("since the GJR-GARCH fit has a persistence of 1.0")
    assert fitted.note.endswith("and would explode")


def test_tails_without_variance_and_absurd_levels_are_trouble() -> None:
    fitted = fitted_law(GarchFamily(), first(2_000))
    assert fitted.fit is not None
    assert trouble_of(fitted.fit, fitted) is None
    heavy = replace(fitted.fit, parameters=np.array([0, 0.02, 0.02, 0.1, 0.9, 2.06, 0.0]))
    assert trouble_of(heavy, fitted) == "has tails of 2.06 degrees of freedom, hardly of finite variance"
    absurd = replace(fitted, law=replace(fitted.law, omega=100.0))
    assert "times the sample's volatility" in str(trouble_of(fitted.fit, absurd))
    lost = replace(fitted.fit, converged=False)
    assert trouble_of(lost, fitted) == "did not converge"
    unbounded = replace(fitted, next_variance=np.inf)
    assert trouble_of(fitted.fit, unbounded) == "did not converge"


def test_an_egarch_whose_mean_overflows_is_replaced() -> None:
    model = GarchFamily(specification=Specification(recursion=Recursion.EGARCH))
    fitted = fitted_law(model, first(2_000))
    assert fitted.fit is not None
    wild = replace(fitted, law=replace(fitted.law, alpha=3.0, beta=0.99))
    assert "times the sample's volatility" in str(trouble_of(fitted.fit, wild))


def test_a_short_history_has_the_sample_volatility_and_its_update() -> None:
    returns = 0.01 * np.random.default_rng(1).standard_normal(101)
    fitted = GarchFamily().fitted(history_of(returns[:100]))
    assert isinstance(fitted, FittedSample)
    updated = fitted.updated(DayMove(log_return=float(returns[100])))
    assert updated.variance_path(2)[1] == pytest.approx(np.mean(returns**2))
    assert updated.observations == 101
    assert updated.simulated_sums(5, paths=10, rng=np.random.default_rng(1)) is None


ODD_RETURNS = {
    "steady growth": np.full(300, 1e-4),
    "one jump": np.concatenate([np.zeros(150), [0.1], np.zeros(150)]),
    "two values": np.resize([0.01, 0.0], 300),
    "moves at last": np.concatenate([np.zeros(250), 0.01 * np.random.default_rng(1).standard_normal(50)]),
    "moves no more": np.concatenate([0.01 * np.random.default_rng(1).standard_normal(250), np.zeros(50)]),
    "dust": 1e-12 * np.random.default_rng(1).standard_normal(300),
    "frenzy": np.random.default_rng(1).standard_normal(300),
}


@pytest.mark.parametrize("kind", ODD_RETURNS)
@pytest.mark.parametrize("recursion", Recursion)
def test_odd_returns_have_a_finite_forecast(kind: str, recursion: Recursion) -> None:
    for mean in (False, True):
        specification = Specification(recursion=recursion, constant_mean=mean)
        for model in (
            GarchFamily(specification=specification),
            UncertainGarch(family=GarchFamily(specification=specification), draws=5),
        ):
            fitted = model.fitted(history_of(ODD_RETURNS[kind]))
            forecast = forecast_from(fitted, as_of=date(2020, 1, 2), horizon_days=(1, 250), seed=1, paths=100)
            assert np.all(np.isfinite(forecast.upper) & (forecast.volatility > 0))
            assert np.all(forecast.lower <= forecast.upper)


@pytest.mark.parametrize("move", [np.nan, np.inf])
def test_an_update_by_no_number_is_refused(move: float) -> None:
    for fitted in (GarchFamily().fitted(first(2_000)), GarchFamily().fitted(first(100))):
        with pytest.raises(ValueError, match="updates no model"):
            fitted.updated(DayMove(log_return=move))


@pytest.mark.parametrize("close", [np.nan, np.inf, 0.0, -1.0])
def test_a_price_that_is_no_positive_number_is_an_input_error(close: float) -> None:
    history = history_of(0.01 * np.random.default_rng(1).standard_normal(300))
    history.close[250] = close
    with pytest.raises(InputError, match=r"acme\.csv, column 'close': found .* expected a positive price"):
        GarchFamily().fitted(history)


@pytest.mark.parametrize("model", MODELS[::5], ids=lambda each: each.name)
def test_interval_and_mean_come_from_the_same_law(model: GarchFamily) -> None:
    fitted = model.fitted(first(2_000))
    sums = fitted.simulated_sums(40, paths=20_000, rng=np.random.default_rng(1))
    assert sums is not None
    error = sums.std(axis=0) / np.sqrt(len(sums))
    drift = fitted.parameters.get("mean", 0.0) / 100
    mean = np.cumsum(fitted.variance_path(40) + drift**2)
    assert np.all(np.abs(sums.mean(axis=0) - mean) < 5 * error)


def test_a_forecast_carries_the_note_and_the_finite_parameters() -> None:
    fitted = GarchFamily().fitted(first(2_000))
    forecast = forecast_from(fitted, as_of=first(2_000).dates[-1].item(), horizon_days=(1, 5), seed=3)
    assert forecast.model == fitted.name
    assert 0 < forecast.parameters["persistence"] < 1
    level = fitted.variance_path(20_000)[-1]
    assert forecast.parameters["long_run_volatility"] == pytest.approx(np.sqrt(252 * level), rel=1e-3)
