"""Barriers, digitals and forward starts: relations between them, limits, and a tree beside QuantLib."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import ndtr

from pricing.american.american import american_greeks
from pricing.barrier_tree import american_barrier_price
from pricing.black import black_price
from pricing.engines.barrier import BarrierKind, barrier_prices
from pricing.engines.digital import DigitalPayoff, Touch, digital_prices, touch_prices
from pricing.engines.double_barrier import DoubleBarrierKind, double_barrier_prices
from pricing.engines.forward_start import forward_start_prices
from pricing.option import Exercise

RNG = np.random.default_rng(41)
SIZE = 60
SPOT = RNG.uniform(80.0, 120.0, SIZE)
YEARS = RNG.uniform(0.05, 2.0, SIZE)
RATE, DIVIDEND = RNG.uniform(-0.02, 0.1, (2, SIZE))
FORWARD, DISCOUNT = SPOT * np.exp((RATE - DIVIDEND) * YEARS), np.exp(-RATE * YEARS)
STRIKE, VOLATILITY = RNG.uniform(70.0, 130.0, SIZE), RNG.uniform(0.1, 0.6, SIZE)
IS_CALL = RNG.random(SIZE) < 0.5
OPTIONS = (SPOT, FORWARD, STRIKE, YEARS, VOLATILITY, DISCOUNT, IS_CALL)
PLAIN = black_price(*OPTIONS[1:])
DOWN, UP = 0.85 * SPOT, 1.2 * SPOT
PAIRS = [(BarrierKind.DOWN_IN, BarrierKind.DOWN_OUT), (BarrierKind.UP_IN, BarrierKind.UP_OUT)]


@pytest.mark.parametrize(("knock_in", "knock_out"), PAIRS)
def test_in_and_out_without_rebate_make_the_plain_option(
    knock_in: BarrierKind, knock_out: BarrierKind
) -> None:
    barrier = UP if knock_in.is_up else DOWN
    pair = [barrier_prices(*OPTIONS, barrier=barrier, kind=kind) for kind in (knock_in, knock_out)]
    assert_allclose(np.sum(pair, axis=0), PLAIN, atol=1e-9)
    assert np.min(pair) >= -1e-9


def test_in_and_out_of_two_barriers_make_the_plain_option() -> None:
    both = sum(double_barrier_prices(*OPTIONS, lower=DOWN, upper=UP, kind=kind) for kind in DoubleBarrierKind)
    assert_allclose(both, PLAIN, atol=1e-9)


def test_two_barriers_are_one_when_the_other_is_far() -> None:
    """Strikes beyond the near barrier too, where one of QuantLib's two engines is wrong."""
    out = DoubleBarrierKind.KNOCK_OUT
    above = double_barrier_prices(*OPTIONS, lower=DOWN, upper=1e3 * SPOT, kind=out)
    assert_allclose(above, barrier_prices(*OPTIONS, barrier=DOWN, kind=BarrierKind.DOWN_OUT), atol=1e-8)
    below = double_barrier_prices(*OPTIONS, lower=1e-3 * SPOT, upper=UP, kind=out)
    assert_allclose(below, barrier_prices(*OPTIONS, barrier=UP, kind=BarrierKind.UP_OUT), atol=1e-8)


def test_a_knock_out_in_the_money_all_the_way_is_linear_in_its_strike() -> None:
    inputs = (100.0, 101.0, [60.0, 70.0, 80.0], 0.5, 0.25, 0.98, True)
    values = double_barrier_prices(*inputs, lower=80.0, upper=130.0, kind=DoubleBarrierKind.KNOCK_OUT)
    assert values[0] - values[1] == pytest.approx(values[1] - values[2], abs=1e-9)


@pytest.mark.parametrize("kind", BarrierKind)
def test_a_far_barrier_leaves_the_plain_option_or_its_rebate(kind: BarrierKind) -> None:
    barrier = (1e4 if kind.is_up else 1e-4) * SPOT
    values = barrier_prices(*OPTIONS, barrier=barrier, kind=kind, rebate=2.0)
    assert_allclose(values, 2.0 * DISCOUNT if kind.is_in else PLAIN, atol=1e-6)


