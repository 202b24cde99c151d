from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pricing.black import black_price
from pricing.engines.spread import SpreadMethod, quantlib_spread
from pricing.spreads.exchange import exchange_option
from pricing.spreads.spread_columns import SpreadColumns
from pricing.spreads.spread_option import spread_option
from pricing.spreads.two_assets import TwoAssets
from tests.pricing.spreads.assets import exchanged, random_assets, two_assets
from tests.twins.spread import undiscounted_call

STRIKES = np.random.default_rng(7).normal(10.0, 40.0, 150)


def test_random_values_are_those_of_a_dense_quadrature_to_a_hundred_millionth() -> None:
    assets = random_assets(150, seed=1)
    columns, _ = assets.broadcast()
    found = spread_option(assets, STRIKES, True).value
    inputs = (
        columns.first_forward,
        columns.second_forward,
        STRIKES,
        columns.first_deviation,
        columns.second_deviation,
        columns.correlation,
    )
    slow = [undiscounted_call(*row) for row in zip(*(column.tolist() for column in inputs), strict=True)]
    assert_allclose(found, columns.discount * slow, rtol=0.0, atol=1e-8)


@pytest.mark.parametrize("correlation", [-0.999999, -0.9999, 0.9999, 0.999999])
def test_nearly_full_correlation_and_unlike_volatilities_stay_exact(correlation: float) -> None:
    """Exercise is then a thin region whose boundary bends sharply: the panels' domain."""
    for first, second in ((0.1, 0.6), (0.6, 0.1), (0.3, 0.3)):
        assets = two_assets(
            rate=0.0,
            first_yield=0.0,
            second_yield=0.0,
            first_volatility=first,
            second_volatility=second,
            correlation=correlation,
        )
        slow = undiscounted_call(110.0, 90.0, 20.0, first, second, correlation)
        assert float(spread_option(assets, 20.0, True).value) == pytest.approx(slow, abs=1e-7)


def test_quantlibs_integral_gives_the_same_values() -> None:
    assets = random_assets(40, seed=2)
    strikes = np.linspace(1.0, 60.0, 40)
    for is_call in (True, False):
        theirs = quantlib_spread(assets, strikes, is_call, method=SpreadMethod.PEARSON)
        assert_allclose(spread_option(assets, strikes, is_call).value, theirs, rtol=0.0, atol=2e-6)


def test_no_strike_is_margrabes_option_in_every_greek() -> None:
    assets = random_assets(500, seed=3)
    ours, closed = spread_option(assets, 0.0, True), exchange_option(assets)
    for each in fields(SpreadColumns):
        assert_allclose(getattr(ours, each.name), getattr(closed, each.name), rtol=1e-8, atol=1e-10)


def test_call_less_put_is_the_forward_spread() -> None:
    assets = random_assets(150, seed=4)
    call, put = (spread_option(assets, STRIKES, is_call) for is_call in (True, False))
    columns, _ = assets.broadcast()
    forward = columns.discount * (columns.first_forward - columns.second_forward - STRIKES)
    assert_allclose(call.value - put.value, forward, rtol=0.0, atol=1e-10)
    assert_allclose(call.cross_gamma, put.cross_gamma)
    growth = columns.discount * columns.first_forward / columns.first_spot
    assert_allclose(call.first_delta - put.first_delta, growth, atol=1e-12)


def test_a_call_is_the_put_on_the_opposite_spread() -> None:
    assets = random_assets(150, seed=5)
    call, put = spread_option(assets, STRIKES, True), spread_option(exchanged(assets), -STRIKES, False)
    assert_allclose(call.value, put.value, rtol=0.0, atol=1e-10)
    assert_allclose(call.first_delta, put.second_delta, rtol=0.0, atol=1e-10)


def bumped(assets: TwoAssets, name: str, move: float) -> TwoAssets:
    """One input moved; a spot takes its forward along."""
    number = np.asarray(getattr(assets, name))
    changes = {name: number + move}
    if name.endswith("spot"):
        forward = name.replace("spot", "forward")
        changes[forward] = np.asarray(getattr(assets, forward)) * (number + move) / number
    return replace(assets, **changes)


@pytest.mark.parametrize(
    ("greek", "of", "by", "step"),
    [
        ("first_delta", "value", "first_spot", 1e-3),
        ("second_delta", "value", "second_spot", 1e-3),
        ("first_gamma", "first_delta", "first_spot", 1e-3),
        ("cross_gamma", "first_delta", "second_spot", 1e-3),
        ("second_gamma", "second_delta", "second_spot", 1e-3),
        ("first_vega", "value", "first_volatility", 1e-4),
        ("second_vega", "value", "second_volatility", 1e-4),
        ("correlation_sensitivity", "value", "correlation", 1e-4),
    ],
)
def test_each_greek_is_the_slope_of_what_it_is_the_slope_of(
    greek: str, of: str, by: str, step: float
) -> None:
    assets = random_assets(150, seed=6)
    up, down = (getattr(spread_option(bumped(assets, by, move), STRIKES, True), of) for move in (step, -step))
    found = getattr(spread_option(assets, STRIKES, True), greek)
    assert_allclose((up - down) / (2.0 * step), found, rtol=2e-4, atol=2e-5)


