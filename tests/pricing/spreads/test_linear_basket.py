from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pricing.black import black_price
from pricing.spreads.linear_basket import LinearBasketValue, linear_basket_option
from pricing.spreads.spread_option import spread_option
from tests.pricing.spreads.assets import two_assets

EQUAL = np.full((3, 3), 0.4) + 0.6 * np.eye(3)


def basket(**changes: Any) -> LinearBasketValue:
    """A call on the average of three assets, two years, but for `changes`."""
    inputs: dict[str, Any] = {
        "spot": [90.0, 100.0, 120.0],
        "forward": [92.0, 103.0, 121.0],
        "weight": [1 / 3, 1 / 3, 1 / 3],
        "strike": 100.0,
        "expiry_years": 2.0,
        "volatility": [0.2, 0.3, 0.4],
        "correlation": EQUAL,
        "discount": 0.95,
        "is_call": True,
    }
    return linear_basket_option(**(inputs | changes))


@pytest.mark.parametrize("correlation", [-0.7, 0.0, 0.5, 0.95])
@pytest.mark.parametrize("strike", [-20.0, 0.0, 20.0, 60.0])
def test_two_assets_give_the_spread_option(correlation: float, strike: float) -> None:
    spread = spread_option(two_assets(correlation=correlation), strike, False)
    found = basket(
        spot=[110.0, 90.0],
        forward=[110.0 * np.exp(0.02), 90.0 * np.exp(0.03)],
        weight=[1.0, -1.0],
        strike=strike,
        expiry_years=1.0,
        volatility=[0.3, 0.2],
        correlation=[[1.0, correlation], [correlation, 1.0]],
        discount=np.exp(-0.05),
        is_call=False,
    )
    assert found.value == pytest.approx(float(spread.value), abs=2e-6)
    assert_allclose(found.delta, [spread.first_delta, spread.second_delta], atol=1e-6)


def test_one_asset_is_blacks_formula() -> None:
    one = basket(
        spot=[90.0], forward=[92.0], weight=[2.0], strike=190.0, volatility=[0.3], correlation=[[1.0]]
    )
    assert one.value == pytest.approx(2.0 * float(black_price(92.0, 95.0, 2.0, 0.3, 0.95, True)), abs=1e-12)


def test_assets_that_move_as_one_are_one_asset() -> None:
    one = basket(volatility=[0.3] * 3, correlation=np.ones((3, 3)))
    assert one.value == pytest.approx(float(black_price(316.0 / 3.0, 100.0, 2.0, 0.3, 0.95, True)), abs=1e-7)


@pytest.mark.parametrize("correlation", [0.9, 0.95, 0.99, 0.999])
def test_nearly_full_correlation_is_refined_until_it_is_right(correlation: float) -> None:
    matrix = np.full((3, 3), correlation) + (1.0 - correlation) * np.eye(3)
    found, finest = (basket(correlation=matrix, tolerance=tolerance) for tolerance in (1e-8, 1e-15))
    # The tolerance is a share of strike and forwards, 205 here.
    assert found.value == pytest.approx(finest.value, abs=2.05e-6)
    assert found.error <= 2.05e-6


@pytest.mark.parametrize("strike", [-50.0, 0.0, 100.0])
@pytest.mark.parametrize("weight", [[1 / 3] * 3, [1.0, -1.0, -0.5], [-0.5, -0.2, -0.3]])
def test_call_less_put_is_the_forward_basket(strike: float, weight: list[float]) -> None:
    call, put = (basket(strike=strike, weight=weight, is_call=is_call) for is_call in (True, False))
    forward = 0.95 * (np.dot(weight, [92.0, 103.0, 121.0]) - strike)
    assert call.value - put.value == pytest.approx(forward, abs=1e-5)


def test_simulated_value_lies_within_its_interval() -> None:
    weight = np.array([1.0, -0.6, -0.3])
    rng = np.random.default_rng(0)
    deviation = np.array([0.2, 0.3, 0.4]) * np.sqrt(2.0)
    normals = rng.standard_normal((400_000, 3)) @ np.linalg.cholesky(EQUAL).T
    prices = np.array([92.0, 103.0, 121.0]) * np.exp(normals * deviation - 0.5 * deviation**2)
    payoff = 0.95 * np.maximum(prices @ weight - 5.0, 0.0)
    error = payoff.std() / np.sqrt(len(payoff))
    found = basket(weight=weight, strike=5.0)
    assert abs(found.value - payoff.mean()) < 4.0 * error
    assert found.error < 1e-4


def test_deltas_are_slopes_of_the_value() -> None:
    up, down = (basket(forward=[92.0 + move, 103.0, 121.0]).value for move in (0.01, -0.01))
    assert basket().delta[0] == pytest.approx((up - down) / 0.02 * 92.0 / 90.0, abs=1e-6)


def test_many_assets_are_drawn_at_random_and_say_their_error() -> None:
    assets = 12
    inputs: dict[str, Any] = {
        "spot": np.full(assets, 100.0),
        "forward": np.full(assets, 100.0),
        "weight": np.full(assets, 1.0 / assets),
        "volatility": np.linspace(0.2, 0.5, assets),
        "correlation": np.full((assets, assets), 0.3) + 0.7 * np.eye(assets),
    }
    one, other = basket(**inputs, seed=1), basket(**inputs, seed=2)
    assert one.value == basket(**inputs, seed=1).value
    assert abs(one.value - other.value) < 5.0 * (one.error + other.error)
    assert one.error < 1e-3


@pytest.mark.parametrize("still", [{"volatility": [0.0] * 3}, {"expiry_years": 0.0}, {"expiry_years": -1.0}])
def test_where_nothing_moves_the_value_is_intrinsic(still: dict[str, Any]) -> None:
    found = basket(**still)
    assert found.value == pytest.approx(0.95 * (316.0 / 3.0 - 100.0))
    assert_allclose(found.delta, 0.95 * np.array([92.0, 103.0, 121.0]) / [90.0, 100.0, 120.0] / 3.0)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"weight": [1.0, 1.0]}, "one number an asset"),
        ({"strike": np.nan}, "finite"),
        ({"spot": [-1.0, 100.0, 120.0]}, "positive"),
        ({"volatility": [-0.2, 0.3, 0.4]}, "not negative"),
        ({"correlation": np.eye(2)}, "3 x 3"),
        ({"correlation": 2.0 * np.eye(3)}, "ones on its diagonal"),
        ({"correlation": [[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]]}, "semi-definite"),
    ],
)
def test_what_is_no_basket_is_refused_in_a_sentence(wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        basket(**wrong)
