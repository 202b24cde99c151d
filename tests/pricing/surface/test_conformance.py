"""Every surface of the package runs the VolSurface suite."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pytest

from pricing.business_time import BusinessClock
from pricing.parity import imply_curves
from pricing.shock import ShiftedSurface
from pricing.surface.atm import surface_from_atm
from pricing.surface.clocked import ClockedSurface
from pricing.surface.fit import fit_surface
from pricing.surface.ssvi import SsviSurface
from pricing.surface.svi import SviParameters, SviSurface
from pricing.time import close_instant
from tests.contracts.vol_surface import VolSurfaceContract
from tests.pricing.surface.chains import quotes_from_surface, real_quotes


class TestSsvi(VolSurfaceContract):
    @pytest.fixture
    def surface(self):
        return SsviSurface(
            expiry_years=np.array([0.1, 0.5, 2.0]),
            atm_total_variance=np.array([0.004, 0.02, 0.08]),
            correlation=np.array([-0.5, -0.6, -0.7]),
            wing=np.array([0.06, 0.14, 0.25]),
            description="three slices",
        )

    @pytest.fixture
    def knots(self, surface):
        return surface.expiry_years


class TestSvi(TestSsvi):
    @pytest.fixture
    def surface(self):
        scale = np.array([0.2, 1.0, 2.0])
        return SviSurface(
            expiry_years=scale / 2,
            slices=SviParameters(
                level=0.005 * scale,
                slope=0.1 * np.sqrt(scale),
                correlation=np.full(3, -0.6),
                shift=np.zeros(3),
                smoothing=0.2 * np.sqrt(scale),
            ),
            description="three slices",
        )


class TestFromAtm(TestSsvi):
    @pytest.fixture
    def surface(self):
        return surface_from_atm([0.02, 0.1, 1.0], [0.35, 0.25, 0.2], description="from three volatilities")


class TestClocked(TestSsvi):
    @pytest.fixture
    def surface(self):
        base = surface_from_atm([0.02, 0.1, 1.0], [0.35, 0.25, 0.2], description="three")
        return ClockedSurface(base=base, clock=BusinessClock(as_of=close_instant(date(2019, 5, 3))))

    @pytest.fixture
    def knots(self):
        return np.array([0.02, 0.1, 1.0])


class TestShiftedUp(TestSsvi):
    @pytest.fixture
    def surface(self):
        base = surface_from_atm([0.02, 0.1, 1.0], [0.35, 0.25, 0.2], description="three")
        return ShiftedSurface(base=base, log_moneyness_shift=0.0, volatility_shift=0.1, description="up")

    @pytest.fixture
    def knots(self):
        return np.array([0.02, 0.1, 1.0])


class TestShiftedDown(TestShiftedUp):
    @pytest.fixture
    def surface(self):
        base = surface_from_atm([0.02, 0.1, 1.0], [0.35, 0.25, 0.2], description="three")
        return ShiftedSurface(base=base, log_moneyness_shift=-0.05, volatility_shift=-0.1, description="down")


@cache
def fitted_to_made_up_chain():
    truth = surface_from_atm([0.1, 1.0], [0.25, 0.2], description="truth")
    quotes = quotes_from_surface(truth, np.array([0.05, 0.2, 0.7]))
    return fit_surface(quotes, *imply_curves(quotes)[:2]).surface


@cache
def fitted_to_real_chain():
    quotes = real_quotes(date(2019, 5, 1))
    return fit_surface(quotes, *imply_curves(quotes)[:2]).surface


class TestFittedToMadeUpChain(TestSsvi):
    @pytest.fixture
    def surface(self):
        return fitted_to_made_up_chain()


class TestFittedToRealChain(TestSsvi):
    @pytest.fixture
    def surface(self):
        return fitted_to_real_chain()


def test_beyond_its_last_slice_a_fit_grows_by_the_last_forward_variance():
    surface = fitted_to_made_up_chain()
    years, k = surface.expiry_years, np.array([-0.4, 0.0, 0.3])
    at_the_money = surface.total_variance(0.0, years)
    forward_variance = (at_the_money[-1] - at_the_money[-2]) / (years[-1] - years[-2])
    beyond = surface.total_variance(k, years[-1] + 0.5) - surface.total_variance(k, years[-1])
    np.testing.assert_allclose(beyond, 0.5 * forward_variance, rtol=1e-12)
