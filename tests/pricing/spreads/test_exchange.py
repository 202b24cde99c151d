from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pricing.american.american import american_greeks
from pricing.engines.spread import quantlib_american_exchange
from pricing.spreads.exchange import american_exchange_option, exchange_option
from tests.pricing.spreads.assets import random_assets, two_assets


def test_exchange_is_homogeneous_of_degree_one() -> None:
    assets = random_assets(300, seed=11)
    columns, _ = assets.broadcast()
    greeks = exchange_option(assets)
    dollars = columns.first_spot * greeks.first_delta + columns.second_spot * greeks.second_delta
    assert_allclose(dollars, greeks.value, atol=1e-10)
    assert not greeks.rho.any()


def test_perfectly_correlated_assets_of_equal_volatility_exchange_at_their_forwards() -> None:
    greeks = exchange_option(two_assets(first_volatility=0.2, correlation=1.0))
    assert greeks.value == pytest.approx(110.0 * np.exp(-0.03) - 90.0 * np.exp(-0.02), abs=1e-12)
    assert greeks.first_gamma == 0.0


def test_an_american_exchange_is_worth_more_than_the_european_and_than_exchanging_now() -> None:
    assets = random_assets(60, seed=12)
    columns, _ = assets.broadcast()
    american, european = american_exchange_option(assets), exchange_option(assets)
    assert np.all(american.value >= european.value - 1e-3)
    assert np.all(american.value >= columns.first_spot - columns.second_spot - 1e-3)


def test_without_a_yield_to_the_asset_received_the_american_is_the_european() -> None:
    assets = two_assets(first_spot=[110.0], first_yield=0.0)
    american, european = american_exchange_option(assets), exchange_option(assets)
    for name in ("value", "first_delta", "second_delta", "cross_gamma", "second_vega", "theta"):
        assert_allclose(getattr(american, name), getattr(european, name), rtol=1e-9, err_msg=name)


def test_an_american_exchange_is_an_american_call_on_the_ratio() -> None:
    assets = two_assets(first_spot=[110.0], first_yield=0.06)
    volatility = np.sqrt(0.3**2 + 0.2**2 - 2.0 * 0.5 * 0.3 * 0.2)
    ratio = 110.0 / 90.0
    call = american_greeks(ratio, ratio * np.exp(-0.04), 1.0, 1.0, volatility, np.exp(-0.02), True)
    assert american_exchange_option(assets).value == pytest.approx(90.0 * call.value, rel=1e-6)


def test_bjerksund_and_stenslands_approximation_is_a_lower_bound_that_is_close() -> None:
    assets = random_assets(40, seed=13)
    exact = american_exchange_option(assets).value
    lower = quantlib_american_exchange(assets)
    assert np.all(lower <= exact + 2e-3)
    assert np.median(exact - lower) < 0.1


def test_an_expired_american_exchange_has_no_value_here() -> None:
    assert np.isnan(american_exchange_option(two_assets(expiry_years=[0.0, 1.0])).value).tolist() == [
        True,
        False,
    ]
