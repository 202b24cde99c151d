from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.testing import assert_allclose

from pricing.black import black_price
from pricing.black_kernel import BLOCK, black_values
from tests.properties.option_axioms import AXIOMS, Terms, terms
from tests.twins import black as twin
from tests.twins import exact_black as exact

Axiom = Callable[..., None]


@pytest.mark.parametrize("axiom", AXIOMS)
@given(t=terms())
@settings(deadline=None)
def test_the_price_obeys(axiom: Axiom, t: Terms) -> None:
    axiom(black_price, t)


@given(t=terms())
@settings(deadline=None)
def test_the_price_equals_its_slow_twin(t: Terms) -> None:
    for is_call in (True, False):
        slow = twin.price(t.forward, t.strike, *t.rest(), is_call)
        assert abs(black_price(t.forward, t.strike, *t.rest(), is_call) - slow) <= t.rounding()


# Haug, Option pricing formulas (1998), pages 2 to 8.
@pytest.mark.parametrize(
    ("is_call", "strike", "spot", "dividend", "rate", "years", "volatility", "published"),
    [
        (True, 65.0, 60.0, 0.00, 0.08, 0.25, 0.30, 2.1334),
        (True, 100.0, 110.0, 0.10, 0.10, 0.50, 0.25, 12.7857),
        (False, 100.0, 90.0, 0.10, 0.10, 0.10, 0.25, 10.2155),
        (True, 40.0, 42.0, 0.08, 0.04, 0.75, 0.35, 5.0975),
    ],
)
def test_the_price_is_the_published_one(
    is_call: bool,
    strike: float,
    spot: float,
    dividend: float,
    rate: float,
    years: float,
    volatility: float,
    published: float,
) -> None:
    forward, discount = spot * np.exp((rate - dividend) * years), np.exp(-rate * years)
    assert_allclose(black_price(forward, strike, years, volatility, discount, is_call), published, atol=1e-4)


@pytest.mark.parametrize(("years", "volatility"), [(0.0, 0.2), (-0.1, 0.2), (1.0, 0.0), (0.0, 0.0)])
def test_without_time_or_volatility_the_price_is_the_discounted_intrinsic_value(
    years: float, volatility: float
) -> None:
    strikes = np.array([90.0, 100.0, 110.0])
    assert_allclose(black_price(100.0, strikes, years, volatility, 0.9, True), [9.0, 0.0, 0.0], atol=1e-14)
    assert_allclose(black_price(100.0, strikes, years, volatility, 0.9, False), [0.0, 0.0, 9.0], atol=1e-14)


def test_at_boundless_volatility_a_call_is_worth_the_forward_and_a_put_the_strike() -> None:
    assert black_price(100.0, 90.0, 1.0, 1e3, 0.9, True) == pytest.approx(90.0, abs=1e-12)
    assert black_price(100.0, 90.0, 1.0, 1e3, 0.9, False) == pytest.approx(81.0, abs=1e-12)


def test_an_out_of_the_money_value_keeps_its_digits_at_any_distance() -> None:
    """Up to 37 deviations, where the value leaves the normal numbers; a minute to ten years."""
    rng = np.random.default_rng(11)
    years = np.exp(rng.uniform(np.log(2e-6), np.log(10.0), 300))
    deviation = np.exp(rng.uniform(np.log(1e-8), np.log(6.0), 300))
    distance = rng.choice([1e-6, 1.0, 8.0, 25.0, 36.0], 300) * rng.uniform(-1.0, 1.0, 300)
    forward = np.exp(rng.uniform(-3.0, 9.0, 300))
    strike, volatility = forward * np.exp(distance * deviation), deviation / np.sqrt(years)
    found = black_price(forward, strike, years, volatility, 0.97, strike >= forward)
    for at, columns in enumerate(zip(forward, strike, years, volatility, strict=True)):
        slow = exact.black(*map(float, columns), 0.97, bool(strike[at] >= forward[at]))
        assert found[at] == pytest.approx(float(slow), rel=1e-14)


def test_next_to_the_money_a_tiny_volatility_is_not_lost_in_the_logarithm() -> None:
    strike = 100.0 * (1.0 + 2.0**-40)
    slow = float(exact.black(100.0, strike, 1.0, 1e-12, 1.0, True))
    assert black_price(100.0, strike, 1.0, 1e-12, 1.0, True) == pytest.approx(slow, rel=1e-14)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
@pytest.mark.parametrize("place", range(5))
def test_what_is_no_option_is_nan_and_touches_no_other(bad: float, place: int) -> None:
    columns = np.array([[100.0, 90.0, 1.0, 0.2, 0.9]] * 3)
    whole = black_price(*columns.T, True)
    columns[1, place] = bad
    prices = black_price(*columns.T, True)
    limits = {(2, -1.0): 9.0, (3, np.inf): 90.0}
    assert prices[1] == pytest.approx(limits.get((place, bad), np.nan), nan_ok=True, rel=1e-15)
    assert prices[[0, 2]].tolist() == whole[[0, 2]].tolist()


def test_a_free_strike_is_the_forward_and_a_worthless_forward_is_the_strike() -> None:
    assert black_price([100.0, 0.0], [0.0, 100.0], 1.0, 0.2, 0.9, [True, False]).tolist() == [90.0, 90.0]
    assert black_price([100.0, 0.0], [0.0, 100.0], 1.0, 0.2, 0.9, [False, True]).tolist() == [0.0, 0.0]


def test_a_zero_discount_factor_is_no_price() -> None:
    assert np.isnan(black_price(100.0, 90.0, 1.0, 0.2, 0.0, True))


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 5])
def test_a_column_of_any_length_is_its_elements_one_by_one(size: int) -> None:
    strikes, calls = np.linspace(50.0, 150.0, size), np.arange(size) % 3 == 0
    alone = [black_price(100.0, k, 0.5, 0.3, 0.98, c) for k, c in zip(strikes, calls, strict=True)]
    assert black_price(100.0, strikes, 0.5, 0.3, 0.98, calls).tolist() == alone


def test_no_layout_of_the_inputs_compiles_a_second_kernel() -> None:
    strikes = np.linspace(50.0, 150.0, 12)
    frozen = strikes.copy()
    frozen.flags.writeable = False
    for column in (frozen, strikes[::2], strikes.reshape(3, 4).T, strikes.astype(np.float32), [90, 100]):
        black_price(100.0, column, 0.5, 0.3, 0.98, True)
    assert len(black_values.signatures) == 1


def test_nan_stays_nan_and_touches_no_other_element() -> None:
    prices = black_price(100.0, [90.0, np.nan, 110.0], 1.0, 0.2, 1.0, True)
    assert np.isnan(prices).tolist() == [False, True, False]


def test_inputs_broadcast() -> None:
    prices = black_price(100.0, np.full((3, 1), 95.0), np.ones(4), 0.2, 1.0, [True, False, True, False])
    assert prices.shape == (3, 4)
