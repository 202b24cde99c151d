"""Dupire's local volatility: limits, Heston by its conditional expectation, and the way back to prices."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pricing.engines.local_volatility import local_volatility_prices, quantlib_local_volatility
from pricing.engines.term_structures import quantlib_prices
from pricing.errors import InputError
from pricing.surface.atm import surface_from_atm
from pricing.surface.heston import BatesSurface, HestonSurface
from pricing.surface.local_volatility import local_volatility, variance_growth
from pricing.surface.surface import VolSurface
from pricing.surface.svi import SviParameters, SviSurface
from tests.markets import flat_surface, flat_underlying
from tests.pricing.surface.test_heston import BATES, HESTON

K = np.linspace(-0.4, 0.3, 8)
YEARS = np.array([0.05, 0.3, 1.0])[:, None]
SURFACE = HestonSurface(model=HESTON, description="Heston")


@dataclass(frozen=True)
class WithoutGrowth:
    """A surface whose derivative by expiry has to be found by differences."""

    base: VolSurface
    description: str = "plain"

    def total_variance(self, log_moneyness, expiry_years):
        return self.base.total_variance(log_moneyness, expiry_years)

    def implied_volatility(self, log_moneyness, expiry_years):
        return self.base.implied_volatility(log_moneyness, expiry_years)

    def derivatives(self, log_moneyness, expiry_years):
        return self.base.derivatives(log_moneyness, expiry_years)


def test_a_flat_surface_has_its_own_volatility_everywhere():
    found = local_volatility(flat_surface(0.2), np.linspace(-2, 2, 21), np.geomspace(1e-3, 5, 9)[:, None])
    assert_allclose(found.volatility, 0.2, rtol=1e-9)
    assert found.undefined == 0


def test_a_deterministic_term_structure_gives_the_forward_volatility_on_the_side_of_the_accrued_variance():
    surface = SviSurface(
        expiry_years=np.array([0.5, 1.0]),
        slices=SviParameters(
            level=np.array([0.02, 0.065]),
            **{name: np.zeros(2) for name in ("slope", "correlation", "shift")},
            smoothing=np.ones(2),
        ),
        description="two levels",
    )
    found = local_volatility(surface, 0.1, [0.2, 0.5, 0.7, 1.0]).volatility
    assert_allclose(found, np.sqrt([0.04, 0.04, 0.09, 0.09]), rtol=1e-9)


@pytest.mark.parametrize("surface", [SURFACE, BatesSurface(model=BATES, description="")])
def test_exact_growth_agrees_with_differences(surface):
    exact = local_volatility(surface, K, YEARS).volatility
    assert_allclose(local_volatility(WithoutGrowth(surface), K, YEARS).volatility, exact, rtol=1e-7)


def test_hestons_local_volatility_close_to_expiry_is_that_of_spot():
    assert_allclose(local_volatility(SURFACE, 0.0, 1e-4).volatility, 0.2, rtol=2e-3)


def test_hestons_local_variance_is_the_expected_variance_given_spot():
    """Dupire (1996): sigma_loc^2(k, T) = E[v_T | log(S_T / F) = k], by simulation in a narrow band."""
    rng, steps, years = np.random.default_rng(5), 200, 0.5
    x, v = np.zeros(200_000), np.full(200_000, HESTON.initial_variance)
    for _ in range(steps):
        first, second = rng.standard_normal((2, x.size))
        held, root = np.maximum(v, 0.0), np.sqrt(years / steps)
        x += -held / 2 * root**2 + np.sqrt(held) * root * first
        mixed = HESTON.correlation * first + np.sqrt(1 - HESTON.correlation**2) * second
        v += HESTON.mean_reversion * (HESTON.long_run_variance - held) * root**2
        v += HESTON.volatility_of_variance * np.sqrt(held) * root * mixed
    for k in (-0.2, 0.0, 0.1):
        near = np.maximum(v, 0.0)[np.abs(x - k) < 0.01]
        error = near.std() / np.sqrt(near.size)
        expected = float(local_volatility(SURFACE, k, years).volatility ** 2)
        assert abs(near.mean() - expected) < 4 * error + 0.02 * expected


@pytest.mark.parametrize(
    ("surface", "forward_bps"),
    [
        (flat_surface(0.2), 0.02),
        (SURFACE, 1.0),
        (surface_from_atm([0.1, 1.0, 2.0], [0.2, 0.18, 0.19], description="skewed"), 3.0),
    ],
)
def test_finite_differences_on_local_volatility_return_the_surfaces_prices(surface, forward_bps):
    market = replace(flat_underlying(spot=2700.0), surface=surface)
    for years in (0.05, 1.5):
        forward = float(market.forward.forward_at(years))
        deviation = float(np.sqrt(surface.total_variance(0.0, years)))
        strike = forward * np.exp(deviation * np.array([-3.0, -1.0, 0.0, 1.0, 2.0]))
        found = local_volatility_prices(market, strike, years, strike > forward)
        expected = quantlib_prices(market, strike, np.full(5, years), strike > forward)
        assert_allclose(found, expected, rtol=0.0, atol=forward_bps * 1e-4 * forward)


def test_what_has_no_local_volatility_is_counted_and_not_a_number():
    vogt = SviParameters(
        level=np.array([-0.041]),
        slope=np.array([0.1331]),
        correlation=np.array([0.306]),
        shift=np.array([0.3586]),
        smoothing=np.array([0.4153]),
    )
    surface = SviSurface(expiry_years=np.ones(1), slices=vogt, description="Axel Vogt's smile")
    found = local_volatility(surface, [0.0, 0.88, np.nan], [[1.0], [0.0]])
    assert (found.without_density, found.falling, found.outside) == (1, 0, 4)
    assert np.isnan(found.volatility).tolist() == [[False, True, True], [True, True, True]]


def test_falling_total_variance_is_counted_apart():
    falling = SviSurface(
        expiry_years=np.array([0.5, 1.0]),
        slices=SviParameters(
            level=np.array([0.05, 0.04]),
            slope=np.zeros(2),
            correlation=np.zeros(2),
            shift=np.zeros(2),
            smoothing=np.ones(2),
        ),
        description="falling",
    )
    assert local_volatility(falling, [0.0, 0.1], 0.7).falling == 2
    with pytest.raises(InputError, match="local volatility"):
        quantlib_local_volatility(replace(flat_underlying(), surface=falling), 1.0)


def test_growth_of_a_surface_linear_between_slices_is_exact_on_both_sides_of_a_slice():
    surface = surface_from_atm([0.5, 1.0], [0.2, 0.25], description="two")
    slices = surface.expiry_years[20:24]
    exact = np.diff(surface.total_variance(0.0, slices)) / np.diff(slices)
    assert_allclose(variance_growth(surface, 0.0, slices[1:]), exact, rtol=1e-8)
    assert_allclose(variance_growth(surface, 0.0, slices[:-1] * (1 + 1e-9)), exact, rtol=1e-6)


def test_quantlibs_grid_is_the_local_volatility_between_its_nodes_too():
    market = replace(flat_underlying(spot=100.0), surface=SURFACE)
    built, years = quantlib_local_volatility(market, 1.0), 0.5
    strike = float(market.forward.forward_at(years)) * np.exp(np.array([-0.1, 0.0, 0.1]))
    time = years / (built.on.years_per_day * 365.0)
    found = [built.volatility.localVol(time, level, True) for level in strike.tolist()]
    expected = local_volatility(SURFACE, [-0.1, 0.0, 0.1], years).volatility
    assert_allclose(np.array(found) / np.sqrt(built.on.years_per_day * 365.0), expected, rtol=2e-3)
