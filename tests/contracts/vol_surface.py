"""What every VolSurface must satisfy: subclass, and give the fixtures `surface` and `knots`."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.surface.arbitrage import certify
from pricing.surface.surface import VolSurface

LOG_MONEYNESS = np.linspace(-1.0, 0.6, 33)


class VolSurfaceContract:
    """Collected through its subclasses only; `knots` are the surface's own expiries in years."""

    @pytest.fixture
    def surface(self) -> VolSurface:
        raise NotImplementedError

    @pytest.fixture
    def knots(self) -> np.ndarray:
        raise NotImplementedError

    def test_it_is_a_vol_surface_with_a_description(self, surface):
        assert isinstance(surface, VolSurface)
        assert surface.description.strip()

    def test_inputs_broadcast_and_floats_come_back(self, surface, knots):
        variance = surface.total_variance(LOG_MONEYNESS, knots[:, None])
        assert variance.shape == (len(knots), len(LOG_MONEYNESS))
        assert variance.dtype == np.float64
        assert surface.implied_volatility(0.0, knots[0]).shape == ()

    def test_total_variance_is_volatility_squared_times_years(self, surface, knots):
        years = np.concatenate((knots / 3, knots, knots * 1.7))[:, None]
        volatility = surface.implied_volatility(LOG_MONEYNESS, years)
        np.testing.assert_allclose(
            volatility**2 * years, surface.total_variance(LOG_MONEYNESS, years), rtol=1e-12
        )

    def test_total_variance_is_zero_today_and_positive_after(self, surface, knots):
        assert np.all(surface.total_variance(LOG_MONEYNESS, 0.0) == 0)
        assert np.all(surface.total_variance(LOG_MONEYNESS, knots[:, None]) > 0)

    def test_volatility_has_a_limit_at_expiry(self, surface, knots):
        today, soon = (surface.implied_volatility(LOG_MONEYNESS, years) for years in (0.0, knots[0] * 1e-4))
        assert np.all(np.isfinite(today))
        np.testing.assert_allclose(today, soon, rtol=1e-3)

    def test_no_butterfly_calendar_or_wing_arbitrage_on_a_dense_grid(self, surface, knots):
        certificate = certify(surface, knots)
        assert certificate.is_clean, certificate

    def test_derivatives_agree_with_differences_of_total_variance(self, surface, knots):
        years = np.concatenate((knots / 3, knots, (knots[1:] + knots[:-1]) / 2, knots[-1:] * 1.7))[:, None]
        variance, first, second = surface.derivatives(LOG_MONEYNESS, years)
        # The four-point difference of the slope: its error is far below that of second differences.
        step = 2e-4 * np.sqrt(surface.total_variance(0.0, years))
        slopes = [surface.derivatives(LOG_MONEYNESS + i * step, years)[1] for i in (-2, -1, 1, 2)]
        values = [surface.total_variance(LOG_MONEYNESS + i * step, years) for i in (-2, -1, 1, 2)]
        np.testing.assert_allclose(variance, surface.total_variance(LOG_MONEYNESS, years), rtol=1e-13)
        for exact, (far_below, below, above, far_above) in ((first, values), (second, slopes)):
            difference = (8 * (above - below) - (far_above - far_below)) / (12 * step)
            np.testing.assert_allclose(exact, difference, rtol=1e-3, atol=1e-5)

    def test_derivatives_broadcast_and_are_zero_today(self, surface, knots):
        for each in surface.derivatives(LOG_MONEYNESS, knots[:, None]):
            assert each.shape == (len(knots), len(LOG_MONEYNESS))
            assert each.dtype == np.float64
        for each in surface.derivatives(LOG_MONEYNESS, 0.0):
            assert np.all(each == 0)

    def test_total_variance_grows_between_any_two_expiries(self, surface, knots):
        @given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(-1.2, 1.2))
        @settings(max_examples=60, deadline=None)
        def grows(first, second, log_moneyness):
            early, late = sorted((2.0 * knots[-1] * first, 2.0 * knots[-1] * second))
            rise = surface.total_variance(log_moneyness, late) - surface.total_variance(log_moneyness, early)
            assert rise >= -1e-12

        grows()
