"""Almgren and Chriss (2000) with drift: when the price is expected to move while the order is worked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from execution.schedules.almgren_chriss import AlmgrenChriss
from execution.schedules.schedule import FloatArray, IntArray, whole_lots
from execution.schedules.trajectory import TradingProblem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AlmgrenChrissWithDrift:
    """The schedule of a market with a drift: the same, plus a part that does not depend on the quantity.

    drift: how much the price is expected to move against the order [currency per contract per time]; negative
    where waiting pays. model: the market without it.

    Reference: R. Almgren and N. Chriss, Optimal execution of portfolio transactions, Journal of Risk 3
    (2000), section 4.1: there alpha is -drift for an order that sells.
    """

    model: AlmgrenChriss
    drift: float

    @property
    def name(self) -> str:
        """The name typed on the command line."""
        return "almgren-chriss"

    def plan(self, quantity: int, slices: int, *, lot_size: int = 1) -> IntArray:
        """Child quantities [contracts], shape (slice,): the best of those that never trade back."""
        if quantity <= 0 or slices < 1:
            return self.model.plan(quantity, slices, lot_size=lot_size)
        remaining = self.problem(slices).holdings(quantity, slices) / quantity
        return whole_lots(remaining, quantity, lot_size=lot_size)

    def holdings(self, quantity: float, slices: int) -> FloatArray:
        """What the optimum leaves at each slice's edge [contracts], shape (slice + 1,).

        x_k = X sinh(kappa (T - t)) / sinh(kappa T) + (1 - (sinh(kappa (T - t)) + sinh(kappa t)) / sinh(kappa
        T)) xbar, xbar = -drift / (2 risk_aversion sigma^2), written so that a vanishing kappa gives the
        risk-neutral parabola. A strong drift makes it pay to overshoot and trade back. ValueError when a
        slice's impact, net of the permanent, is not above zero.
        """
        decay = self.model.decay_per_slice(slices)
        tau = self.model.horizon / slices
        impact = self.model.net_temporary_impact(tau)
        if impact == 0.0:
            raise ValueError("no optimum with a drift: impact over a slice is not above zero")
        own: FloatArray = quantity * self.model.remaining(slices)
        return own - self.drift * tau**2 / (4.0 * impact) * _bend(decay, slices)

    def problem(self, slices: int) -> TradingProblem:
        """The same in terms of each slice's trade, none of which trades back."""
        tau = self.model.horizon / slices
        return TradingProblem(
            impact=self.model.net_temporary_impact(tau) / tau,
            exponent=1.0,
            risk=self.model.risk_aversion * self.model.volatility**2 * tau,
            drift=self.drift * tau,
        )


def _bend(decay: float, slices: int) -> FloatArray:
    """Give sinh(dk / 2) sinh(d(N - k) / 2) / (sinh^2(d / 2) cosh(dN / 2)), d = kappa tau; k(N - k) at 0."""
    before = np.arange(slices + 1.0)
    after = slices - before
    if decay == 0.0:
        return before * after
    both = np.expm1(-decay * before) * np.expm1(-decay * after)
    bend: FloatArray = 2.0 * np.exp(-decay) * both
    bend /= np.expm1(-decay) ** 2 * (1.0 + np.exp(-decay * slices))
    return bend
