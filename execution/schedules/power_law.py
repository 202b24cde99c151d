"""Almgren (2003): impact that grows as a power of the trading rate, against price risk and drift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from execution.schedules.schedule import FloatArray, IntArray, whole_lots
from execution.schedules.trajectory import TradingProblem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PowerLawImpact:
    """Minimises expected cost + risk_aversion x variance when trading at rate v costs eta v^exponent each.

    Units as in AlmgrenChriss: time in any one unit, money in currency per contract. temporary_impact: eta
    [currency per contract at a rate of one contract per time]. impact_exponent: above 0; 1 is linear, 0.5 the
    square-root law. drift: how much the price is expected to move against the order [currency per contract
    per time]; negative where waiting pays. Linear permanent impact costs the same on every path and is left
    out. Trades never go against the order, as a schedule's must not.

    Reference: R. Almgren, Optimal execution with nonlinear impact functions and trading-enhanced risk,
    Applied Mathematical Finance 10 (2003), section 2; here with discrete trades, solved exactly.
    """

    horizon: float
    volatility: float
    temporary_impact: float
    risk_aversion: float
    impact_exponent: float = 0.5
    drift: float = 0.0
    half_spread: float = 0.0

    @property
    def name(self) -> str:
        """The name typed on the command line."""
        return "almgren-chriss"

    def plan(self, quantity: int, slices: int, *, lot_size: int = 1) -> IntArray:
        """Child quantities [contracts], shape (slice,)."""
        return whole_lots(self.remaining(quantity, slices), quantity, lot_size=lot_size)

    def remaining(self, quantity: float, slices: int) -> FloatArray:
        """Fraction still to trade at each slice's edge, shape (slice + 1,), from 1 to 0.

        Unlike under linear impact it depends on the quantity [contracts]; of nothing, it is even. ValueError
        when there is no slice or the quantity is negative.
        """
        if quantity == 0 and slices >= 1:
            return np.linspace(1.0, 0.0, slices + 1)
        return self.problem(slices).holdings(quantity, slices) / quantity

    def problem(self, slices: int) -> TradingProblem:
        """The same in terms of each slice's trade; ValueError when there is no slice."""
        if slices < 1:
            raise ValueError(f"a schedule needs at least one slice, got {slices}")
        tau = self.horizon / slices
        return TradingProblem(
            impact=self.temporary_impact * tau**-self.impact_exponent,
            exponent=self.impact_exponent,
            risk=self.risk_aversion * self.volatility**2 * tau,
            drift=self.drift * tau,
        )

    def expected_cost(self, trades: FloatArray) -> float:
        """Expected shortfall of trades [contracts, shape (slice,)] in currency, spread and drift included."""
        problem = self.problem(len(trades))
        impact = problem.impact * float((np.abs(trades) ** (1.0 + self.impact_exponent)).sum())
        waiting = problem.drift * float(_left_after(trades).sum())
        return self.half_spread * float(np.abs(trades).sum()) + impact + waiting

    def variance(self, trades: FloatArray) -> float:
        """Variance of the shortfall [currency squared]: what each slice leaves is at risk."""
        left = _left_after(trades)
        return self.volatility**2 * self.horizon / len(trades) * float(left @ left)

    def utility(self, trades: FloatArray) -> float:
        """What the schedule minimises: expected cost + risk_aversion x variance [currency]."""
        return self.expected_cost(trades) + self.risk_aversion * self.variance(trades)


def _left_after(trades: FloatArray) -> FloatArray:
    left: FloatArray = trades.sum() - np.cumsum(trades)
    return left
