"""Two ways of spreading an order over time whose best is known: Obizhaeva-Wang and Almgren-Chriss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, final

import numpy as np
import numpy.typing as npt

from execution.schedules.almgren_chriss import AlmgrenChriss
from execution.schedules.obizhaeva_wang import ObizhaevaWang

FloatArray = npt.NDArray[np.float64]


class SchedulingTask(Protocol):
    """Trades of a quantity of 1 at `trades` equal times; cost in units of the even schedule's."""

    @property
    def trades(self) -> int:
        """How many trades there are."""
        ...

    def step_cost(self, left: FloatArray, displacement: FloatArray, quantity: FloatArray) -> FloatArray:
        """What a trade costs, with `left` before it; all of shape (market,)."""
        ...

    def next_displacement(self, displacement: FloatArray, quantity: FloatArray) -> FloatArray:
        """What is left of the price's displacement at the next trade, shape (market,)."""
        ...

    def cost(self, shares: FloatArray) -> float:
        """Cost of a whole schedule, shape (trade,), by the formula of the paper; 1 for the even one."""
        ...

    def best_shares(self) -> FloatArray:
        """The optimal schedule, shape (trade,), in closed form."""
        ...


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ObizhaevaWangTask:
    """Trades at the edges of `slices` equal slices of a unit of time; a trade's displacement decays between.

    A trade pays half of its own displacement and all of what earlier ones have left.
    """

    slices: int = 20
    resilience: float = 5.0

    @property
    def trades(self) -> int:
        """One more than slices."""
        return self.slices + 1

    def step_cost(self, left: FloatArray, displacement: FloatArray, quantity: FloatArray) -> FloatArray:
        """What a trade pays for displacement."""
        return quantity * (displacement + 0.5 * quantity) / self._even_cost()

    def next_displacement(self, displacement: FloatArray, quantity: FloatArray) -> FloatArray:
        """All displacement so far, after one slice of decay."""
        return (displacement + quantity) * float(np.exp(-self.resilience / self.slices))

    def cost(self, shares: FloatArray) -> float:
        """Half the quadratic form of decay between trades."""
        return self._schedule().expected_cost(shares, self._times()) / self._even_cost()

    def best_shares(self) -> FloatArray:
        """Equal blocks at the ends and what refills in between."""
        return self._schedule().shares(self._times())

    def _schedule(self) -> ObizhaevaWang:
        return ObizhaevaWang(horizon=1.0, resilience=self.resilience)

    def _times(self) -> FloatArray:
        return np.linspace(0.0, 1.0, self.trades)

    def _even_cost(self) -> float:
        return self._schedule().expected_cost(np.full(self.trades, 1.0 / self.trades), self._times())


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AlmgrenChrissTask:
    """Mean-variance liquidation with the paper's numbers: a trade pays its impact, what it leaves pays risk.

    risk_aversion: [per currency]. Units are shares, days and dollars: a million shares in five days, sigma
    0.95 a share per sqrt(day), epsilon 0.0625, gamma 2.5e-7, eta 2.5e-6.

    Reference: R. Almgren and N. Chriss, Optimal execution of portfolio transactions (2000), section 4.
    """

    slices: int = 50
    risk_aversion: float = 2e-6
    quantity: float = 1e6

    @property
    def trades(self) -> int:
        """One in each slice."""
        return self.slices

    def step_cost(self, left: FloatArray, displacement: FloatArray, quantity: FloatArray) -> FloatArray:
        """Expected cost of a trade and the price of the variance of what it leaves."""
        schedule, tau = self._schedule(), self._schedule().horizon / self.slices
        sold, kept = quantity * self.quantity, (left - quantity) * self.quantity
        temporary = schedule.net_temporary_impact(tau) / tau * sold**2 + schedule.half_spread * sold
        permanent = 0.5 * schedule.permanent_impact * self.quantity * sold
        variance = schedule.volatility**2 * tau * kept**2
        return (temporary + permanent + self.risk_aversion * variance) / self._even_cost()

    def next_displacement(self, displacement: FloatArray, quantity: FloatArray) -> FloatArray:
        """None: impact is gone at once, and what is permanent costs the same on every path."""
        return displacement

    def cost(self, shares: FloatArray) -> float:
        """The utility of equations 4, 5 and 13."""
        return self._schedule().utility(shares * self.quantity) / self._even_cost()

    def best_shares(self) -> FloatArray:
        """Differences of the hyperbolic sine."""
        return -np.diff(self._schedule().remaining(self.slices))

    def _schedule(self) -> AlmgrenChriss:
        return AlmgrenChriss(
            horizon=5.0,
            volatility=0.95,
            temporary_impact=2.5e-6,
            permanent_impact=2.5e-7,
            half_spread=0.0625,
            risk_aversion=self.risk_aversion,
        )

    def _even_cost(self) -> float:
        return self._schedule().utility(np.full(self.slices, self.quantity / self.slices))
