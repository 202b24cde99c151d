from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.testing import assert_allclose

from pricing.black import FloatArray, black_price
from pricing.engines import european_greeks
from pricing.greeks import GreekColumns, ThirdOrderColumns, black_greeks, black_third_order
from pricing.greeks_kernel import fill_greeks
from tests.properties.option_axioms import Terms, terms
from tests.twins import black as twin
from tests.twins import exact_black as exact

NAMES = ("value", "delta", "gamma", "vega", "theta", "rho")
SPOT_OVER_FORWARD = 0.97


def both_rights(t: Terms) -> list[GreekColumns]:
    spot = SPOT_OVER_FORWARD * t.forward
    return [black_greeks(spot, t.forward, t.strike, *t.rest(), is_call) for is_call in (True, False)]


@given(t=terms(least_deviation=1e-3))
@settings(deadline=None)
def test_greeks_equal_the_textbook_one_at_a_time(t: Terms) -> None:
    for is_call, fast in zip((True, False), both_rights(t), strict=True):
        slow = twin.greeks(SPOT_OVER_FORWARD * t.forward, t.forward, t.strike, *t.rest(), is_call)
        for name in NAMES:
            scale = {"delta": 1.0, "gamma": 1.0 / t.forward}.get(name, t.forward + t.strike)
            tolerance = 1e-11 * max(scale, abs(slow[name]))
            assert abs(getattr(fast, name) - slow[name]) <= tolerance / min(t.expiry_years, 1.0)


@given(t=terms(least_deviation=0.02))
@settings(deadline=None)
def test_greeks_equal_bumped_prices(t: Terms) -> None:
    carry = -np.log(SPOT_OVER_FORWARD)
    spot, rate = SPOT_OVER_FORWARD * t.forward, -np.log(t.discount) / t.expiry_years

    def value(
        spot_scale: float = 1.0, volatility_move: float = 0.0, time_scale: float = 1.0, rate_move: float = 0.0
    ) -> float:
        years = t.expiry_years * time_scale
        forward = spot * spot_scale * np.exp(carry * time_scale + rate_move * years)
        discount = np.exp(-(rate + rate_move) * years)
        return float(black_price(forward, t.strike, years, t.volatility + volatility_move, discount, True))

    step = 1e-3 * t.volatility * t.expiry_years**0.5
    greeks = both_rights(t)[0]
    scale = t.forward + t.strike
    slope = (value(1.0 + step) - value(1.0 - step)) / (2.0 * step * spot)
    bend = (value(1.0 + step) - 2.0 * value() + value(1.0 - step)) / (step * spot) ** 2
    move = 1e-3 * t.volatility
    vega = (value(volatility_move=move) - value(volatility_move=-move)) / (2.0 * move)
    theta = (value(time_scale=0.999) - value(time_scale=1.001)) / (0.002 * t.expiry_years)
    rho = (value(rate_move=1e-5) - value(rate_move=-1e-5)) / 2e-5
    assert greeks.delta == pytest.approx(slope, abs=1e-5)
    assert greeks.gamma == pytest.approx(bend, rel=1e-4, abs=1e-7 * scale / (spot * step * 1e3) ** 2)
    assert greeks.vega == pytest.approx(vega, abs=1e-5 * scale * t.expiry_years**0.5)
    assert greeks.theta == pytest.approx(theta, abs=1e-5 * scale / t.expiry_years)
    assert greeks.rho == pytest.approx(rho, rel=1e-6, abs=1e-6 * scale)


@given(t=terms())
@settings(deadline=None)
def test_vega_and_gamma_are_never_negative_and_the_same_for_both_rights(t: Terms) -> None:
    call, put = both_rights(t)
    for name in ("vega", "gamma"):
        assert getattr(call, name) == getattr(put, name) >= 0.0


@given(t=terms())
@settings(deadline=None)
def test_a_synthetic_forward_has_the_delta_of_the_forward_alone(t: Terms) -> None:
    call, put = both_rights(t)
    assert call.delta - put.delta == pytest.approx(t.discount / SPOT_OVER_FORWARD, rel=1e-14)


@given(t=terms(least_deviation=1e-3))
@settings(deadline=None)
def test_vega_is_spot_squared_gamma_volatility_and_time(t: Terms) -> None:
    call = both_rights(t)[0]
    spot = SPOT_OVER_FORWARD * t.forward
    assert_allclose(call.vega, spot**2 * call.gamma * t.volatility * t.expiry_years, rtol=1e-12, atol=1e-290)


