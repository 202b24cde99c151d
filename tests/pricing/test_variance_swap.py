"""The variance-swap rate of a surface against a strip of options, as the VIX is made."""

from __future__ import annotations

import numpy as np
import pytest

from pricing.black import black_price
from pricing.surface.atm import surface_from_atm
from pricing.variance_swap import variance_swap_volatility
from tests.markets import flat_surface


@pytest.mark.parametrize("volatility", [0.01, 0.2, 1.5])
def test_a_flat_smile_swaps_at_its_volatility(volatility: float) -> None:
    swapped = variance_swap_volatility(flat_surface(volatility), [0.02, 0.5, 2.0])
    np.testing.assert_allclose(swapped, volatility, rtol=1e-10)


@pytest.mark.parametrize("years", [7 / 365, 30 / 365, 1.0])
def test_rate_equals_the_strip_of_out_of_the_money_options(years: float) -> None:
    surface = surface_from_atm([0.05, 1.0], [0.3, 0.25], description="index")
    moneyness = np.linspace(-12.0, 4.0, 400_001)
    strike = np.exp(moneyness)
    volatility = surface.implied_volatility(moneyness, years)
    prices = black_price(1.0, strike, years, volatility, 1.0, moneyness > 0)
    strip = 2 / years * np.trapezoid(prices / strike, moneyness)
    assert variance_swap_volatility(surface, years)[0] ** 2 == pytest.approx(strip, rel=1e-4)


def test_skew_lifts_the_swap_above_the_money() -> None:
    surface = surface_from_atm([0.05, 1.0], [0.3, 0.25], description="index")
    assert np.all(variance_swap_volatility(surface, [0.05, 1.0]) > [0.3, 0.25])