@pytest.mark.parametrize("exercise", Exercise)
@pytest.mark.parametrize("kind", BarrierKind)
def test_a_spot_beyond_the_barrier_has_touched_it(kind: BarrierKind, exercise: Exercise) -> None:
    barrier = (0.9 if kind.is_up else 1.1) * SPOT
    values = barrier_prices(*OPTIONS, barrier=barrier, kind=kind, rebate=2.0, exercise=exercise)
    plain = PLAIN if exercise is Exercise.EUROPEAN else american_greeks(*OPTIONS).value
    assert_allclose(values, plain if kind.is_in else 2.0)


def test_an_american_call_without_yield_behind_a_far_barrier_is_european() -> None:
    inputs = (100.0, 100.0 * np.exp(0.05), 95.0, 1.0, 0.2, np.exp(-0.05), True)
    tree = american_barrier_price(*inputs, barrier=1.0, is_in=False, steps=2_000)
    assert tree == pytest.approx(float(black_price(*inputs[1:])), abs=2e-3)


@pytest.mark.parametrize("kind", [BarrierKind.DOWN_IN, BarrierKind.UP_IN])
def test_the_tree_of_a_call_never_exercised_early_is_quantlibs_closed_form(kind: BarrierKind) -> None:
    inputs = (100.0, 100.0 * np.exp(0.05), 95.0, 1.0, 0.2, np.exp(-0.05), True)
    barrier = 115.0 if kind.is_up else 85.0
    european = barrier_prices(*inputs, barrier=barrier, kind=kind, rebate=1.0)
    american = barrier_prices(
        *inputs, barrier=barrier, kind=kind, rebate=1.0, exercise=Exercise.AMERICAN, steps=2_000
    )
    assert_allclose(american, european, atol=6e-3)


def test_an_american_knock_out_is_worth_no_less_than_the_european_or_than_exercising() -> None:
    inputs = (100.0, 98.0, 104.0, 0.5, 0.3, 0.97, False)
    american, european = (
        barrier_prices(*inputs, barrier=80.0, kind=BarrierKind.DOWN_OUT, exercise=exercise)[0]
        for exercise in (Exercise.AMERICAN, Exercise.EUROPEAN)
    )
    assert american >= max(european, 4.0)


def test_too_few_steps_for_the_carry_are_refused() -> None:
    with pytest.raises(ValueError, match="ask for more"):
        american_barrier_price(100.0, 300.0, 100.0, 1.0, 0.01, 0.3, True, barrier=1.0, is_in=False, steps=10)


def test_european_digitals_are_slopes_and_shares_of_the_plain_option() -> None:
    sign = np.where(IS_CALL, 1.0, -1.0)
    deviation = VOLATILITY * np.sqrt(YEARS)
    lower = np.log(FORWARD / STRIKE) / deviation - 0.5 * deviation
    cash = digital_prices(*OPTIONS, payoff=DigitalPayoff.CASH, cash=7.0)
    asset = digital_prices(*OPTIONS, payoff=DigitalPayoff.ASSET)
    gap = digital_prices(*OPTIONS, payoff=DigitalPayoff.GAP, cash=STRIKE)
    assert_allclose(cash, 7.0 * DISCOUNT * ndtr(sign * lower), atol=1e-10)
    assert_allclose(asset, DISCOUNT * FORWARD * ndtr(sign * (lower + deviation)), atol=1e-10)
    assert_allclose(gap, PLAIN, atol=1e-10)


@pytest.mark.parametrize("payoff", [DigitalPayoff.CASH, DigitalPayoff.ASSET])
def test_touch_at_expiry_and_no_touch_are_paid_for_certain(payoff: DigitalPayoff) -> None:
    strike = np.where(IS_CALL, UP, DOWN)
    options = (SPOT, FORWARD, strike, YEARS, VOLATILITY, DISCOUNT, IS_CALL)
    pair = [
        touch_prices(*options, payoff=payoff, touch=touch, cash=5.0)
        for touch in (Touch.AT_EXPIRY, Touch.NO_TOUCH)
    ]
    certain = 5.0 * DISCOUNT if payoff is DigitalPayoff.CASH else DISCOUNT * FORWARD
    assert_allclose(np.sum(pair, axis=0), certain, rtol=1e-9)


