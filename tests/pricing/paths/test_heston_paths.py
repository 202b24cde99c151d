"""Heston paths: the slow twin, the variance's exact moments, and option prices by Fourier inversion."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pricing.fourier.model import HestonModel
from pricing.fourier.prices import model_greeks
from pricing.paths.heston import heston_paths
from pricing.paths.lanes import LANES, lane_seed
from tests.twins.lane_paths import Lane, heston_path

SEED = np.random.SeedSequence(7)
Numbers = tuple[float, float, float, float, float]
BUEHLER: Numbers = (0.04, 1.0, 0.04, 2.0, -0.7)  # Buehler et al. 2019: far from Feller's condition
INDEX: Numbers = (0.04, 3.0, 0.05, 0.6, -0.7)
NAMES = ("initial_variance", "mean_reversion", "long_run_variance", "volatility_of_variance", "correlation")


def paths(numbers: Numbers, count: int, **changes: object) -> tuple[np.ndarray, np.ndarray]:
    terms = {"spot": 1.0, "step_years": 1 / 250, "steps": 20, "seed": SEED}
    terms |= dict(zip(NAMES, numbers, strict=True)) | changes
    return heston_paths(paths=count, **terms)  # type: ignore[arg-type]


@pytest.mark.parametrize("numbers", [BUEHLER, INDEX, (0.0, 2.0, 0.04, 0.3, 0.5)])
def test_paths_are_those_of_the_slow_twin(numbers: Numbers) -> None:
    prices, variances = paths(numbers, 2 * LANES)
    words = lane_seed(np.random.SeedSequence(7).spawn(1)[0])
    for lane in (0, 9, 63):
        stream = Lane(words, lane)
        for path in (lane, lane + LANES):
            expected = np.array(heston_path(stream, 1.0, numbers, 1 / 250, 20))
            np.testing.assert_allclose(prices[path], expected[:, 0], rtol=1e-9)
            np.testing.assert_allclose(variances[path], expected[:, 1], rtol=1e-8, atol=1e-15)


@pytest.mark.parametrize(
    "numbers", [BUEHLER, INDEX, (0.09, 2.0, 0.04, 0.0, -0.5), (0.04, 2.0, 0.04, 1.0, 0.6)]
)
@pytest.mark.parametrize("step_years", [1 / 252, 1 / 24])
def test_the_price_is_a_martingale(numbers: Numbers, step_years: float) -> None:
    prices, _ = paths(numbers, 100_000, step_years=step_years, steps=12)
    error = prices.std(axis=0) / np.sqrt(len(prices))
    assert np.all(np.abs(prices.mean(axis=0) - 1.0)[1:] < 4 * error[1:])


@pytest.mark.parametrize("numbers", [BUEHLER, INDEX])
def test_variance_has_its_exact_mean_and_variance(numbers: Numbers) -> None:
    v0, kappa, theta, sigma, _ = numbers
    _, variances = paths(numbers, 100_000)
    years = np.arange(21) / 250
    decay = np.exp(-kappa * years)
    mean = theta + (v0 - theta) * decay
    spread = sigma**2 / kappa * (1 - decay) * (v0 * decay + 0.5 * theta * (1 - decay))
    error = variances.std(axis=0) / np.sqrt(len(variances))
    assert np.all(np.abs(variances.mean(axis=0) - mean)[1:] < 4 * error[1:])
    squares = (variances - mean) ** 2
    assert np.all(np.abs(squares.mean(axis=0) - spread) <= 4 * squares.std(axis=0) / np.sqrt(len(squares)))
    assert np.all(variances >= 0.0)


@pytest.mark.parametrize(
    ("numbers", "step_years", "steps"),
    [
        (BUEHLER, 1 / 365, 30),
        (INDEX, 1 / 250, 20),
        (INDEX, 1 / 252, 126),
        ((0.04, 2.0, 0.04, 0.8, 0.5), 1 / 250, 20),
    ],
)
def test_option_prices_are_those_of_fourier_inversion(
    numbers: Numbers, step_years: float, steps: int
) -> None:
    prices, _ = paths(numbers, 300_000, step_years=step_years, steps=steps)
    strikes = np.array([0.85, 0.93, 0.97, 1.0, 1.03, 1.08])
    is_call = strikes >= 1.0
    gains = np.where(is_call, prices[:, -1:] - strikes, strikes - prices[:, -1:])
    payoff = np.maximum(gains, 0.0)
    model = HestonModel(**dict(zip(NAMES, numbers, strict=True)))
    exact = model_greeks(model, 1.0, 1.0, strikes, steps * step_years, 1.0, is_call).value
    error = payoff.std(axis=0) / np.sqrt(len(payoff))
    assert np.all(np.abs(payoff.mean(axis=0) - exact) < 4 * error + 1e-5)


def test_returns_are_correlated_with_variance_as_the_model_says() -> None:
    prices, variances = paths(INDEX, 50_000, steps=1)
    found = np.corrcoef(np.log(prices[:, 1]), variances[:, 1])[0, 1]
    assert found == pytest.approx(-0.7, abs=0.02)


def test_without_volatility_of_variance_the_price_is_log_normal() -> None:
    prices, variances = paths((0.09, 2.0, 0.04, 0.0, -0.9), 50_000)
    decay = np.exp(-2.0 * np.arange(21) / 250)
    np.testing.assert_allclose(variances, np.broadcast_to(0.04 + 0.05 * decay, variances.shape), rtol=1e-5)
    logs = np.log(prices[:, -1])
    total = 0.04 * 20 / 250 + 0.05 * (1 - decay[-1]) / 2.0
    assert logs.var() == pytest.approx(total, rel=0.03)
    assert abs(np.mean(((logs - logs.mean()) / logs.std()) ** 3)) < 0.05


@settings(deadline=None, max_examples=40)
@given(
    st.floats(0.0, 1.0),
    st.floats(0.0, 20.0),
    st.floats(0.0, 1.0),
    st.floats(0.0, 5.0),
    st.floats(-1.0, 1.0),
    st.sampled_from([1e-6, 1 / 252, 0.25]),
)
@example(0.0, 0.0, 0.0, 5e-324, 1.0, 1e-6)
@example(0.04, 1.0, 0.04, 2e-8, 1.0, 0.25)
def test_every_model_gives_finite_prices_and_variances(
    v0: float, kappa: float, theta: float, sigma: float, rho: float, step_years: float
) -> None:
    prices, variances = paths((v0, kappa, theta, sigma, rho), 200, step_years=step_years)
    assert np.all(np.isfinite(variances))
    assert np.all(variances >= 0.0)
    assert np.all(np.isfinite(prices))


def test_the_number_of_workers_does_not_change_a_path() -> None:
    alone, together = paths(INDEX, 40_000), paths(INDEX, 40_000, workers=3)
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))


def test_parameters_may_differ_from_path_to_path() -> None:
    sigma = np.linspace(0.0, 2.0, 130)
    prices, variances = paths(INDEX, 130, volatility_of_variance=sigma)
    for path in (0, 64, 129):
        alone = paths(INDEX, 130, volatility_of_variance=sigma[path])
        assert np.array_equal(prices[path], alone[0][path])
        assert np.array_equal(variances[path], alone[1][path])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"spot": -1.0}, "positive"),
        ({"initial_variance": -0.01}, "initial_variance is a finite number"),
        ({"correlation": 1.01}, "correlation is a finite number from -1 to 1"),
        ({"mean_reversion": np.nan}, "mean_reversion is a finite number"),
        ({"correlation": [0.1, 0.2]}, "one number or one a path"),
        ({"out": (np.empty((10, 21)), np.empty((10, 20)))}, "out is a writeable"),
    ],
)
def test_what_makes_no_paths_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        paths(INDEX, 10, **changes)
