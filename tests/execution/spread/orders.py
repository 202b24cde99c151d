"""Spread orders for tests."""

from __future__ import annotations

from typing import Any

from execution.legging.packages import PackageLeg
from execution.orders import Side, TradingRules
from execution.spread.order import SpreadOrder

LONG = PackageLeg(symbol="C100", ratio=1, side=Side.BUY)
SHORT = PackageLeg(symbol="C105", ratio=1, side=Side.SELL)
SHARES = PackageLeg(symbol="XYZ", ratio=30, side=Side.SELL)
SHARE_RULES = TradingRules(symbol="XYZ", tick_size=0.01)


def option_rules(symbol: str, **changes: Any) -> TradingRules:
    """Rules of an option in cents, a hundred to the contract."""
    terms: dict[str, Any] = {"tick_size": 0.01, "multiplier": 100.0, "fee_per_contract": 0.5}
    return TradingRules(symbol=symbol, **(terms | changes))


def vertical_order(**changes: Any) -> SpreadOrder:
    """Ten verticals over ten minutes."""
    terms: dict[str, Any] = {
        "order_id": "block-1",
        "legs": (LONG, SHORT),
        "rules": (option_rules("C100"), option_rules("C105")),
        "packages": 10,
        "start_ns": 0,
        "horizon_ns": 600 * 10**9,
    }
    return SpreadOrder(**(terms | changes))
