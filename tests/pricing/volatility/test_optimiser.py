"""The search in a box finds the constrained minimum, on its sides too."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from pricing.volatility.optimiser import FloatArray, box_step, minimise


def quadratic(seed: int, size: int) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    factor = rng.standard_normal((size, size))
    return factor @ factor.T + 0.1 * np.eye(size), rng.standard_normal(size)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32), st.integers(1, 6))
def test_a_quadratic_in_a_box_is_solved_as_by_scipy(seed: int, size: int) -> None:
    curvature, slope = quadratic(seed, size)
    lowest, highest = np.full(size, -0.5), np.full(size, 0.4)

    def function(point: FloatArray) -> tuple[float, FloatArray]:
        return float(0.5 * point @ curvature @ point + slope @ point), curvature @ point + slope

    found = minimise(
        function, np.zeros(size), curvature_at=lambda _: np.eye(size), lowest=lowest, highest=highest
    )
    bounds = list(zip(lowest, highest, strict=True))
    theirs = minimize(function, np.zeros(size), jac=True, bounds=bounds, options={"ftol": 1e-14})
    assert found.converged
    assert found.value == pytest.approx(theirs.fun, rel=1e-7, abs=1e-7)


def test_rosenbrock_is_followed_to_its_end() -> None:
    def function(point: FloatArray) -> tuple[float, FloatArray]:
        x, y = point
        slope = np.array([-400 * x * (y - x * x) - 2 * (1 - x), 200 * (y - x * x)])
        return float(100 * (y - x * x) ** 2 + (1 - x) ** 2), slope

    found = minimise(
        function,
        np.array([-1.2, 1.0]),
        curvature_at=lambda _: np.eye(2),
        lowest=np.full(2, -5.0),
        highest=np.full(2, 5.0),
    )
    assert found.converged
    np.testing.assert_allclose(found.point, [1.0, 1.0], atol=1e-4)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32), st.integers(1, 6))
def test_a_step_stays_in_the_box_and_goes_down(seed: int, size: int) -> None:
    curvature, slope = quadratic(seed, size)
    point = np.random.default_rng(seed).uniform(-1, 1, size).round()
    step = box_step(point, slope, curvature, np.full(size, -1.0), np.full(size, 1.0))
    assert np.all(np.abs(point + step) <= 1.0 + 1e-12)
    assert slope @ step <= 0.0


def test_a_value_that_is_nowhere_finite_does_not_converge() -> None:
    found = minimise(
        lambda point: (np.inf, np.full(1, np.nan)),
        np.zeros(1),
        curvature_at=lambda _: np.eye(1),
        lowest=np.full(1, -1.0),
        highest=np.full(1, 1.0),
    )
    assert not found.converged
