"""Almgren and Chriss (2000): the static schedule that balances linear impact against price risk."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from execution.market.regime import MarketConditions
from execution.orders import ParentOrder
from execution.schedules.order_costs import order_costs
from execution.schedules.schedule import FloatArray, IntArray, whole_lots
from execution.tca.cost_curve import CostCurve

# exp(-700) is still a normal double; a slice that sheds all but that fraction sheds everything.
_LARGEST_DECAY = 700.0


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AlmgrenChriss:
    """Minimises expected cost + risk_aversion x variance of cost over static trajectories.

    Time is in any one unit, say days; money is currency per contract, so a price is multiplied by the
    contract's multiplier first. Holdings left at t are X sinh(kappa (T - t)) / sinh(kappa T), with cosh(kappa
    tau) = 1 + tau^2 risk_aversion volatility^2 / (2 eta~) and eta~ = eta - gamma tau / 2.

    volatility: sigma [currency per contract per sqrt(time)]. temporary_impact: eta [currency per contract,
    per contract per time]. permanent_impact: gamma [currency per contract, per contract]. half_spread:
    epsilon [currency per contract]. risk_aversion: lambda [per currency]; exponential utility with absolute
    risk aversion a has a / 2.

    Reference: R. Almgren and N. Chriss, Optimal execution of portfolio transactions, Journal of Risk 3
    (2000), equations 4 to 8 and 16 to 20.
    """

    horizon: float
    volatility: float
    temporary_impact: float
    risk_aversion: float
    permanent_impact: float = 0.0
    half_spread: float = 0.0

    @property
    def name(self) -> str:
        """The name typed on the command line."""
        return "almgren-chriss"

    def plan(self, quantity: int, slices: int, *, lot_size: int = 1) -> IntArray:
        """Child quantities [contracts], shape (slice,)."""
        return whole_lots(self.remaining(slices), quantity, lot_size=lot_size)

    def remaining(self, slices: int) -> FloatArray:
        """Fraction still to trade at each slice's edge, shape (slice + 1,), from 1 to 0.

        Written with decaying exponentials, so that neither a vanishing nor an enormous kappa overflows.
        """
        decay = self.decay_per_slice(slices)
        if decay == 0.0:
            return np.linspace(1.0, 0.0, slices + 1)
        edge = np.arange(slices + 1)
        remaining: FloatArray = np.exp(-decay * edge) * np.expm1(-2.0 * decay * (slices - edge))
        return remaining / math.expm1(-2.0 * decay * slices)

    def expected_cost(self, trades: FloatArray) -> float:
        """Expected shortfall of trades [contracts, shape (slice,)] in currency: equation 4, linear impact."""
        total = float(trades.sum())
        tau = self.horizon / len(trades)
        linear = 0.5 * self.permanent_impact * total**2 + self.half_spread * float(np.abs(trades).sum())
        return linear + self.net_temporary_impact(tau) / tau * float(trades @ trades)

    def variance(self, trades: FloatArray) -> float:
        """Variance of the shortfall [currency squared]: equation 5, what each slice leaves is at risk."""
        holdings = trades.sum() - np.cumsum(trades)
        return self.volatility**2 * self.horizon / len(trades) * float(holdings @ holdings)

    def utility(self, trades: FloatArray) -> float:
        """What the schedule minimises: expected cost + risk_aversion x variance [currency]."""
        return self.expected_cost(trades) + self.risk_aversion * self.variance(trades)

    def net_temporary_impact(self, tau: float) -> float:
        """eta~: temporary impact net of the permanent impact that a slice inflicts on itself."""
        return self.temporary_impact - 0.5 * self.permanent_impact * tau

    def decay_per_slice(self, slices: int) -> float:
        """kappa tau; 2 asinh(sqrt(z / 2)) is arccosh(1 + z) without its cancellation at small z."""
        if slices < 1:
            raise ValueError(f"a schedule needs at least one slice, got {slices}")
        tau = self.horizon / slices
        impact = self.net_temporary_impact(tau)
        if impact < 0.0:
            raise ValueError(
                f"no optimum: permanent impact over a slice of {tau:g} exceeds the temporary impact"
            )
        risk = self.risk_aversion * (self.volatility * tau) ** 2
        if risk == 0.0:
            return 0.0
        half_excess = risk / (4.0 * impact) if impact > 0.0 else math.inf
        return min(2.0 * math.asinh(math.sqrt(half_excess)), _LARGEST_DECAY)


def almgren_chriss_for(
    order: ParentOrder, *, conditions: MarketConditions, curve: CostCurve, risk_aversion: float
) -> AlmgrenChriss:
    """Schedule an order by its cost curve and market, with time in trading days.

    eta makes the linear impact cost of even trading, eta X / T a contract, the curve's impact at the order's
    expected participation; the curve is about the whole shortfall, so no permanent impact is set beside it.
    sigma is the price's daily volatility. Both become currency per contract through the order's multiplier.
    risk_aversion: absolute risk aversion of exponential utility [per currency]; to second order its price of
    variance is half of it.
    """
    costs = order_costs(order, conditions=conditions, curve=curve)
    return AlmgrenChriss(
        horizon=costs.days,
        volatility=costs.volatility,
        temporary_impact=costs.impact * costs.days / order.quantity,
        risk_aversion=0.5 * risk_aversion,
        half_spread=costs.half_spread,
    )
