from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.special import ndtr

from pricing.spreads.bivariate_normal import bivariate_normal

QUANTILE = st.floats(-6.0, 6.0)
INSIDE = st.floats(-0.99, 0.99)


@settings(deadline=None, max_examples=60)
@given(h=QUANTILE, k=QUANTILE, rho=INSIDE)
def test_it_is_the_integral_of_the_conditional_law(h: float, k: float, rho: float) -> None:
    root = np.sqrt(1.0 - rho * rho)

    def density(x: float) -> float:
        return float(np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi) * ndtr((k - rho * x) / root))

    middle = np.clip(k / rho if rho else 0.0, -9.0, h) if h > -9.0 else -9.0
    slow = quad(density, -9.0, middle, epsabs=1e-13)[0] + quad(density, middle, h, epsabs=1e-13)[0]
    assert float(bivariate_normal(h, k, rho)) == pytest.approx(slow, abs=1e-11)


@settings(deadline=None)
@given(h=QUANTILE, k=QUANTILE, rho=st.floats(-1.0, 1.0))
def test_the_two_halves_of_one_variable_add_up(h: float, k: float, rho: float) -> None:
    assert bivariate_normal(h, k, rho) + bivariate_normal(h, -k, -rho) == pytest.approx(
        float(ndtr(h)), abs=1e-13
    )


def test_ends_and_the_origin_are_exact() -> None:
    assert_allclose(bivariate_normal([0.0, 0.0, 0.0], 0.0, [0.0, 1.0, -1.0]), [0.25, 0.5, 0.0], atol=1e-16)
    assert_allclose(bivariate_normal(0.0, 0.0, 0.5), 1.0 / 3.0)
    assert_allclose(bivariate_normal(0.0, 1.0, 0.3), bivariate_normal(1.0, 0.0, 0.3), rtol=1e-14)
    assert_allclose(
        bivariate_normal(np.inf, [-1.0, np.inf, -np.inf], 0.3), [ndtr(-1.0), 1.0, 0.0], atol=1e-16
    )
    assert np.isnan(bivariate_normal(np.nan, 0.0, 0.3))
