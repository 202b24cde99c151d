"""Innovations against arch's own laws and against their definition."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from arch.univariate import SkewStudent
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.paths.bootstrap import ResampledInnovations
from pricing.paths.innovations import ParametricInnovations

RESIDUALS = np.random.default_rng(2).standard_t(4, 700) - 0.3


@settings(deadline=None, max_examples=40)
@given(st.floats(2.2, 250.0), st.floats(-0.9, 0.9))
def test_loss_share_of_the_skewed_t_is_the_partial_moment_of_arch(shape: float, skew: float) -> None:
    expected = SkewStudent().partial_moment(2, 0.0, [shape, skew])
    assert ParametricInnovations(shape=shape, skew=skew).loss_share == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("skew", [-0.3, 0.0, 0.4])
def test_draws_of_the_t_have_the_distribution_of_arch(skew: float) -> None:
    draws = ParametricInnovations(shape=5.0, skew=skew).drawn(20_000, 2, np.random.default_rng(1)).ravel()
    points = np.array([-2.5, -1.0, -0.2, 0.0, 0.5, 1.5])
    expected = SkewStudent().cdf(points, [5.0, skew])
    found = np.mean(draws[:, None] < points, axis=0)
    np.testing.assert_allclose(found, expected, atol=4 * 0.5 / np.sqrt(len(draws)))


def test_symmetric_draws_are_antithetic() -> None:
    draws = ParametricInnovations().drawn(5, 3, np.random.default_rng(1))
    assert np.array_equal(draws[:2], -draws[3:])


def test_resampled_draws_are_the_standardised_residuals() -> None:
    law = ResampledInnovations(residuals=RESIDUALS)
    assert np.mean(law.standardised) == pytest.approx(0.0, abs=1e-15)
    assert np.mean(law.standardised**2) == pytest.approx(1.0)
    assert np.isin(law.drawn(50, 20, np.random.default_rng(1)), law.standardised).all()


def test_blocks_keep_the_order_of_days_and_run_around_the_end() -> None:
    law = ResampledInnovations(residuals=RESIDUALS, block_days=7)
    order = {value: at for at, value in enumerate(law.standardised)}
    for path in law.drawn(200, 20, np.random.default_rng(1)):
        at = [order[value] for value in path]
        follows = [(after - before) % len(RESIDUALS) == 1 for before, after in pairwise(at)]
        assert all(follow for day, follow in enumerate(follows, start=1) if day % 7)


def test_the_mean_exponential_of_normal_draws_is_its_integral() -> None:
    z = np.linspace(-15, 15, 200_001)
    density = np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    absolute, signed = np.array([0.0, 0.3, -0.4, 1.0]), np.array([0.0, -0.2, 0.1, 0.8])
    expected = [
        np.log(np.trapezoid(np.exp(a * np.abs(z) + b * z) * density, z))
        for a, b in zip(absolute, signed, strict=True)
    ]
    found = ParametricInnovations().log_mean_exponential(absolute, signed)
    np.testing.assert_allclose(found, expected, atol=1e-8)