# Haug, Option pricing formulas (1998), pages 11 to 16.
@pytest.mark.parametrize(
    ("is_call", "strike", "spot", "dividend", "rate", "years", "volatility", "name", "published"),
    [
        (True, 100.0, 105.0, 0.10, 0.10, 0.5, 0.36, "delta", 0.5946),
        (False, 100.0, 105.0, 0.10, 0.10, 0.5, 0.36, "delta", -0.3566),
        (True, 60.0, 55.0, 0.00, 0.10, 0.75, 0.30, "vega", 18.9358),
        (False, 405.0, 430.0, 0.05, 0.07, 1.0 / 12.0, 0.20, "theta", -31.1924),
    ],
)
def test_the_greek_is_the_published_one(
    is_call: bool,
    strike: float,
    spot: float,
    dividend: float,
    rate: float,
    years: float,
    volatility: float,
    name: str,
    published: float,
) -> None:
    forward, discount = spot * np.exp((rate - dividend) * years), np.exp(-rate * years)
    greeks = black_greeks(spot, forward, strike, years, volatility, discount, is_call)
    assert_allclose(getattr(greeks, name), published, atol=1e-4)


def test_an_expired_option_is_its_intrinsic_value_with_no_time_in_it() -> None:
    greeks = black_greeks(100.0, 100.0, [90.0, 100.0, 110.0], [0.0, 0.0, -0.1], 0.2, 1.0, True)
    assert greeks.value.tolist() == [10.0, 0.0, 0.0]
    assert_allclose(greeks.delta, [1.0, 0.5, 0.0], rtol=1e-15)
    assert_allclose(greeks.dual_delta, [-1.0, -0.5, 0.0], rtol=1e-15)
    for each in fields(greeks):
        if each.name not in ("value", "delta", "dual_delta"):
            assert not getattr(greeks, each.name).any()


def test_without_volatility_an_option_is_a_forward_or_nothing() -> None:
    greeks = black_greeks(100.0, 105.0, [90.0, 120.0], 1.0, 0.0, 0.9, True)
    assert_allclose(greeks.value, [13.5, 0.0], atol=1e-14)
    assert_allclose(greeks.delta, [0.945, 0.0])
    assert_allclose(greeks.rho, [81.0, 0.0])
    assert not greeks.gamma.any()
    assert not greeks.vega.any()


def test_rows_are_replaced_in_a_copy_and_taken_with_repeats() -> None:
    greeks = black_greeks(100.0, 100.0, [90.0, 100.0, 110.0], 1.0, 0.2, 1.0, True)
    other = black_greeks(100.0, 100.0, [95.0], 1.0, 0.2, 1.0, True)
    mixed = greeks.replaced(np.array([False, True, False]), other)
    assert mixed.value.tolist() == [greeks.value[0], other.value[0], greeks.value[2]]
    assert greeks.taken(np.array([2, 0, 2])).delta.tolist() == greeks.delta[[2, 0, 2]].tolist()


def test_every_greek_is_the_difference_quotient_of_the_exact_price() -> None:
    rng = np.random.default_rng(12)
    years = np.exp(rng.uniform(np.log(1e-4), np.log(5.0), 30))
    deviation = np.exp(rng.uniform(np.log(1e-3), np.log(2.0), 30))
    spot = np.exp(rng.uniform(0.0, 8.0, 30))
    forward, discount = spot * np.exp(rng.uniform(-0.1, 0.1, 30) * years), np.exp(-0.04 * years)
    strike = forward * np.exp(rng.uniform(-6.0, 6.0, 30) * deviation)
    columns = (spot, forward, strike, years, deviation / np.sqrt(years), discount, rng.uniform(size=30) < 0.5)
    found = _by_name(black_greeks(*columns)) | _by_name(black_third_order(*columns))
    assert set(found) == set(exact.GREEKS)
    for at, row in enumerate(zip(*columns, strict=True)):
        slow = exact.greeks(*map(float, row[:6]), bool(row[6]))
        for name, value in slow.items():
            assert found[name][at] == pytest.approx(float(value), rel=1e-11, abs=1e-13), name


def _by_name(greeks: GreekColumns | ThirdOrderColumns) -> dict[str, FloatArray]:
    return {each.name: getattr(greeks, each.name) for each in fields(greeks)}


