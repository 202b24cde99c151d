"""The simulated variance recursion against its twin, closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.paths.garch import GjrLaw, mean_variance, squared_return_sums
from tests.twins import gjr

LAW = GjrLaw(omega=0.02, alpha=0.03, gamma=0.12, beta=0.88, degrees_of_freedom=7.0)

laws = st.builds(
    GjrLaw,
    omega=st.floats(0.0, 0.1),
    alpha=st.floats(0.0, 0.2),
    gamma=st.floats(0.0, 0.3),
    beta=st.floats(0.0, 0.95),
)


@settings(deadline=None, max_examples=50)
@given(laws, st.floats(0.01, 20.0), st.integers(1, 40), st.integers(0, 2**32))
def test_simulation_equals_its_slow_twin(law: GjrLaw, variance: float, horizon: int, seed: int) -> None:
    fast = squared_return_sums(law, variance, horizon, paths=6, rng=np.random.default_rng(seed))
    half = np.random.default_rng(seed).standard_normal((horizon, 3)).T
    slow = gjr.squared_return_sums(law, variance, np.concatenate([half, -half]))
    np.testing.assert_allclose(fast, slow, rtol=1e-9)


def test_simulated_mean_is_the_analytic_one_within_four_standard_errors() -> None:
    sums = squared_return_sums(LAW, 1.5, 30, paths=40_000, rng=np.random.default_rng(3))
    error = sums.std(axis=0) / np.sqrt(len(sums))
    assert np.all(np.abs(sums.mean(axis=0) - np.cumsum(mean_variance(LAW, 1.5, 30))) < 4 * error)


@given(laws, st.floats(0.01, 20.0))
def test_mean_variance_follows_its_one_day_recursion(law: GjrLaw, variance: float) -> None:
    mean = mean_variance(law, variance, 20)
    assert mean[0] == variance
    np.testing.assert_allclose(mean[1:], law.omega + law.persistence * mean[:-1], rtol=1e-9, atol=1e-300)


def test_mean_variance_reverts_to_the_targeted_level() -> None:
    targeted = LAW.reverting_to(2.0)
    assert targeted.long_run_variance == pytest.approx(2.0)
    assert mean_variance(targeted, 9.0, 2_000)[-1] == pytest.approx(2.0)


def test_a_unit_root_has_a_flat_mean_and_no_long_run_level() -> None:
    weighted = GjrLaw(omega=0.0, alpha=0.06, gamma=0.0, beta=0.94)
    assert weighted.long_run_variance == np.inf
    np.testing.assert_allclose(mean_variance(weighted, 1.3, 50), 1.3)
