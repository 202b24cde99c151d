from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pricing.black import FloatArray, black_price
from pricing.book import OptionColumns, Stickiness, value_options
from pricing.curves import DiscountCurve, ForwardCurve
from pricing.dividend_black import black_dividend_greeks, spot_volatility
from pricing.dividends import CashDividendModel, DividendSchedule
from pricing.greeks import GreekColumns
from tests.markets import flat_underlying

DIVIDENDS = DividendSchedule(ex_years=np.array([0.2, 0.45]), cash=np.array([2.0, 3.0]))
STRIKE = np.array([80.0, 95.0, 100.0, 120.0])
YEARS = np.array([0.1, 0.3, 0.8, 1.0])
CALLS = np.array([True, False, True, False])
VOLATILITY = np.full(4, 0.3)


def curve(spot: float = 100.0, carry: float = 0.03, dividends: DividendSchedule = DIVIDENDS) -> ForwardCurve:
    one = np.ones(1)
    return ForwardCurve(spot=spot, expiry_years=one, carry_rate=carry * one, dividends=dividends)


def greeks(spot: float = 100.0, carry: float = 0.03, rate: float = 0.05, passed: float = 0.0) -> GreekColumns:
    on = curve(spot, carry, DIVIDENDS.after(passed))
    years = YEARS - passed
    return black_dividend_greeks(on, STRIKE, years, VOLATILITY, np.exp(-rate * years), CALLS)


def slope(up: FloatArray, down: FloatArray, step: float) -> FloatArray:
    return (up - down) / (2.0 * step)


def test_spot_greeks_are_bumps_with_the_cash_as_it_is() -> None:
    here, up, down = greeks(), greeks(100.01), greeks(99.99)
    assert_allclose(here.delta, slope(up.value, down.value, 0.01), atol=1e-7)
    assert_allclose(here.gamma, slope(up.delta, down.delta, 0.01), atol=1e-7)


def test_theta_and_charm_are_what_time_does_to_the_cash_too() -> None:
    step = 1e-5
    here, later, sooner = greeks(), greeks(passed=step), greeks(passed=-step)
    assert_allclose(here.theta, slope(later.value, sooner.value, step), atol=1e-5)
    assert_allclose(here.charm, slope(later.delta, sooner.delta, step), atol=1e-5)


def test_rates_move_what_the_dividends_are_worth() -> None:
    step = 1e-5
    here = greeks()
    dear, cheap = greeks(carry=0.03 + step, rate=0.05 + step), greeks(carry=0.03 - step, rate=0.05 - step)
    assert_allclose(here.rho, slope(dear.value, cheap.value, step), atol=1e-6)
    less, more = greeks(carry=0.03 - step), greeks(carry=0.03 + step)
    assert_allclose(here.dividend_rho, slope(less.value, more.value, step), atol=1e-6)


def test_a_book_of_europeans_is_blacks_formula_on_the_forward() -> None:
    market = replace(flat_underlying(spot=100.0, rate=0.03), forward=curve())
    options = OptionColumns(strike=STRIKE, expiry_years=YEARS, is_call=CALLS, is_american=np.zeros(4, bool))
    found, volatility = value_options(options, market)
    forward = market.forward.forward_at(YEARS)
    discount = market.discount.discount_at(YEARS)
    assert_allclose(found.value, black_price(forward, STRIKE, YEARS, volatility, discount, CALLS), rtol=1e-12)


def test_an_american_book_is_worth_at_least_the_european_one_and_exercise() -> None:
    market = replace(
        flat_underlying(spot=100.0, rate=0.05, volatility=0.3),
        forward=curve(carry=0.05),
        discount=DiscountCurve(expiry_years=np.ones(1), zero_rate=np.full(1, 0.05)),
    )
    american = OptionColumns(strike=STRIKE, expiry_years=YEARS, is_call=CALLS, is_american=np.ones(4, bool))
    early, _ = value_options(american, market)
    late, _ = value_options(replace(american, is_american=np.zeros(4, bool)), market)
    assert np.all(early.value >= late.value - 5e-3)
    assert np.all(early.value >= np.where(CALLS, 100.0 - STRIKE, STRIKE - 100.0) - 1e-12)
    up, down = (
        value_options(american, market, spot=s, stickiness=Stickiness.STRIKE)[0] for s in (101.0, 99.0)
    )
    assert_allclose(early.delta, (up.value - down.value) / 2.0, atol=5e-3)


def test_the_shares_volatility_reprices_the_european_option() -> None:
    """Bos and Vandermark's average is good to two hundredths for dividends of 5 on a share of 100."""
    from pricing.american.dividend_options import dividend_greeks

    on, discount = curve(carry=0.05), np.exp(-0.05 * YEARS)
    of_share, ratio = spot_volatility(on, STRIKE, YEARS, VOLATILITY, discount)
    columns = (STRIKE, YEARS, of_share, discount, 0.05, CALLS, False, DIVIDENDS)
    share = dividend_greeks(100.0, *columns, model=CashDividendModel.SPOT).value
    black = black_price(on.forward_at(YEARS), STRIKE, YEARS, VOLATILITY, discount, CALLS)
    assert_allclose(share, black, atol=2e-2)
    assert np.all((of_share <= 0.3 + 1e-12) & (ratio <= 1.0 + 1e-12))


@pytest.mark.parametrize("volatility", [0.0, 0.3])
def test_no_price_to_invert_leaves_the_ratio_at_the_money(volatility: float) -> None:
    years = np.array([0.0, 0.01, 1.0])
    sigma, ratio = spot_volatility(curve(), np.full(3, 1e4), years, np.full(3, volatility), np.ones(3))
    assert np.isfinite(sigma).all()
    assert np.isfinite(ratio).all()
    assert np.all(sigma <= volatility + 1e-9)
