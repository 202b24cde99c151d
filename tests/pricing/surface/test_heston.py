"""Heston and Bates surfaces run the VolSurface suite, and have the limits that are known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pricing.fourier.model import BatesModel, HestonModel
from pricing.surface.heston import BatesSurface, HestonSurface
from tests.contracts.vol_surface import VolSurfaceContract

HESTON = HestonModel(
    initial_variance=0.04,
    mean_reversion=2.5,
    long_run_variance=0.06,
    volatility_of_variance=0.75,
    correlation=-0.6,
)
BATES = BatesModel(diffusion=HESTON, jump_intensity=0.5, jump_mean=-0.1, jump_deviation=0.15)


class TestHeston(VolSurfaceContract):
    @pytest.fixture
    def surface(self):
        return HestonSurface(model=HESTON, description="Heston")

    @pytest.fixture
    def knots(self):
        return np.array([0.01, 0.1, 0.5, 2.0])


class TestBates(TestHeston):
    @pytest.fixture
    def surface(self):
        return BatesSurface(model=BATES, description="Bates")


def test_without_volatility_of_variance_the_smile_is_flat_at_the_mean_variance():
    still = HestonModel(
        initial_variance=0.09,
        mean_reversion=2.0,
        long_run_variance=0.04,
        volatility_of_variance=0.0,
        correlation=-0.5,
    )
    surface, years = HestonSurface(model=still, description=""), 0.7
    mean = 0.04 * years + 0.05 * (1 - np.exp(-2 * years)) / 2
    variance, slope, curvature = surface.derivatives(np.linspace(-1, 1, 9), years)
    assert_allclose(variance, mean, rtol=1e-11)
    assert_allclose(slope, 0.0, atol=1e-9)
    assert_allclose(curvature, 0.0, atol=1e-8)


def test_the_skew_at_the_money_of_a_short_expiry_is_a_quarter_of_rho_sigma_over_volatility():
    """Forde, Jacquier and Lee (2012): d sigma / d k -> rho sigma_v / (4 sqrt(v0)) as T -> 0."""
    surface, years = HestonSurface(model=HESTON, description=""), 1e-4
    variance, slope, _ = surface.derivatives(0.0, years)
    skew = slope / (2 * np.sqrt(variance * years))
    assert_allclose(skew, -0.6 * 0.75 / (4 * 0.2), rtol=2e-3)


def test_far_wings_where_the_price_underflows_keep_a_variance():
    surface = HestonSurface(model=HESTON, description="")
    variance = surface.total_variance([-100.0, -20.0, 20.0, 100.0], 0.05)
    assert np.all(np.isfinite(variance))
    assert np.all(np.diff(variance) != 0.0)


def test_a_point_that_is_not_a_number_stays_one():
    surface = HestonSurface(model=HESTON, description="")
    assert np.isnan(surface.total_variance([0.1, np.nan], 0.5)).tolist() == [False, True]
