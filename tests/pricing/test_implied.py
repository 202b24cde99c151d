from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from pricing.black import black_price
from pricing.implied import ImpliedStatus, implied_volatility
from tests.properties.option_axioms import Terms, terms
from tests.twins import black as twin


def vega(t: Terms) -> float:
    deviation = t.volatility * t.expiry_years**0.5
    d1 = np.log(t.forward / t.strike) / deviation + 0.5 * deviation
    return t.discount * t.forward * t.expiry_years**0.5 * twin.normal_density(float(d1))


@pytest.mark.parametrize("is_call", [True, False])
@given(t=terms())
@settings(deadline=None)
def test_the_volatility_of_a_price_comes_back_within_the_rounding_of_the_price(
    is_call: bool, t: Terms
) -> None:
    price = black_price(t.forward, t.strike, *t.rest(), is_call)
    volatility, status = implied_volatility(price, t.forward, t.strike, t.expiry_years, t.discount, is_call)
    if vega(t) > 1e-6 * t.forward * t.expiry_years**0.5:
        assert status == ImpliedStatus.OK
        assert abs(volatility - t.volatility) <= 1e-14 + t.rounding() / vega(t)


@given(t=terms())
@settings(deadline=None)
def test_the_root_equals_bisection(t: Terms) -> None:
    is_call = t.strike >= t.forward
    price = float(black_price(t.forward, t.strike, *t.rest(), is_call))
    volatility, status = implied_volatility(price, t.forward, t.strike, t.expiry_years, t.discount, is_call)
    if status == ImpliedStatus.OK and vega(t) > 1e-6 * t.forward * t.expiry_years**0.5:
        slow = twin.implied_volatility(price, t.forward, t.strike, t.expiry_years, t.discount, is_call)
        assert abs(volatility - slow) <= 1e-14 + t.rounding() / vega(t)


@given(t=terms())
@settings(deadline=None)
def test_any_price_between_the_bounds_is_reproduced(t: Terms) -> None:
    is_call = t.strike >= t.forward
    price = t.discount * min(t.forward, t.strike) * min(t.volatility / 3.001, 0.999)
    volatility, status = implied_volatility(price, t.forward, t.strike, t.expiry_years, t.discount, is_call)
    assert status == ImpliedStatus.OK
    again = black_price(t.forward, t.strike, t.expiry_years, volatility, t.discount, is_call)
    assert abs(again - price) <= t.rounding()


@pytest.mark.parametrize(
    ("price", "strike", "years", "is_call", "status"),
    [
        (5.0, 100.0, 1.0, True, ImpliedStatus.OK),
        (9.99, 90.0, 1.0, True, ImpliedStatus.BELOW_INTRINSIC),
        (-0.01, 110.0, 1.0, True, ImpliedStatus.BELOW_INTRINSIC),
        (10.0, 90.0, 1.0, True, ImpliedStatus.NOT_UNIQUE),
        (0.0, 110.0, 1.0, True, ImpliedStatus.NOT_UNIQUE),
        (5.0, 100.0, 0.0, True, ImpliedStatus.NOT_UNIQUE),
        (5.0, 100.0, -1.0, False, ImpliedStatus.NOT_UNIQUE),
        (100.0, 110.0, 1.0, True, ImpliedStatus.ABOVE_BOUND),
        (111.0, 110.0, 1.0, False, ImpliedStatus.ABOVE_BOUND),
        (np.nan, 110.0, 1.0, False, ImpliedStatus.INVALID),
        (np.inf, 110.0, 1.0, False, ImpliedStatus.INVALID),
        (5.0, 0.0, 1.0, True, ImpliedStatus.INVALID),
        (5.0, np.nan, 1.0, True, ImpliedStatus.INVALID),
        (5.0, 100.0, np.nan, True, ImpliedStatus.INVALID),
    ],
)
def test_every_price_has_its_status(
    price: float, strike: float, years: float, is_call: bool, status: ImpliedStatus
) -> None:
    volatility, found = implied_volatility(price, 100.0, strike, years, 1.0, is_call)
    assert found == status
    assert np.isfinite(volatility) == (status is ImpliedStatus.OK)


def test_a_bad_element_touches_no_other_and_shapes_broadcast() -> None:
    prices = np.array([[5.0], [np.nan]])
    volatility, status = implied_volatility(prices, 100.0, [100.0, 105.0], 1.0, 1.0, True)
    assert volatility.shape == status.shape == (2, 2)
    assert np.isfinite(volatility).tolist() == [[True, True], [False, False]]


def test_far_wings_keep_the_digits_of_the_price() -> None:
    forward, strikes = 100.0, 100.0 * np.exp([-3.0, -1.0, 1.0, 3.0])
    prices = np.array([1e-290, 1e-100, 1e-100, 1e-290])
    volatility, _ = implied_volatility(prices, forward, strikes, 0.5, 1.0, strikes > forward)
    nearby, _ = implied_volatility(prices * (1 + 1e-10), forward, strikes, 0.5, 1.0, strikes > forward)
    assert np.all(nearby > volatility)
