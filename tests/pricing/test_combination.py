"""A combination is the average that it says, in mean, update and simulation."""

from __future__ import annotations

import numpy as np
import pytest

from pricing.combination import Combination, Pool, inverse_loss_weights, pooled
from pricing.embedded import embedded_history
from pricing.har import LogHar
from pricing.volatility.ewma import WeightedVariance
from pricing.volatility_model import last_move
from tests.pricing.volatility_histories import first_days

HISTORY = first_days(embedded_history("SPX"), 2_500)
MODELS = (LogHar(), WeightedVariance())


@pytest.mark.parametrize("pool", list(Pool))
def test_the_mean_is_that_of_the_parts(pool: Pool) -> None:
    both = Combination(models=MODELS, weights=(0.25, 0.75), pool=pool).fitted(HISTORY)
    first, second = (model.fitted(HISTORY).variance_path(30) for model in MODELS)
    expected = 0.25 * first + 0.75 * second if pool is Pool.MEAN else first**0.25 * second**0.75
    np.testing.assert_allclose(both.variance_path(30), expected, rtol=1e-12)


def test_an_update_reaches_every_part() -> None:
    both = Combination(models=MODELS).fitted(HISTORY)
    move = last_move(first_days(embedded_history("SPX"), 2_501))
    parts = [model.fitted(HISTORY).updated(move).variance_path(5) for model in MODELS]
    np.testing.assert_allclose(both.updated(move).variance_path(5), np.mean(parts, axis=0), rtol=1e-12)


def test_simulation_has_the_combined_mean() -> None:
    both = Combination(models=MODELS).fitted(HISTORY)
    sums = both.simulated_sums(20, paths=2_000, rng=np.random.default_rng(0))
    assert sums is not None
    assert sums.mean(axis=0)[19] == pytest.approx(both.variance_path(20).sum(), rel=1e-9)


def test_name_and_parameters_are_of_all_parts() -> None:
    both = Combination(models=MODELS).fitted(HISTORY)
    assert both.name.startswith("mean of log-HAR on 1, 5, 10, 22 days of Garman-Klass ranges and expon")
    assert {"persistence", "scale_to_close", "alpha"} <= both.parameters.keys()
    assert both.parameters["persistence"] == both.components[0].parameters["persistence"]
    assert (both.observations, both.note) == (2_000, "")


@pytest.mark.parametrize("weights", [(1.0,), (0.5, 0.6), (1.5, -0.5), (np.nan, 0.5)])
def test_weights_that_are_none_are_refused(weights: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="positive numbers of sum 1"):
        Combination(models=MODELS, weights=weights)


def test_a_combination_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one model"):
        Combination(models=())


def test_weights_by_past_loss_favour_the_better_and_sum_to_one() -> None:
    losses = np.array([[0.1, 0.4], [0.3, 0.4]])
    assert inverse_loss_weights(losses) == pytest.approx((2 / 3, 1 / 3))
    assert inverse_loss_weights(losses, power=2.0) == pytest.approx((0.8, 0.2))
    with pytest.raises(ValueError, match="positive"):
        inverse_loss_weights(np.zeros((3, 2)))


def test_pool_of_equal_forecasts_is_that_forecast() -> None:
    forecast = np.array([1.0, 2.0, 3.0])
    for pool in Pool:
        np.testing.assert_allclose(pooled([forecast, forecast], (0.3, 0.7), pool), forecast, rtol=1e-15)
