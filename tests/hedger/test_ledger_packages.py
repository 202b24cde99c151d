"""Packages in the books: each fill of a leg reaches its line once, whatever order they come in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from execution.legging.packages import LegFill, Package, PackageLeg, PackageState
from execution.orders import Fill, Liquidity, Side, TradingRules
from hedger.ledger import Ledger, LedgerError
from hedger.portfolio import Position
from tests.markets import book, option_position

LINES = tuple(option_position(0, strike=strike) for strike in (4000.0, 4100.0, 4200.0))
LEGS = tuple(
    PackageLeg(symbol=line.symbol, side=side, ratio=ratio)
    for line, side, ratio in zip(LINES, (Side.BUY, Side.SELL, Side.BUY), (1, 2, 1), strict=True)
)
PACKAGE = Package(package_id="FLY", legs=LEGS, quantity=6)


def terms(line: Position) -> tuple[Position, TradingRules]:
    return line, TradingRules(symbol=line.symbol, tick_size=0.05, multiplier=100.0)


def opened() -> Ledger:
    ledger = Ledger(book(), settlement={})
    ledger.open_package(PACKAGE, {line.symbol: terms(line) for line in LINES})
    return ledger


def leg_fill(at: int, leg: PackageLeg, quantity: int, price_ticks: int) -> LegFill:
    fill = Fill(
        parent_id="FLY",
        symbol=leg.symbol,
        side=leg.side,
        quantity=quantity,
        price_ticks=price_ticks,
        ts_ns=at,
        fee=0.1 * quantity,
        liquidity=Liquidity.MAKER,
    )
    return LegFill(execution_id=f"E{at}", fill=fill)


def all_fills() -> list[LegFill]:
    """Six butterflies in partial fills."""
    parts = ((0, (1, 2, 3)), (1, (5, 1, 6)), (2, (4, 2)))
    pairs = [(LEGS[leg], quantity) for leg, quantities in parts for quantity in quantities]
    return [leg_fill(at, leg, quantity, 100 + 7 * at) for at, (leg, quantity) in enumerate(pairs)]


def test_2000_orders_of_arrival_give_the_same_books_to_the_last_bit() -> None:
    rng, fills, rules = np.random.default_rng(8), all_fills(), terms(LINES[0])[1]
    paid = sum(int(item.fill.side) * item.fill.quantity * item.fill.price_ticks for item in fills)
    plain = Ledger(book(), settlement={})
    for item, line in zip(fills, [LINES[0]] * 3 + [LINES[1]] * 3 + [LINES[2]] * 2, strict=True):
        plain.book(item.fill, line, replace(rules, symbol=line.symbol))
    assert plain.cash == pytest.approx(-paid * 0.05 * 100.0 - plain.fees, abs=1e-9)
    for _ in range(2000):
        ledger = opened()
        again = rng.integers(0, len(fills), 3)
        for at in rng.permutation(np.concatenate((np.arange(len(fills)), again))):
            ledger.book_leg_fill(fills[at])
        assert (ledger.cash, ledger.fees) == (plain.cash, plain.fees)
        assert [ledger.quantity(line.symbol) for line in LINES] == [6.0, -12.0, 6.0]
        assert ledger.package("FLY").state is PackageState.COMPLETE
        assert ledger.portfolio() == plain.portfolio()


def test_a_loose_leg_is_in_the_books_and_breaks_the_package() -> None:
    ledger = opened()
    assert ledger.package("FLY").state is PackageState.WORKING
    assert ledger.book_leg_fill(all_fills()[3])
    found = ledger.package("FLY")
    assert (found.state, found.loose) == (PackageState.BROKEN, (0, 5, 0))
    assert ledger.quantity(LINES[1].symbol) == -5.0
    assert ledger.packages() == (found,)


def test_an_execution_is_paid_for_once() -> None:
    ledger, fill = opened(), all_fills()[0]
    assert ledger.book_leg_fill(fill)
    cash = ledger.cash
    assert not ledger.book_leg_fill(fill)
    assert ledger.cash == cash


def test_what_cannot_be_booked_leaves_the_books_as_they_are() -> None:
    ledger, fill = opened(), all_fills()[0]
    for wrong in (
        replace(fill, fill=replace(fill.fill, parent_id="OTHER")),
        replace(fill, fill=replace(fill.fill, symbol="OTHER")),
        replace(fill, fill=replace(fill.fill, fee=float("inf"))),
    ):
        with pytest.raises(LedgerError):
            ledger.book_leg_fill(wrong)
    with pytest.raises(LedgerError, match="no package 'OTHER'"):
        ledger.package("OTHER")
    assert ledger.portfolio() == opened().portfolio()


def test_a_package_needs_a_line_for_each_leg_and_the_same_rules_as_before() -> None:
    ledger = opened()
    lines = {line.symbol: terms(line) for line in LINES}
    other = replace(PACKAGE, package_id="FLY2")
    with pytest.raises(LedgerError, match="no line for its leg"):
        ledger.open_package(other, dict(list(lines.items())[:2]))
    line, rules = lines[LINES[0].symbol]
    with pytest.raises(LedgerError, match="other rules"):
        ledger.open_package(other, {**lines, line.symbol: (line, replace(rules, multiplier=10.0))})
    with pytest.raises(LedgerError, match="another package 'FLY'"):
        ledger.open_package(replace(PACKAGE, quantity=7), lines)
    ledger.open_package(other, lines)
    assert len(ledger.packages()) == 2
