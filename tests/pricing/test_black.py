from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.testing import assert_allclose

from pricing.black import black_price
from tests.properties.option_axioms import AXIOMS, Terms, terms
from tests.twins import black as twin

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


def test_nan_stays_nan_and_touches_no_other_element() -> None:
    prices = black_price(100.0, [90.0, np.nan, 110.0], 1.0, 0.2, 1.0, True)
    assert np.isnan(prices).tolist() == [False, True, False]


def test_inputs_broadcast() -> None:
    prices = black_price(100.0, np.full((3, 1), 95.0), np.ones(4), 0.2, 1.0, [True, False, True, False])
    assert prices.shape == (3, 4)
