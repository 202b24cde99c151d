"""The simulated variance recursions against their twin, closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.paths.bootstrap import ResampledInnovations
from pricing.paths.garch import EgarchLaw, GjrLaw, VarianceLaw, simulated_returns
from pricing.paths.innovations import Innovations, ParametricInnovations
from tests.twins import gjr

NORMAL = ParametricInnovations()
LAW = GjrLaw(omega=0.02, alpha=0.03, gamma=0.12, beta=0.88)
LOG_LAW = EgarchLaw(omega=0.01, alpha=0.15, gamma=-0.12, beta=0.95)

laws = st.builds(
    GjrLaw,
    omega=st.floats(0.0, 0.1),
    alpha=st.floats(0.0, 0.2),
    gamma=st.floats(0.0, 0.3),
    beta=st.floats(0.0, 0.95),
    mean=st.floats(-0.1, 0.1),
)
log_laws = st.builds(
    EgarchLaw,
    omega=st.floats(-0.1, 0.1),
    alpha=st.floats(0.0, 0.3),
    gamma=st.floats(-0.3, 0.3),
    beta=st.floats(0.0, 0.99),
    mean=st.floats(-0.1, 0.1),
)


@settings(deadline=None, max_examples=50)
@given(laws | log_laws, st.floats(0.01, 20.0), st.integers(1, 40), st.integers(0, 2**32))
def test_simulation_equals_its_slow_twin(law: VarianceLaw, variance: float, days: int, seed: int) -> None:
    innovations = np.random.default_rng(seed).standard_normal((6, days))
    slow = gjr.returns(law, variance, innovations)
    np.testing.assert_allclose(law.returns(variance, innovations), slow, rtol=1e-9)


@settings(deadline=None, max_examples=50)
@given(laws | log_laws, st.floats(0.01, 20.0), st.floats(-8.0, 8.0))
def test_the_following_variance_is_that_of_the_twin(law: VarianceLaw, variance: float, z: float) -> None:
    following = law.following(variance, law.mean + variance**0.5 * z)
    assert following == pytest.approx(gjr.following(law, variance, z), rel=1e-9)


@pytest.mark.parametrize(
    ("law", "innovations"),
    [
        (LAW, ParametricInnovations(shape=7.0)),
        (LOG_LAW, NORMAL),
        (LOG_LAW, ResampledInnovations(residuals=np.random.default_rng(4).standard_t(5, 800))),
    ],
)
def test_simulated_mean_is_the_exact_one_within_four_standard_errors(
    law: VarianceLaw, innovations: Innovations
) -> None:
    rng = np.random.default_rng(3)
    sums = np.cumsum(simulated_returns(law, 1.5, innovations, paths=40_000, days=30, rng=rng) ** 2, axis=1)
    error = sums.std(axis=0) / np.sqrt(len(sums))
    mean = np.cumsum(law.mean_variance(1.5, 30, innovations))
    assert np.all(np.abs(sums.mean(axis=0) - mean) < 4 * error)


@pytest.mark.parametrize("shape_and_skew", [(6.0, -0.2), (6.0, 0.3), (30.0, -0.5)])
def test_a_skewed_law_reverts_at_the_rate_of_its_loss_share(shape_and_skew: tuple[float, float]) -> None:
    innovations = ParametricInnovations(shape=shape_and_skew[0], skew=shape_and_skew[1])
    law = GjrLaw(omega=0.1, alpha=0.02, gamma=0.15, beta=0.8, loss_share=innovations.loss_share)
    rng = np.random.default_rng(3)
    squares = simulated_returns(law, 3.0, innovations, paths=60_000, days=20, rng=rng) ** 2
    error = squares.std(axis=0) / np.sqrt(len(squares))
    assert np.all(np.abs(squares.mean(axis=0) - law.mean_variance(3.0, 20, innovations)) < 4 * error)


@given(laws, st.floats(0.01, 20.0))
def test_mean_variance_follows_its_one_day_recursion(law: GjrLaw, variance: float) -> None:
    mean = law.mean_variance(variance, 20, NORMAL)
    assert mean[0] == variance
    np.testing.assert_allclose(mean[1:], law.omega + law.persistence * mean[:-1], rtol=1e-9, atol=1e-300)


def test_mean_variance_reverts_to_the_targeted_level() -> None:
    targeted = LAW.reverting_to(2.0)
    assert targeted.long_run_variance == pytest.approx(2.0)
    assert targeted.mean_variance(9.0, 2_000, NORMAL)[-1] == pytest.approx(2.0)


def test_a_unit_root_has_a_flat_mean_and_no_long_run_level() -> None:
    weighted = GjrLaw(omega=0.0, alpha=0.06, gamma=0.0, beta=0.94)
    assert weighted.long_run_variance == np.inf
    np.testing.assert_allclose(weighted.mean_variance(1.3, 50, NORMAL), 1.3)


def test_egarch_under_a_t_has_no_mean_variance_beyond_the_first_day() -> None:
    path = LOG_LAW.mean_variance(1.5, 3, ParametricInnovations(shape=6.0))
    assert path[0] == pytest.approx(1.5)
    assert np.all(np.isinf(path[1:]))


@settings(deadline=None, max_examples=20)
@given(log_laws, st.floats(0.05, 20.0))
def test_egarch_mean_under_normal_innovations_is_nelsons_closed_form(law: EgarchLaw, variance: float) -> None:
    expected, exponent = [variance], 0.0
    for k in range(9):
        z = np.linspace(-12, 12, 48_001)
        factor = law.beta**k * (law.omega + law.alpha * (np.abs(z) - np.sqrt(2 / np.pi)) + law.gamma * z)
        density = np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
        exponent += np.log(np.trapezoid(np.exp(factor) * density, z))
        expected.append(np.exp(law.beta ** (k + 1) * np.log(variance) + exponent))
    np.testing.assert_allclose(law.mean_variance(variance, 10, NORMAL), expected, rtol=1e-6)


def test_an_overflowing_reaction_gives_an_infinite_variance_and_no_error() -> None:
    assert LOG_LAW.following(1.0, 1e9) == np.inf
    exploding = EgarchLaw(omega=5.0, alpha=9.0, gamma=0.0, beta=0.999)
    assert np.all(np.isfinite(exploding.returns(1.0, np.full((2, 400), 3.0))))


def test_the_number_of_workers_does_not_change_a_path() -> None:
    innovations = ParametricInnovations(shape=5.0, skew=-0.1)
    drawn = [
        simulated_returns(
            LAW, 1.0, innovations, paths=3_000, days=5, rng=np.random.default_rng(8), workers=workers
        )
        for workers in (1, 2, 4)
    ]
    assert np.array_equal(drawn[0], drawn[1])
    assert np.array_equal(drawn[0], drawn[2])
