"""What working an order is expected to cost, in the units of a schedule: trading days, money a contract."""

from __future__ import annotations

import math
from dataclasses import dataclass

from execution.market.regime import TRADING_DAYS_PER_YEAR, MarketConditions
from execution.orders import ParentOrder
from execution.tca.cost_curve import CostCurve


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCosts:
    """An order's cost curve and market through the order's multiplier.

    days: trading days of its horizon. volatility: of a day [currency per contract per sqrt(day)]. half_spread
    and impact: what the curve expects a contract to pay when the order is worked evenly [currency].
    """

    days: float
    volatility: float
    half_spread: float
    impact: float


def order_costs(order: ParentOrder, *, conditions: MarketConditions, curve: CostCurve) -> OrderCosts:
    """Look an order up in its cost curve, at its expected participation; beyond all volume, at all of it."""
    days = order.horizon_days
    contract_value = conditions.mid_price * order.rules.multiplier
    participation = min(1.0, order.quantity / (conditions.average_daily_volume * days))
    cost_bps = curve.expected_bps(
        participation=participation, horizon_days=days, volatility=conditions.volatility
    )
    return OrderCosts(
        days=days,
        volatility=conditions.volatility / math.sqrt(TRADING_DAYS_PER_YEAR) * contract_value,
        half_spread=1e-4 * curve.proportional_bps() * contract_value,
        impact=1e-4 * (cost_bps - curve.proportional_bps()) * contract_value,
    )
