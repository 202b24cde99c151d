from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose

from pricing.engines.spread import SpreadMethod, quantlib_spread
from pricing.spreads.approximations import bjerksund_stensland_price, kirk_price
from pricing.spreads.exchange import exchange_option
from pricing.spreads.spread_option import spread_option
from tests.pricing.spreads.assets import random_assets, two_assets

STRIKES = np.linspace(1.0, 60.0, 60)


def test_kirk_is_quantlibs() -> None:
    assets = random_assets(60, seed=21)
    for is_call in (True, False):
        theirs = quantlib_spread(assets, STRIKES, is_call, method=SpreadMethod.KIRK)
        assert_allclose(kirk_price(assets, STRIKES, is_call), theirs, rtol=0.0, atol=1e-10)


def test_bjerksund_and_stensland_is_quantlibs() -> None:
    assets = random_assets(60, seed=22)
    for is_call in (True, False):
        theirs = quantlib_spread(assets, STRIKES, is_call, method=SpreadMethod.BJERKSUND_STENSLAND)
        assert_allclose(bjerksund_stensland_price(assets, STRIKES, is_call), theirs, rtol=0.0, atol=1e-10)


def test_bjerksund_and_stensland_never_exceeds_the_exact_value() -> None:
    assets = random_assets(500, seed=23)
    strikes = np.linspace(0.1, 80.0, 500)
    exact = spread_option(assets, strikes, True).value
    assert np.all(bjerksund_stensland_price(assets, strikes, True) <= exact + 1e-8)


def test_both_are_margrabes_without_a_strike() -> None:
    assets = random_assets(100, seed=24)
    exact = exchange_option(assets).value
    assert_allclose(kirk_price(assets, 0.0, True), exact, atol=1e-10)
    assert_allclose(bjerksund_stensland_price(assets, 0.0, True), exact, atol=1e-10)


def test_a_strike_below_minus_the_second_forward_has_no_approximation() -> None:
    assert np.isnan(kirk_price(two_assets(), -200.0, True))
    assert np.isnan(bjerksund_stensland_price(two_assets(), -200.0, True))


def test_an_expired_spread_is_worth_its_intrinsic_value() -> None:
    assets = two_assets(expiry_years=0.0)
    assert kirk_price(assets, [10.0, 20.0, 30.0], True).tolist() == [10.0, 0.0, 0.0]
    assert bjerksund_stensland_price(assets, [10.0, 20.0, 30.0], False).tolist() == [0.0, 0.0, 10.0]
