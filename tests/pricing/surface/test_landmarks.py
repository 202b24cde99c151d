from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose
from scipy.special import ndtr

from pricing.surface.atm import surface_from_atm
from pricing.surface.landmarks import smile_landmarks
from tests.markets import flat_surface

YEARS = np.array([0.05, 0.5, 2.0])


def test_a_flat_surface_has_neither_skew_nor_wings():
    found = smile_landmarks(flat_surface(0.2), YEARS)
    assert_allclose(found.atm, 0.2, rtol=1e-12)
    for each in (found.skew, found.risk_reversal, found.butterfly):
        assert_allclose(each, 0.0, atol=1e-12)


def test_an_index_skew_makes_the_put_dearer_than_the_call():
    found = smile_landmarks(surface_from_atm(YEARS, [0.2, 0.2, 0.2], description="index"), YEARS)
    assert np.all(found.risk_reversal < 0.0)
    assert np.all(found.skew < 0.0)
    assert np.all(found.butterfly > 0.0)


def test_the_wing_is_the_volatility_of_the_strike_whose_own_delta_is_a_quarter():
    surface = surface_from_atm(YEARS, [0.2, 0.2, 0.2], description="index")
    found = smile_landmarks(surface, 0.5)
    call = found.butterfly[0] + found.atm[0] + 0.5 * found.risk_reversal[0]
    grid = np.linspace(0.0, 0.5, 200_001)
    volatility = surface.implied_volatility(grid, 0.5)
    delta = ndtr(-grid / (volatility * np.sqrt(0.5)) + 0.5 * volatility * np.sqrt(0.5))
    assert_allclose(call, volatility[np.argmin(np.abs(delta - 0.25))], atol=1e-6)
