"""Rough Heston: published values, Heston at a Hurst index of one half, QuantLib, and convergence."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pricing.engines.heston import quantlib_rough_heston_prices
from pricing.errors import InputError
from pricing.fourier.prices import normalised_prices
from pricing.fourier.rough_heston import RoughHestonModel, rough_heston_prices
from tests.pricing.fourier.test_prices import heston
from tests.reference.tables import rows

K = np.array([-0.3, -0.1, 0.0, 0.1, 0.3])
DIFFUSION = heston([0.04, 0.3, 0.04, 0.4, -0.7])
ROUGH = RoughHestonModel(heston=DIFFUSION, hurst=0.1)


def test_published_values_are_met_within_a_tenth_of_their_tolerance():
    for row in rows("roughheston"):
        numbers = [float(row[name]) for name in ("v0", "kappa", "theta", "sigma", "rho")]
        spot, strike, years, rate = (float(row[name]) for name in ("spot", "strike", "t", "r"))
        model = RoughHestonModel(heston=heston(numbers), hurst=float(row["H"]))
        growth = np.exp((rate - float(row["q"])) * years)
        price = rough_heston_prices(model, np.log(strike / (spot * growth)), years, row["type"] == "call")
        found = spot * growth * np.exp(-rate * years) * price
        assert_allclose(found, float(row["expected"]), rtol=0.0, atol=0.1 * float(row["tol"]))


def test_a_hurst_index_of_one_half_is_heston_to_the_second_order_of_the_step():
    exact = np.exp(normalised_prices(DIFFUSION, K, 0.5).log_price)
    model = RoughHestonModel(heston=DIFFUSION, hurst=0.5)
    errors = [
        np.abs(rough_heston_prices(model, K, 0.5, K >= 0, steps=steps) - exact).max()
        for steps in (50, 100, 200)
    ]
    assert errors[-1] < 1e-7
    assert_allclose(np.divide(errors[:-1], errors[1:]), 4.0, rtol=0.02)


def test_the_error_falls_as_the_step_to_the_power_one_plus_alpha():
    coarse, middle, fine = (rough_heston_prices(ROUGH, K, 1.0, K >= 0, steps=n) for n in (200, 400, 800))
    assert_allclose(np.log2(np.abs((middle - coarse) / (fine - middle))), 1.6, atol=0.15)


def test_prices_agree_with_quantlib():
    theirs = quantlib_rough_heston_prices(ROUGH, K, 91, K >= 0)
    assert_allclose(rough_heston_prices(ROUGH, K, 91 / 365, K >= 0), theirs, rtol=0.0, atol=5e-6)


def test_parity_nan_and_expired():
    calls, puts = (rough_heston_prices(ROUGH, K, 0.2, side) for side in (True, False))
    assert_allclose(calls - puts, 1 - np.exp(K), atol=1e-12)
    assert np.all(np.isnan(rough_heston_prices(ROUGH, [np.nan, 0.0, 0.0], [1.0, 0.0, np.inf], True)))


def test_a_hurst_index_outside_of_its_range_is_refused():
    for hurst in (0.0, 0.6, np.nan):
        with pytest.raises(InputError, match="hurst"):
            RoughHestonModel(heston=DIFFUSION, hurst=hurst)
