from __future__ import annotations

import pytest

from execution.orders import Fill, Liquidity, Side, TradingRules
from hedger.ledger import Ledger, LedgerError, future_values
from hedger.portfolio import Position, PositionKind
from tests.markets import book, flat_underlying, future_position, market_of, option_position

RULES = TradingRules(symbol="ES", tick_size=0.25, multiplier=50.0, fee_per_contract=1.2)


def fill(side: Side, quantity: int, price: float, *, fee: float = 0.0, rules: TradingRules = RULES) -> Fill:
    return Fill(
        parent_id="SPX-1",
        symbol=rules.symbol,
        side=side,
        quantity=quantity,
        price_ticks=round(price / rules.tick_size),
        ts_ns=0,
        fee=fee,
        liquidity=Liquidity.TAKER,
    )


def cash(amount: float) -> Position:
    return Position(
        symbol="USD", kind=PositionKind.CASH, quantity=amount, underlying="", multiplier=1.0, currency="USD"
    )


def share_line() -> Position:
    return Position(
        symbol="SPY",
        kind=PositionKind.ETF,
        quantity=0.0,
        underlying="SPX",
        multiplier=0.1,
        currency="USD",
    )


def test_a_future_costs_nothing_but_its_fee_when_it_trades() -> None:
    ledger = Ledger(book(cash(1000.0)), settlement={})
    ledger.book(fill(Side.BUY, 3, 2650.0, fee=3.6), future_position(0), RULES)
    assert ledger.cash == 1000.0 - 3.6
    assert ledger.fees == 3.6
    assert ledger.quantity("ES") == 3


def test_settlement_pays_the_future_s_gain_in_cash_once() -> None:
    ledger = Ledger(book(), settlement={})
    ledger.book(fill(Side.BUY, 2, 2650.0), future_position(0), RULES)
    assert ledger.settle({"ES": 50 * 2660.0}) == 2 * 50 * 10.0
    assert ledger.settle({"ES": 50 * 2660.0}) == 0.0
    assert ledger.cash == 1000.0


def test_a_future_that_was_closed_is_paid_without_a_price() -> None:
    ledger = Ledger(book(), settlement={})
    ledger.book(fill(Side.BUY, 1, 2650.0), future_position(0), RULES)
    ledger.book(fill(Side.SELL, 1, 2655.0), future_position(0), RULES)
    assert ledger.settle({}) == 50 * 5.0


def test_a_future_in_the_opening_book_gains_only_from_its_last_settlement_on() -> None:
    ledger = Ledger(book(future_position(-4)), settlement={"ES": 50 * 2650.0})
    assert ledger.settle({"ES": 50 * 2640.0}) == 4 * 50 * 10.0


def test_a_share_is_paid_for_when_it_trades() -> None:
    rules = TradingRules(symbol="SPY", tick_size=0.01, fee_per_contract=0.0)
    ledger = Ledger(book(), settlement={})
    ledger.book(fill(Side.SELL, 100, 265.0, rules=rules), share_line(), rules)
    assert ledger.cash == pytest.approx(26_500.0, abs=1e-9)
    assert ledger.wealth({"SPY": 265.0}) == pytest.approx(0.0, abs=1e-9)


def test_an_option_expires_into_cash_and_leaves_the_book() -> None:
    line = option_position(-2, strike=2700.0)
    ledger = Ledger(book(line), settlement={})
    assert ledger.expire(line.symbol, 15.0) == -2 * 100 * 15.0
    assert [position.kind for position in ledger.portfolio().positions] == [PositionKind.CASH]


def test_an_option_cannot_expire_twice() -> None:
    line = option_position(1, strike=2700.0)
    ledger = Ledger(book(line), settlement={})
    ledger.expire(line.symbol, 0.0)
    with pytest.raises(LedgerError, match="the book holds no such option"):
        ledger.expire(line.symbol, 0.0)


def test_a_held_line_without_a_price_is_named() -> None:
    with pytest.raises(LedgerError, match="no price for 'ES'"):
        Ledger(book(future_position(1)), settlement={})


def test_the_book_keeps_its_order_and_drops_what_is_closed() -> None:
    option = option_position(5, strike=2600.0)
    ledger = Ledger(book(future_position(2), option, cash(10.0)), settlement={"ES": 0.0})
    ledger.book(fill(Side.SELL, 2, 2650.0), future_position(0), RULES)
    assert [position.symbol for position in ledger.portfolio().positions] == [option.symbol, "USD"]


def test_futures_settle_at_the_forward_of_their_own_expiry() -> None:
    market = market_of(flat_underlying(rate=0.02))
    values = future_values(book(future_position(1)), market)
    assert values["ES"] == pytest.approx(50 * market.underlying("SPX").hedge_price())