def test_theta_and_rho_are_slopes_in_time_and_rate() -> None:
    def value(years: float, rate: float) -> float:
        return float(spread_option(two_assets(expiry_years=years, rate=rate), 20.0, True).value)

    greeks = spread_option(two_assets(), 20.0, True)
    assert greeks.theta == pytest.approx((value(0.999, 0.05) - value(1.001, 0.05)) / 0.002, rel=1e-5)
    assert greeks.rho == pytest.approx((value(1.0, 0.0501) - value(1.0, 0.0499)) / 0.0002, rel=1e-6)


def test_value_is_homogeneous_in_both_prices_and_the_strike() -> None:
    """Euler: S1 delta1 + S2 delta2 + K dV/dK = V, and dV/dK from the exercise probability by rho."""
    assets = random_assets(150, seed=8)
    columns, _ = assets.broadcast()
    greeks = spread_option(assets, STRIKES, True)
    dollars = columns.first_spot * greeks.first_delta + columns.second_spot * greeks.second_delta
    assert_allclose(dollars - greeks.rho / columns.expiry_years, greeks.value, atol=1e-9)


def test_a_second_asset_that_is_worth_nothing_leaves_a_plain_call() -> None:
    greeks = spread_option(two_assets(second_spot=1e-12), 100.0, True)
    forward = 110.0 * np.exp(0.02)
    plain = black_price(forward, 100.0, 1.0, 0.3, np.exp(-0.05), True)
    assert greeks.value == pytest.approx(float(plain), abs=1e-9)


def test_units_scale_each_asset() -> None:
    scaled = spread_option(two_assets(first_spot=220.0, second_spot=30.0), 20.0, True)
    units = spread_option(two_assets(second_spot=10.0), 20.0, True, first_units=2.0, second_units=3.0)
    assert units.value == pytest.approx(float(scaled.value), abs=1e-12)
    assert units.first_delta == pytest.approx(2.0 * float(scaled.first_delta), abs=1e-12)


@pytest.mark.parametrize(
    "still",
    [{"expiry_years": 0.0}, {"expiry_years": -1.0}, {"first_volatility": 0.0, "second_volatility": 0.0}],
)
def test_where_nothing_moves_the_value_is_the_discounted_intrinsic_one(still: dict[str, float]) -> None:
    assets = two_assets(rate=0.0, first_yield=0.0, second_yield=0.0, **still)
    greeks = spread_option(assets, [10.0, 20.0, 30.0], True)
    assert greeks.value.tolist() == [10.0, 0.0, 0.0]
    assert greeks.first_delta.tolist() == [1.0, 0.5, 0.0]
    assert not greeks.first_gamma.any()
    assert not greeks.theta.any()


def test_one_still_asset_leaves_the_others_option() -> None:
    assets = two_assets(second_volatility=0.0)
    columns, _ = assets.broadcast()
    total = columns.second_forward + 20.0
    plain = black_price(columns.first_forward, total, 1.0, 0.3, columns.discount, True)
    assert spread_option(assets, 20.0, True).value == pytest.approx(float(plain), abs=1e-8)


@pytest.mark.parametrize(
    "wrong",
    [
        {"first_spot": -1.0},
        {"second_spot": 0.0},
        {"first_volatility": -0.1},
        {"correlation": 1.01},
        {"correlation": np.nan},
        {"expiry_years": np.inf},
        {"second_volatility": np.inf},
    ],
)
def test_inputs_outside_of_the_domain_give_nan_and_leave_other_rows_alone(wrong: dict[str, float]) -> None:
    good = two_assets()
    with np.errstate(all="ignore"):
        bad = {name: [number, getattr(good, name)] for name, number in wrong.items() if hasattr(good, name)}
        greeks = spread_option(replace(good, **bad), 20.0, True)
    assert np.isnan(greeks.value[0])
    assert np.isnan(greeks.first_vega[0])
    assert greeks.value[1] == spread_option(good, 20.0, True).value


def test_huge_and_tiny_strikes_have_their_limits() -> None:
    values = spread_option(two_assets(), [1e12, 1e-12, -1e6], True).value
    assert values[0] == 0.0
    assert values[1] == pytest.approx(float(exchange_option(two_assets()).value), abs=1e-9)
    columns, _ = two_assets().broadcast()
    certain = columns.discount * (columns.first_forward - columns.second_forward + 1e6)
    assert values[2] == pytest.approx(float(certain), rel=1e-12)


def test_columns_of_any_shape_come_back_in_that_shape() -> None:
    assert spread_option(two_assets(), np.full((2, 3), 20.0), True).value.shape == (2, 3)
    assert spread_option(two_assets(), [], True).value.shape == (0,)
