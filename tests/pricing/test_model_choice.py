"""Losses and tests between forecasts, against closed forms, their definitions and their stated size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.model_choice import diebold_mariano, long_run_variance, model_confidence_set, qlike

POSITIVE = st.floats(1e-6, 1e6)


@settings(deadline=None)
@given(POSITIVE, POSITIVE, st.floats(1e-3, 1e3))
def test_qlike_is_zero_only_at_the_truth_and_knows_no_unit(
    realised: float, forecast: float, unit: float
) -> None:
    loss = float(qlike(realised, forecast))
    assert loss >= 0.0
    assert float(qlike(realised, realised)) == 0.0
    assert float(qlike(unit * realised, unit * forecast)) == pytest.approx(loss, rel=1e-6, abs=1e-9)


def test_mean_qlike_of_a_noisy_proxy_is_least_at_the_true_variance() -> None:
    proxy = 2.0 * np.random.default_rng(0).chisquare(1, 200_000)
    losses = [float(qlike(proxy, forecast).mean()) for forecast in (1.8, 2.0, 2.2)]
    assert losses[1] < min(losses[0], losses[2])


def test_qlike_of_no_variance_is_refused() -> None:
    for realised, forecast in ((0.0, 1.0), (1.0, 0.0), (1.0, -1.0), (np.nan, 1.0)):
        with pytest.raises(ValueError, match="positive variances"):
            qlike(realised, forecast)


def test_one_step_statistic_is_students_t_of_the_difference() -> None:
    from scipy.stats import ttest_1samp

    rng = np.random.default_rng(1)
    first, second = rng.exponential(size=(2, 80))
    ours, theirs = diebold_mariano(first, second, horizon=1), ttest_1samp(first - second, 0.0)
    assert ours.statistic == pytest.approx(theirs.statistic, rel=1e-12)
    assert ours.p_value == pytest.approx(theirs.pvalue, rel=1e-10)


def test_long_run_variance_is_the_weighted_sum_of_autocovariances() -> None:
    series = np.random.default_rng(2).standard_normal(50).cumsum()
    centred = series - series.mean()
    covariance = [np.sum(centred[lag:] * centred[: 50 - lag]) / 50 for lag in range(6)]
    expected = covariance[0] + 2 * sum((1 - lag / 6) * covariance[lag] for lag in range(1, 6))
    assert long_run_variance(series, lags=5) == pytest.approx(expected, rel=1e-12)


def test_overlapping_losses_of_equal_forecasts_are_hardly_ever_told_apart() -> None:
    rng = np.random.default_rng(3)
    rejected = 0
    for _ in range(300):
        noise = rng.standard_normal((2, 419))
        first, second = (np.convolve(each, np.ones(20) / 20, mode="valid") for each in noise)
        rejected += diebold_mariano(first, second, horizon=20).p_value < 0.05
    assert 0.01 < rejected / 300 < 0.12


def test_equal_losses_and_certain_differences_have_their_p_values() -> None:
    loss = np.linspace(1.0, 2.0, 60)
    assert diebold_mariano(loss, loss, horizon=20).p_value == 1.0
    assert diebold_mariano(loss + 1.0, loss, horizon=1).p_value < 1e-12


def test_losses_that_do_not_match_are_refused() -> None:
    for first, second in ((np.ones(50), np.ones(49)), (np.ones(30), np.ones(30))):
        with pytest.raises(ValueError, match="same length, at least 40"):
            diebold_mariano(first, second, horizon=20)


def test_confidence_set_keeps_the_good_and_drops_the_bad() -> None:
    rng = np.random.default_rng(4)
    common = rng.exponential(size=400)
    losses = {
        "good": common + 0.1 * rng.standard_normal(400),
        "as good": common + 0.1 * rng.standard_normal(400),
        "bad": common + 0.5 + 0.1 * rng.standard_normal(400),
    }
    losses["twin of good"] = losses["good"]
    found = model_confidence_set(losses, block_days=5, seed=0, repetitions=300)
    assert found["bad"] < 0.05 < min(found["good"], found["as good"])
    assert found["twin of good"] == found["good"]
    assert found == model_confidence_set(losses, block_days=5, seed=0, repetitions=300)


def test_confidence_set_of_one_is_certain() -> None:
    loss = np.ones(50)
    assert model_confidence_set({"a": loss, "b": loss}, block_days=5, seed=0) == {"a": 1.0, "b": 1.0}
