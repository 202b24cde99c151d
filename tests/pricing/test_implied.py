from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from pricing.black import FloatArray, black_price
from pricing.implied import ImpliedStatus, implied_volatility
from pricing.implied_kernel import invert
from tests.properties.option_axioms import Terms, terms
from tests.twins import black as twin
from tests.twins import exact_black as exact


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


def random_options(deviation: tuple[float, float], distance: float, inside: bool) -> tuple[FloatArray, ...]:
    """Forward, strike, years, discount, right and deviation, the deviations spread evenly in logarithm."""
    rng = np.random.default_rng(21)
    deviations, years = (np.exp(rng.uniform(*np.log(span), 60)) for span in (deviation, (2e-6, 3.0)))
    forward = np.exp(rng.uniform(-2.0, 9.0, 60))
    strike = forward * np.exp(rng.uniform(-distance, distance, 60) * deviations)
    return forward, strike, years, np.exp(-0.03 * years), (strike >= forward) != inside, deviations


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize(
    ("deviation", "distance"),
    [((0.01, 1.0), 3.0), ((1e-3, 1.0), 25.0), ((1e-9, 1e-4), 5.0), ((1e-4, 5.0), 6.0), ((3.0, 12.0), 3.0)],
)
def test_the_exact_root_of_the_double_price_is_found(
    deviation: tuple[float, float], distance: float, inside: bool
) -> None:
    forward, strike, years, discount, calls, deviations = random_options(deviation, distance, inside)
    price = black_price(forward, strike, years, deviations / np.sqrt(years), discount, calls)
    volatility, status = implied_volatility(price, forward, strike, years, discount, calls)
    found = volatility * np.sqrt(years)
    solved = np.flatnonzero(status == ImpliedStatus.OK)
    # The discounted bound may round to the price itself; nothing else out of the money has no root.
    assert inside or np.all(
        (status == ImpliedStatus.OK) | (price >= discount * np.where(calls, forward, strike))
    )
    for at in solved:
        row = tuple(float(each[at]) for each in (price, forward, strike, discount))
        root = float(exact.total_volatility(*row, bool(calls[at]), found[at]))
        assert found[at] == pytest.approx(root, rel=3e-14)


def test_a_discounted_intrinsic_value_that_was_rounded_down_is_not_below_itself() -> None:
    rng = np.random.default_rng(7)
    forward, discount = rng.uniform(50.0, 200.0, 1_000), rng.uniform(0.8, 1.0, 1_000)
    strike = forward * np.exp(-rng.uniform(0.001, 1.0, 1_000))
    _, status = implied_volatility(discount * (forward - strike), forward, strike, 1.0, discount, True)
    assert np.all(status == ImpliedStatus.NOT_UNIQUE)


@pytest.mark.parametrize("years", [0.0, -1.0])
def test_without_time_no_price_has_a_volatility(years: float) -> None:
    _, status = implied_volatility([5.0, -1.0, 200.0], 100.0, 100.0, years, 1.0, True)
    assert status.tolist() == [
        ImpliedStatus.NOT_UNIQUE,
        ImpliedStatus.BELOW_INTRINSIC,
        ImpliedStatus.ABOVE_BOUND,
    ]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", range(5))
def test_an_input_that_is_no_number_is_invalid_alone(bad: float, place: int) -> None:
    columns = np.array([[12.0, 100.0, 90.0, 1.0, 0.98]] * 3)
    columns[1, place] = bad
    volatility, status = implied_volatility(*columns.T, True)
    ahead = ImpliedStatus.NOT_UNIQUE if (place, bad) == (3, -np.inf) else ImpliedStatus.INVALID
    assert status.tolist() == [ImpliedStatus.OK, ahead, ImpliedStatus.OK]
    assert np.isnan(volatility).tolist() == [False, True, False]


@pytest.mark.parametrize("discount", [0.0, -1.0])
def test_a_discount_factor_that_is_not_positive_is_invalid(discount: float) -> None:
    assert implied_volatility(5.0, 100.0, 100.0, 1.0, discount, True)[1] == ImpliedStatus.INVALID


def test_a_time_value_below_the_normal_numbers_is_none() -> None:
    assert implied_volatility(5e-320, 100.0, 200.0, 1.0, 1.0, True)[1] == ImpliedStatus.NOT_UNIQUE


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 200])
def test_a_column_is_inverted_as_its_elements_are_whatever_stands_beside_them(size: int) -> None:
    strikes = np.linspace(60.0, 160.0, size)
    prices = black_price(100.0, strikes, 0.5, np.linspace(0.05, 3.0, size), 0.98, True)
    volatility, status = implied_volatility(prices, 100.0, strikes, 0.5, 0.98, True)
    for at in range(size):
        alone, own = implied_volatility(prices[at], 100.0, strikes[at], 0.5, 0.98, True)
        assert (own, alone) == (status[at], volatility[at]) or (own and own == status[at])


def test_no_layout_of_the_inputs_compiles_a_second_kernel() -> None:
    prices = np.linspace(1.0, 40.0, 12)
    frozen = prices.copy()
    frozen.flags.writeable = False
    for column in (frozen, prices[::2], prices.reshape(3, 4).T, prices.astype(np.float32), [5, 6]):
        implied_volatility(column, 100.0, 100.0, 0.5, 0.98, True)
    assert len(invert.signatures) == 1
