"""Implementation shortfall: how urgent an order is follows from the risk of the book that it hedges."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from execution.market.regime import MarketConditions
from execution.orders import ParentOrder
from execution.schedules.order_costs import order_costs
from execution.schedules.power_law import PowerLawImpact
from execution.schedules.schedule import FloatArray, IntArray, whole_lots
from execution.tca.cost_curve import CostCurve


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ImplementationShortfall:
    """Minimises expected cost + risk_aversion x variance of the whole book while the order is worked.

    With x contracts to go the book is x + standing contracts away from its ideal, so what is at risk is
    (x + standing)^2: the further the book is outside its band and the wider the band, the more a contract
    that waits costs. That is Almgren's problem with a drift of 2 risk_aversion sigma^2 standing.

    market: impact, volatility and risk aversion; its own drift is kept. standing: contracts that the book
    stays away from its ideal after the order, as when a policy stops at its band's edge; positive on the
    order's side, negative where the order goes beyond the ideal. 0 is an order that stands alone.

    Reference: A. Perold, The implementation shortfall: paper versus reality, Journal of Portfolio Management
    (1988), for the measure; R. Almgren (2003) for the optimum.
    """

    market: PowerLawImpact
    standing: float = 0.0

    @property
    def name(self) -> str:
        """The name typed on the command line."""
        return "implementation-shortfall"

    def plan(self, quantity: int, slices: int, *, lot_size: int = 1) -> IntArray:
        """Child quantities [contracts], shape (slice,)."""
        return whole_lots(self.remaining(quantity, slices), quantity, lot_size=lot_size)

    def remaining(self, quantity: float, slices: int) -> FloatArray:
        """Fraction still to trade at each slice's edge, shape (slice + 1,), from 1 to 0."""
        return self._priced().remaining(quantity, slices)

    def urgency(self, quantity: float, slices: int) -> float:
        """How early it trades, in [-1, 1]: 0 evenly, 1 all in the first slice, -1 all in the last."""
        if slices < 2:
            return 0.0
        held = self.remaining(quantity, slices)[1:-1]
        return 1.0 - 2.0 * float(np.mean(held))

    def utility(self, trades: FloatArray) -> float:
        """What the schedule minimises [currency], less the constant risk of `standing` alone."""
        return self._priced().utility(trades)

    def _priced(self) -> PowerLawImpact:
        """The market in which what the book stands away is a drift."""
        market = self.market
        # Boundless aversion trades at once whatever the book; its product with nothing is no number.
        if self.standing == 0.0 or math.isinf(market.risk_aversion):
            return market
        book_risk = 2.0 * market.risk_aversion * market.volatility**2 * self.standing
        return replace(market, drift=market.drift + book_risk)


def implementation_shortfall_for(
    order: ParentOrder,
    *,
    conditions: MarketConditions,
    curve: CostCurve,
    risk_aversion: float,
    standing: float = 0.0,
) -> ImplementationShortfall:
    """Schedule an order by its cost curve and market, with time in trading days.

    Impact has the curve's own exponent and, traded evenly, costs what the curve expects. risk_aversion:
    absolute risk aversion of exponential utility [per currency], of which half prices variance. standing: see
    ImplementationShortfall [contracts].
    """
    costs = order_costs(order, conditions=conditions, curve=curve)
    market = PowerLawImpact(
        horizon=costs.days,
        volatility=costs.volatility,
        temporary_impact=costs.impact * (costs.days / order.quantity) ** curve.impact_exponent,
        impact_exponent=curve.impact_exponent,
        risk_aversion=0.5 * risk_aversion,
        half_spread=costs.half_spread,
    )
    return ImplementationShortfall(market=market, standing=standing)
