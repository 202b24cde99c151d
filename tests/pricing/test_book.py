from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

import pricing.american.american
from pricing.american.american import american_greeks
from pricing.book import OptionColumns, Stickiness, value_options
from pricing.greeks import GreekColumns
from pricing.surface.atm import surface_from_atm
from tests.markets import flat_underlying
from tests.twins import black as twin

STRIKE = np.array([2300.0, 2500.0, 2648.94, 2800.0, 3000.0])
YEARS = np.array([0.02, 0.1, 0.25, 0.5, 1.0])
MARKET = replace(
    flat_underlying(rate=0.02),
    surface=surface_from_atm([0.02, 0.25, 1.0], [0.35, 0.25, 0.2], description="skewed"),
)


def columns(*, american: bool = False, years: object = YEARS) -> OptionColumns:
    """Five calls and puts in turn."""
    return OptionColumns(
        strike=STRIKE,
        expiry_years=np.broadcast_to(np.asarray(years, dtype=np.float64), STRIKE.shape),
        is_call=np.array([True, False, True, False, True]),
        is_american=np.full(STRIKE.shape, american),
    )


def test_the_book_equals_a_loop_over_its_options() -> None:
    greeks, volatility = value_options(columns(), MARKET)
    for row, (strike, years, is_call) in enumerate(zip(STRIKE, YEARS, columns().is_call, strict=True)):
        forward, discount = MARKET.spot * np.exp(0.02 * years), np.exp(-0.02 * years)
        sigma = float(MARKET.surface.implied_volatility(np.log(strike / forward), years))
        slow = twin.greeks(MARKET.spot, forward, strike, years, sigma, discount, bool(is_call))
        assert volatility[row] == pytest.approx(sigma, rel=1e-14)
        for name, expected in slow.items():
            assert getattr(greeks, name)[row] == pytest.approx(expected, rel=1e-10)


def test_sticky_strike_keeps_each_strikes_volatility() -> None:
    _, before = value_options(columns(), MARKET)
    _, after = value_options(columns(), MARKET, spot=2400.0, stickiness=Stickiness.STRIKE)
    assert_allclose(after, before, rtol=1e-15)


def test_sticky_moneyness_moves_the_smile_with_spot() -> None:
    fallen = replace(columns(), strike=0.9 * STRIKE)
    _, before = value_options(columns(), MARKET)
    _, after = value_options(fallen, MARKET, spot=0.9 * MARKET.spot)
    assert_allclose(after, before, rtol=1e-13)


@pytest.mark.parametrize("american", [False, True])
def test_delta_and_gamma_are_slopes_of_the_revalued_book_at_constant_volatility(american: bool) -> None:
    options = columns(american=american)
    step = 1.0
    down, here, up = (
        value_options(options, MARKET, spot=MARKET.spot + move, stickiness=Stickiness.STRIKE)[0]
        for move in (-step, 0.0, step)
    )
    assert_allclose((up.value - down.value) / (2.0 * step), here.delta, atol=2e-5)
    assert_allclose((up.delta - down.delta) / (2.0 * step), here.gamma, rtol=5e-3, atol=1e-8)


def test_a_volatility_shift_moves_every_option_by_its_vega() -> None:
    here, _ = value_options(columns(), MARKET)
    up, volatility = value_options(columns(), MARKET, volatility_shift=1e-5)
    assert_allclose((up.value - here.value) / 1e-5, here.vega, rtol=1e-3, atol=1e-3)
    assert_allclose(volatility, value_options(columns(), MARKET)[1] + 1e-5)


def test_a_shift_below_zero_stops_at_zero() -> None:
    greeks, volatility = value_options(columns(), MARKET, volatility_shift=-5.0)
    assert not volatility.any()
    assert np.all(greeks.value >= 0.0)


def test_given_volatilities_replace_the_surfaces() -> None:
    greeks, volatility = value_options(columns(), MARKET, implied_volatility=np.full(5, 0.2))
    flat, _ = value_options(columns(), flat_underlying(rate=0.02, volatility=0.2))
    assert volatility.tolist() == [0.2] * 5
    assert_allclose(greeks.delta, flat.delta, rtol=1e-12)


@pytest.mark.parametrize("american", [False, True])
@pytest.mark.parametrize("years", [0.0, -0.5])
def test_expired_options_are_worth_their_intrinsic_value_at_the_asked_spot(
    years: float, american: bool
) -> None:
    greeks, _ = value_options(columns(years=years, american=american), MARKET, spot=2600.0)
    assert greeks.value.tolist() == [300.0, 0.0, 0.0, 200.0, 0.0]
    assert greeks.delta.tolist() == [1.0, 0.0, 0.0, -1.0, 0.0]
    assert not greeks.theta.any()


def test_american_and_european_rows_keep_their_places() -> None:
    mixed = replace(columns(), is_american=np.array([False, True, False, True, False]))
    european, _ = value_options(columns(), MARKET)
    american, _ = value_options(columns(american=True), MARKET)
    both, _ = value_options(mixed, MARKET)
    expected = np.where(mixed.is_american, american.value, european.value)
    assert both.value.tolist() == expected.tolist()
    assert np.all(american.value >= european.value - 1e-4)


def test_each_distinct_american_contract_is_priced_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def counting(*inputs: np.ndarray) -> GreekColumns:
        asked.append(len(inputs[1]))
        return american_greeks(*inputs)

    monkeypatch.setattr(pricing.american.american, "american_greeks", counting)
    many = OptionColumns(
        strike=np.tile(STRIKE, 40),
        expiry_years=np.tile(YEARS, 40),
        is_call=np.tile(columns().is_call, 40),
        is_american=np.ones(200, dtype=bool),
    )
    greeks, _ = value_options(many, MARKET)
    assert asked == [5]
    assert_allclose(greeks.value.reshape(40, 5), np.tile(greeks.value[:5], (40, 1)))