@pytest.mark.parametrize("payoff", [DigitalPayoff.CASH, DigitalPayoff.ASSET])
def test_a_spot_beyond_the_strike_has_touched_it(payoff: DigitalPayoff) -> None:
    strike = np.where(IS_CALL, DOWN, UP)
    options = (SPOT, FORWARD, strike, YEARS, VOLATILITY, DISCOUNT, IS_CALL)
    paid = 5.0 if payoff is DigitalPayoff.CASH else SPOT
    later = 5.0 * DISCOUNT if payoff is DigitalPayoff.CASH else DISCOUNT * FORWARD
    for touch, expected in ((Touch.AT_HIT, paid), (Touch.AT_EXPIRY, later), (Touch.NO_TOUCH, 0.0)):
        assert_allclose(touch_prices(*options, payoff=payoff, touch=touch, cash=5.0), expected, rtol=1e-14)


def test_the_asset_on_touching_is_the_strike_in_cash() -> None:
    strike = np.where(IS_CALL, UP, DOWN)
    options = (SPOT, FORWARD, strike, YEARS, VOLATILITY, DISCOUNT, IS_CALL)
    asset = touch_prices(*options, payoff=DigitalPayoff.ASSET, touch=Touch.AT_HIT)
    cash = touch_prices(*options, payoff=DigitalPayoff.CASH, touch=Touch.AT_HIT, cash=strike)
    assert_allclose(asset, cash, atol=1e-8)


def test_a_gap_option_has_no_touch() -> None:
    with pytest.raises(ValueError, match="no touch"):
        touch_prices(*OPTIONS, payoff=DigitalPayoff.GAP, touch=Touch.AT_HIT)


def forward_start(start: Any) -> np.ndarray:
    """The random options, struck at their moneyness later."""
    return forward_start_prices(SPOT, FORWARD, STRIKE / SPOT, start, YEARS, VOLATILITY, DISCOUNT, IS_CALL)


def test_a_start_now_is_the_plain_option() -> None:
    assert_allclose(forward_start(0.0), PLAIN, atol=1e-10)


def test_a_later_start_is_a_shorter_option_on_the_forward_then() -> None:
    """Rubinstein (1990): D F(start) times Black's formula on the growth from the start on."""
    start = 0.25 * YEARS
    growth = np.exp((RATE - DIVIDEND) * (YEARS - start))
    later = black_price(growth, STRIKE / SPOT, YEARS - start, VOLATILITY, DISCOUNT, IS_CALL)
    assert_allclose(forward_start(start), FORWARD / growth * later, atol=1e-10)


@pytest.mark.parametrize("at", range(6))
@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
def test_an_input_outside_of_the_domain_gives_nan_in_its_row_alone(at: int, bad: float) -> None:
    inputs = [100.0, 101.0, 95.0, 0.5, 0.3, 0.98, True]
    if at == 2 and bad == -1.0:
        return
    inputs[at] = [bad, inputs[at]]
    down_out = {"barrier": 80.0, "kind": BarrierKind.DOWN_OUT}
    for found in (
        barrier_prices(*inputs, **down_out),
        digital_prices(*inputs, payoff=DigitalPayoff.CASH),
        double_barrier_prices(*inputs, lower=80.0, upper=130.0, kind=DoubleBarrierKind.KNOCK_OUT),
        forward_start_prices(*inputs[:3], 0.1, *inputs[3:]),
    ):
        assert np.isfinite(found[1])
        assert np.isnan(found[0]) or (at == 0 and bad in (np.inf, -1.0))


def test_a_start_after_the_expiry_has_no_value() -> None:
    assert np.isnan(forward_start(1.5 * YEARS)).all()