def test_greeks_in_the_far_tail_keep_their_digits() -> None:
    greeks = black_greeks(100.0, 100.0, 100.0 * np.exp(5.0), 1.0, 0.2, 1.0, True)
    slow = exact.greeks(100.0, 100.0, float(100.0 * np.exp(5.0)), 1.0, 0.2, 1.0, True)
    for name in ("value", "delta", "vega", "vanna", "volga", "charm", "dual_delta"):
        assert getattr(greeks, name) == pytest.approx(float(slow[name]), rel=1e-12, abs=0.0)


@pytest.mark.parametrize(("forward", "strike"), [(0.0, 90.0), (100.0, 0.0)])
def test_a_worthless_forward_or_free_strike_has_finite_greeks(forward: float, strike: float) -> None:
    for is_call in (True, False):
        greeks = _by_name(black_greeks(100.0, forward, strike, 1.0, 0.2, 0.9, is_call))
        assert all(np.isfinite(column) for column in greeks.values())
        assert abs(greeks["delta"]) == pytest.approx(0.9 * forward / 100.0 * is_call)


@pytest.mark.parametrize("function", [black_greeks, black_third_order])
@pytest.mark.parametrize("place", range(6))
def test_nan_in_any_input_is_nan_in_every_column_of_that_row_alone(
    function: Callable[..., GreekColumns | ThirdOrderColumns], place: int
) -> None:
    columns = np.array([[100.0, 101.0, 90.0, 1.0, 0.2, 0.9]] * 3)
    columns[1, place] = np.nan
    for name, column in _by_name(function(*columns.T, True)).items():
        assert np.isnan(column).tolist() == [False, True, False], name


@pytest.mark.parametrize("spot", [0.0, -1.0, np.inf])
def test_a_spot_that_is_no_price_has_no_greeks(spot: float) -> None:
    greeks = black_greeks([spot, 100.0], 101.0, 90.0, 1.0, 0.2, 0.9, False)
    for name, column in _by_name(greeks).items():
        assert np.isnan(column).tolist() == [True, False], name


@pytest.mark.parametrize(
    ("years", "volatility"), [(0.0, 0.2), (1.0, 0.0), (1.0, np.inf), (1e-300, 0.2), (1e-14, 1e-90)]
)
def test_at_the_limits_nothing_is_nan(years: float, volatility: float) -> None:
    for function in (black_greeks, black_third_order):
        greeks = function(100.0, 101.0, [50.0, 101.0, 200.0], years, volatility, 0.9, True)
        for name, column in _by_name(greeks).items():
            assert np.isfinite(column).all(), name


def test_third_order_greeks_vanish_without_time_or_volatility() -> None:
    for years, volatility in ((0.0, 0.2), (1.0, 0.0)):
        third = black_third_order(100.0, 101.0, [50.0, 101.0, 200.0], years, volatility, 0.9, True)
        assert not any(column.any() for column in _by_name(third).values())


def test_greeks_of_any_shape_have_that_shape_and_no_elements_none() -> None:
    for shape in ((), (1,), (0,), (3, 2)):
        greeks = black_greeks(100.0, 100.0, np.full(shape, 95.0), 1.0, 0.2, 1.0, True)
        assert {column.shape for column in _by_name(greeks).values()} == {shape}
    assert len(fill_greeks.signatures) == 1


def test_every_greek_is_quantlibs() -> None:
    rng = np.random.default_rng(13)
    years, volatility = np.exp(rng.uniform(-4.0, 1.0, 300)), rng.uniform(0.05, 0.8, 300)
    spot = rng.uniform(50.0, 150.0, 300)
    forward, discount = spot * np.exp(0.02 * years), np.exp(-0.03 * years)
    strike = forward * np.exp(rng.normal(0.0, 2.0, 300) * volatility * np.sqrt(years))
    columns = (spot, forward, strike, years, volatility, discount, rng.uniform(size=300) < 0.5)
    ours, theirs = _by_name(black_greeks(*columns)), _by_name(european_greeks(*columns))
    for name, column in ours.items():
        tolerance = 1e-9 if name in ("vanna", "volga", "charm") else 1e-12
        assert_allclose(column, theirs[name], rtol=0.0, atol=tolerance * np.abs(column).max(), err_msg=name)
