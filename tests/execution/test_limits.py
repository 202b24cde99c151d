"""Pre-trade checks name the rule and the value."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from execution.errors import OrderRejectedError
from execution.limits import PreTradeLimits, check_order, price_in_ticks
from execution.orders import ParentOrder, Side, TradingRules

RULES = TradingRules(symbol="ES", tick_size=0.25, lot_size=5, multiplier=50.0)
ORDER = ParentOrder(
    parent_id="p1", symbol="ES", side=Side.BUY, quantity=100, start_ns=0, horizon_ns=10**9, rules=RULES
)
LIMITS = PreTradeLimits(maximum_participation=0.2)


def test_an_order_within_all_rules_passes() -> None:
    check_order(ORDER, tick_size=0.25, expected_volume=500.0, limits=LIMITS)


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (replace(ORDER, quantity=0), "'quantity is positive' is broken by 0"),
        (replace(ORDER, quantity=-5), "'quantity is positive' is broken by -5"),
        (replace(ORDER, quantity=7), "'quantity is a multiple of the lot 5' is broken by 7"),
        (replace(ORDER, rules=replace(RULES, tick_size=0.5)), "'tick is the market's 0.25' is broken by 0.5"),
        (replace(ORDER, horizon_ns=0), "'horizon is positive' is broken by 0 ns"),
        (replace(ORDER, quantity=105), "at most 20.0% of the expected 500 contracts' is broken by 21.0%"),
    ],
)
def test_a_broken_rule_is_named_with_its_value(order: ParentOrder, message: str) -> None:
    with pytest.raises(OrderRejectedError, match=message):
        check_order(order, tick_size=0.25, expected_volume=500.0, limits=LIMITS)


def test_a_market_that_trades_nothing_refuses_every_order() -> None:
    with pytest.raises(OrderRejectedError, match="participation"):
        check_order(ORDER, tick_size=0.25, expected_volume=0.0, limits=PreTradeLimits())


def test_a_price_on_the_tick_becomes_whole_ticks() -> None:
    assert price_in_ticks(2648.75, RULES) == 10595
    assert price_in_ticks(0.1 + 0.2, replace(RULES, tick_size=0.1)) == 3


@pytest.mark.parametrize("price", [2648.80, math.nan, math.inf])
def test_a_price_off_the_tick_is_refused(price: float) -> None:
    with pytest.raises(OrderRejectedError, match=r"price is on the tick 0\.25"):
        price_in_ticks(price, RULES)
