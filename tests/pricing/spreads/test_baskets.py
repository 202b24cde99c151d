from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import QuantLib as ql
from numpy.testing import assert_allclose

from pricing.black import black_price
from pricing.engines.flat_year import ONE_YEAR, FlatYear, quantlib_today
from pricing.spreads.baskets import BasketColumns, maximum_option, minimum_option
from pricing.spreads.exchange import exchange_option
from pricing.spreads.two_assets import TwoAssets
from tests.pricing.spreads.assets import random_assets, two_assets

STRIKES = np.linspace(40.0, 160.0, 80)


def single_calls(assets: TwoAssets, strike: object) -> np.ndarray:
    """Both assets' own calls, added."""
    columns, (strikes,) = assets.broadcast(np.asarray(strike))
    return sum(
        black_price(forward, strikes, columns.expiry_years, volatility, columns.discount, True)
        for forward, volatility in (
            (columns.first_forward, columns.first_volatility),
            (columns.second_forward, columns.second_volatility),
        )
    )


def test_minimum_and_maximum_add_up_to_the_single_calls() -> None:
    assets = random_assets(80, seed=31)
    both = minimum_option(assets, STRIKES, True).value + maximum_option(assets, STRIKES, True).value
    assert_allclose(both, single_calls(assets, STRIKES), atol=1e-10)


def test_without_a_strike_the_minimum_is_the_first_less_the_exchange() -> None:
    assets = random_assets(80, seed=32)
    columns, _ = assets.broadcast()
    first = columns.discount * columns.first_forward
    exchange = exchange_option(assets).value
    assert_allclose(minimum_option(assets, 0.0, True).value, first - exchange, atol=1e-10)


@pytest.mark.parametrize("is_call", [True, False])
def test_quantlibs_stulz_engine_agrees(is_call: bool) -> None:
    years = FlatYear(), FlatYear()
    payoff = ql.PlainVanillaPayoff(ql.Option.Call if is_call else ql.Option.Put, 100.0)
    with quantlib_today():
        years[0].put(110.0, 0.05, 0.03, 0.3)
        years[1].put(90.0, 0.05, 0.02, 0.2)
        for basket, ours in ((ql.MinBasketPayoff, minimum_option), (ql.MaxBasketPayoff, maximum_option)):
            option = ql.BasketOption(basket(payoff), ql.EuropeanExercise(ONE_YEAR))
            option.setPricingEngine(ql.StulzEngine(years[0].process, years[1].process, 0.5))
            assert float(ours(two_assets(), 100.0, is_call).value) == pytest.approx(option.NPV(), abs=1e-6)


@pytest.mark.parametrize("option", [minimum_option, maximum_option])
@pytest.mark.parametrize("is_call", [True, False])
def test_deltas_are_slopes_of_the_value(option: object, is_call: bool) -> None:
    def at(first: float, second: float) -> BasketColumns:
        return option(two_assets(first_spot=first, second_spot=second), 95.0, is_call)

    here = at(110.0, 90.0)
    first = (at(110.01, 90.0).value - at(109.99, 90.0).value) / 0.02
    second = (at(110.0, 90.01).value - at(110.0, 89.99).value) / 0.02
    assert here.first_delta == pytest.approx(float(first), abs=1e-6)
    assert here.second_delta == pytest.approx(float(second), abs=1e-6)


@pytest.mark.parametrize("correlation", [-1.0, 1.0])
def test_full_correlation_is_the_limit_of_nearly_full(correlation: float) -> None:
    nearly = two_assets(correlation=0.9999999 * correlation)
    for option in (minimum_option, maximum_option):
        limit = option(two_assets(correlation=correlation), 95.0, True).value
        assert limit == pytest.approx(float(option(nearly, 95.0, True).value), abs=2e-3)


def test_an_expired_option_is_worth_its_intrinsic_value() -> None:
    expired = two_assets(expiry_years=0.0)
    assert minimum_option(expired, [80.0, 100.0], True).value.tolist() == [10.0, 0.0]
    assert maximum_option(expired, [80.0, 120.0], False).value.tolist() == [0.0, 10.0]


def test_a_negative_strike_or_price_has_no_value() -> None:
    assert np.isnan(minimum_option(two_assets(), -1.0, True).value)
    bad = replace(two_assets(), first_spot=-1.0)
    assert np.isnan(maximum_option(bad, 100.0, True).value)
