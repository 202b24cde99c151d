"""SSVI: the slice formula, its link to raw SVI, interpolation and the default skew."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.surface.arbitrage import certify
from pricing.surface.atm import surface_from_atm
from pricing.surface.ssvi import SsviSurface, slice_total_variance, widest_wing

K = np.linspace(-1, 1, 41)


def test_slice_is_gatheral_and_jacquier_equation_4_1():
    theta, rho, phi = 0.04, -0.7, 3.0
    expected = theta / 2 * (1 + rho * phi * K + np.sqrt((phi * K + rho) ** 2 + 1 - rho**2))
    np.testing.assert_allclose(
        slice_total_variance(K, theta, rho * theta * phi, theta * phi), expected, rtol=1e-13
    )


@given(st.floats(1e-4, 2.0), st.floats(-0.99, 0.99), st.floats(0.01, 1.0))
@settings(deadline=None, max_examples=50)
def test_any_slice_within_the_widest_wing_has_no_butterfly(theta, rho, share):
    surface = SsviSurface(
        expiry_years=np.ones(1),
        atm_total_variance=np.array([theta]),
        correlation=np.array([rho]),
        wing=np.array([share * widest_wing(theta, rho)]),
        description="one slice",
    )
    assert certify(surface, [1.0]).lowest_durrleman > -1e-4


def test_surface_goes_through_its_atm_volatilities():
    surface = surface_from_atm([0.1, 0.5, 1.0], [0.3, 0.25, 0.22], description="three")
    np.testing.assert_allclose(
        surface.implied_volatility(0.0, [0.1, 0.5, 1.0]), [0.3, 0.25, 0.22], rtol=1e-12
    )


def test_atm_volatility_is_flat_outside_the_given_expiries():
    surface = surface_from_atm([0.1, 0.5], [0.3, 0.25], description="two")
    np.testing.assert_allclose(
        surface.implied_volatility(0.0, [0.01, 3.0, 15.0]), [0.3, 0.25, 0.25], rtol=1e-9
    )


def test_default_skew_slopes_down_and_flattens_with_expiry():
    surface = surface_from_atm([1.0], [0.2], description="one")
    slope = np.diff(surface.implied_volatility([[-0.01, 0.01]], [[1 / 12], [1.0]]), axis=1).ravel()
    assert slope[0] < slope[1] < 0


@given(st.lists(st.floats(0.05, 1.0), min_size=1, max_size=6))
@settings(deadline=None, max_examples=25)
def test_any_atm_volatilities_give_an_arbitrage_free_surface(volatilities):
    years = np.linspace(0.05, 2.0, len(volatilities))
    surface = surface_from_atm(years, volatilities, description="any")
    assert certify(surface, surface.expiry_years).is_clean


@pytest.mark.parametrize(
    ("years", "volatility"),
    [
        ([], []),
        ([0.5], [0.0]),
        ([0.5, 0.4], [0.2, 0.2]),
        ([-1.0], [0.2]),
        ([1.0], [np.nan]),
        ([1.0], [0.2, 0.3]),
    ],
)
def test_impossible_atm_inputs_are_refused_with_a_sentence(years, volatility):
    with pytest.raises(ValueError, match=r"expir|volatilit"):
        surface_from_atm(years, volatility, description="impossible")
