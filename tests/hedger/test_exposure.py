"""Exposure: netting, the hedge holding and the ladder."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedger.exposure import is_hedge_holding, measure
from hedger.portfolio import Position, PositionKind
from pricing.instrument import InstrumentKind
from pricing.market import MissingMarketError
from pricing.option import Right
from tests.markets import book, flat_underlying, future_position, market_of, option_position

MARKET = market_of(flat_underlying())


def cash(amount: float) -> Position:
    return Position(
        symbol="USD", kind=PositionKind.CASH, quantity=amount, underlying="", multiplier=1.0, currency="USD"
    )


def test_net_is_options_plus_hedge() -> None:
    exposure = measure(book(option_position(-100, strike=2650), future_position(40)), MARKET).by_underlying[
        "SPX"
    ]
    assert exposure.hedge_contracts == 40
    assert exposure.hedge.delta == pytest.approx(40 * 50.0)
    assert exposure.net.delta == exposure.options.delta + exposure.hedge.delta


def test_a_fraction_of_a_hedging_share_is_neither_lost_nor_a_contract() -> None:
    shares = replace(flat_underlying().hedge, symbol="FUND", kind=InstrumentKind.ETF, multiplier=1.0)
    market = market_of(replace(flat_underlying(), hedge=shares))
    line = replace(future_position(40.75), symbol="FUND", kind=PositionKind.ETF, multiplier=1.0)
    exposure = measure(book(line), market).by_underlying["SPX"]
    assert (exposure.hedge_contracts, exposure.linear_delta) == (40, 0.75)
    assert exposure.net.value == pytest.approx(40.75 * market.underlying("SPX").hedge_price())


def test_a_synthetic_forward_has_the_delta_of_its_discounted_units() -> None:
    lines = option_position(10, strike=2650), option_position(-10, strike=2650, right=Right.PUT)
    exposure = measure(book(*lines), MARKET).by_underlying["SPX"]
    assert exposure.options.delta == pytest.approx(1000.0, rel=1e-12)
    assert exposure.options.gamma == pytest.approx(0.0, abs=1e-12)
    assert exposure.options.value == pytest.approx(1000.0 * (2648.94 - 2650.0), rel=1e-9)


@settings(deadline=None, max_examples=20)
@given(quantity=st.integers(-500, 500).filter(bool), strike=st.sampled_from([2500.0, 2650.0, 2800.0]))
def test_exposure_is_linear_in_quantity(quantity: int, strike: float) -> None:
    one = measure(book(option_position(1, strike=strike)), MARKET).by_underlying["SPX"].net
    many = measure(book(option_position(quantity, strike=strike)), MARKET).by_underlying["SPX"].net
    for greek in ("value", "delta", "gamma", "vega", "theta", "rho"):
        assert getattr(many, greek) == pytest.approx(quantity * getattr(one, greek), rel=1e-12)


def test_the_middle_of_the_ladder_is_today() -> None:
    exposure = measure(book(option_position(-100, strike=2650)), MARKET).by_underlying["SPX"]
    middle = len(exposure.ladder_spot) // 2
    assert exposure.ladder_spot[middle] == exposure.spot
    assert exposure.ladder_option_delta[middle] == pytest.approx(exposure.options.delta, rel=1e-13)
    assert exposure.ladder_value[middle] == pytest.approx(exposure.options.value, rel=1e-13)


def test_ladder_delta_is_the_slope_of_ladder_value() -> None:
    exposure = measure(book(option_position(-100, strike=2650)), MARKET).by_underlying["SPX"]
    slope = np.gradient(exposure.ladder_value, exposure.ladder_spot)
    np.testing.assert_allclose(slope[1:-1], exposure.ladder_option_delta[1:-1], rtol=0.02, atol=30.0)


def test_shares_of_the_index_count_as_delta_but_not_as_hedge_contracts() -> None:
    shares = replace(future_position(1_000, symbol="SPY"), kind=PositionKind.ETF, multiplier=0.1, expiry=None)
    exposure = measure(book(shares, option_position(-1, strike=2650)), MARKET).by_underlying["SPX"]
    assert exposure.linear_delta == pytest.approx(100.0)
    assert exposure.hedge_contracts == 0


@pytest.mark.parametrize(("symbol", "held"), [("ES", True), ("ESH8", True), ("ESH18", True), ("NQH8", False)])
def test_a_future_is_known_by_its_root(symbol: str, held: bool) -> None:
    assert is_hedge_holding(future_position(1, symbol=symbol), flat_underlying()) is held


def test_cash_is_summed_and_needs_no_market() -> None:
    assert measure(book(cash(1e6), cash(-2e5)), MARKET).cash == 8e5


def test_an_underlying_without_market_is_named_with_what_to_add() -> None:
    with pytest.raises(MissingMarketError, match=r"'XYZ'.*\[underlying\.XYZ\]"):
        measure(book(option_position(1, strike=10, underlying="XYZ")), MARKET)


def test_a_future_carries_the_forward_s_slope_in_spot() -> None:
    market = flat_underlying(rate=0.05)
    up = replace(market, spot=market.spot + 1.0, forward=replace(market.forward, spot=market.spot + 1.0))
    slope = 50.0 * (up.hedge_price() - market.hedge_price())
    held = measure(book(future_position(40)), market_of(market)).by_underlying["SPX"].hedge.delta
    assert held == pytest.approx(40 * slope, rel=1e-9)
    assert held > 40 * 50.0


def test_a_future_that_is_not_the_hedge_counts_at_its_own_expiry_s_forward() -> None:
    market = flat_underlying(rate=0.05)
    micro = replace(future_position(10, symbol="MESM8"), multiplier=5.0, expiry=date(2018, 6, 15))
    years = (date(2018, 6, 15) - date(2018, 2, 5)).days / 365
    exposure = measure(book(micro), market_of(market)).by_underlying["SPX"]
    assert exposure.linear_delta == pytest.approx(10 * 5.0 * np.exp(0.05 * years), rel=1e-5)
    assert (exposure.hedge_contracts, exposure.net.value) == (0, 0.0)


def test_the_ladder_moves_shares_with_spot_beside_the_options() -> None:
    shares = replace(future_position(1_000, symbol="SPY"), kind=PositionKind.ETF, multiplier=0.1, expiry=None)
    call = option_position(-10, strike=2650)
    alone, both = (measure(book(*lines), MARKET).by_underlying["SPX"] for lines in ((call,), (call, shares)))
    np.testing.assert_allclose(both.ladder_value - alone.ladder_value, 100.0 * both.ladder_spot, rtol=1e-9)
    np.testing.assert_allclose(both.ladder_option_delta - alone.ladder_option_delta, 100.0, rtol=1e-12)


def test_a_ladder_of_today_alone_is_the_middle_of_the_whole_ladder() -> None:
    portfolio = book(option_position(-100, strike=2650), future_position(40))
    whole = measure(portfolio, MARKET).by_underlying["SPX"]
    alone = measure(portfolio, MARKET, ladder_moves=np.zeros(1)).by_underlying["SPX"]
    middle = len(whole.ladder_spot) // 2
    for name in ("ladder_spot", "ladder_option_delta", "ladder_gamma", "ladder_value"):
        assert getattr(alone, name).tolist() == [getattr(whole, name)[middle]]
    assert alone.net == whole.net
