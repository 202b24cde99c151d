"""From a structure to an order for packages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from execution.orders import Side, TradingRules
from hedger.block_orders import spread_order
from hedger.errors import UsageError
from hedger.result import RunSettings
from pricing.option import Option, Right
from pricing.spreads.structure import Structure, StructureLeg, UnderlyingLot

START = datetime(2026, 1, 5, 15, 0, tzinfo=UTC)
EXPIRY = datetime(2026, 2, 20, 21, 0, tzinfo=UTC)
LOW = Option(underlying="XYZ", expiry=EXPIRY, strike=100.0, right=Right.CALL)
HIGH = replace(LOW, strike=105.0)
LOT = UnderlyingLot(underlying="XYZ")
RULES: dict[Option | UnderlyingLot, TradingRules] = {
    LOW: TradingRules(symbol="C100", tick_size=0.01, multiplier=100.0),
    HIGH: TradingRules(symbol="C105", tick_size=0.01, multiplier=100.0),
    LOT: TradingRules(symbol="XYZ", tick_size=0.01),
}
VERTICAL = Structure(
    name="vertical",
    legs=(StructureLeg(ratio=2, instrument=LOW), StructureLeg(ratio=-2, instrument=HIGH)),
)


def test_ratios_are_reduced_and_packages_multiplied() -> None:
    order = spread_order(VERTICAL, packages=3, rules=RULES, start=START, settings=RunSettings())
    assert order.packages == 6
    assert [(leg.symbol, leg.ratio, leg.side) for leg in order.legs] == [
        ("C100", 1, Side.BUY),
        ("C105", 1, Side.SELL),
    ]
    assert order.start_ns == int(START.timestamp()) * 10**9
    assert (order.order_id, order.horizon_ns) == ("XYZ-block-1", 600 * 10**9)


def test_packages_sold_turn_every_leg_round() -> None:
    order = spread_order(VERTICAL, packages=-3, rules=RULES, start=START, settings=RunSettings())
    assert [leg.side for leg in order.legs] == [Side.SELL, Side.BUY]
    assert order.packages == 6


def test_the_underlying_of_a_structure_is_its_tie_in_units() -> None:
    legs = (StructureLeg(ratio=-1, instrument=LOW), StructureLeg(ratio=1, instrument=LOT))
    covered = Structure(name="covered call", legs=legs)
    order = spread_order(covered, packages=2, rules=RULES, start=START, settings=RunSettings())
    assert order.tie is not None
    assert (order.tie.symbol, order.tie.ratio, order.tie.side) == ("XYZ", 100, Side.BUY)
    assert order.net_weights == (100, 100)


def test_a_leg_without_rules_and_an_order_of_nothing_are_refused() -> None:
    with pytest.raises(UsageError, match=r"no trading rules for .*105"):
        spread_order(VERTICAL, packages=1, rules={LOW: RULES[LOW]}, start=START, settings=RunSettings())
    with pytest.raises(UsageError, match=r"vertical cannot be traded: .*0 packages"):
        spread_order(VERTICAL, packages=0, rules=RULES, start=START, settings=RunSettings())
