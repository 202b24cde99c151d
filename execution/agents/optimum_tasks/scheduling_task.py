"""Two ways of spreading an order over time whose best is known: Obizhaeva-Wang and Almgren-Chriss."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
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

    def finish_cost(self, left: FloatArray, displacement: FloatArray, trades_left: int) -> FloatArray:
        """What it costs to trade all that is left evenly, shape (market,); 0 where no trade is left."""
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

    def finish_cost(self, left: FloatArray, displacement: FloatArray, trades_left: int) -> FloatArray:
        """The displacement that there is and that of the trades themselves, as both decay."""
        kept = np.exp(-self.resilience / self.slices * np.arange(trades_left))
        quantity = left / max(trades_left, 1)
        own = (trades_left - np.arange(trades_left)) @ kept - 0.5 * trades_left
        cost: FloatArray = quantity * (displacement * kept.sum() + quantity * own) / self._even_cost()
        return cost

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

    @cache  # noqa: B019 - a frozen value that is its own key
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
        return self._cost(quantity, quantity**2, (left - quantity) ** 2)

    def next_displacement(self, displacement: FloatArray, quantity: FloatArray) -> FloatArray:
        """None: impact is gone at once, and what is permanent costs the same on every path."""
        return displacement

    def finish_cost(self, left: FloatArray, displacement: FloatArray, trades_left: int) -> FloatArray:
        """Equal trades, and squares of what they leave."""
        quantity = left / max(trades_left, 1)
        squares = float(np.sum(np.arange(trades_left) ** 2))
        return self._cost(trades_left * quantity, trades_left * quantity**2, squares * quantity**2)

    def cost(self, shares: FloatArray) -> float:
        """The utility of equations 4, 5 and 13."""
        return self._schedule().utility(shares * self.quantity) / self._even_cost()

    def best_shares(self) -> FloatArray:
        """Differences of the hyperbolic sine."""
        return -np.diff(self._schedule().remaining(self.slices))

    def _cost(self, traded: FloatArray, squared: FloatArray, squared_left: FloatArray) -> FloatArray:
        """Cost of trades by the sums of their sizes, their squares, and the squares of what they leave."""
        schedule, tau = self._schedule(), self._schedule().horizon / self.slices
        proportional = schedule.half_spread + 0.5 * schedule.permanent_impact * self.quantity
        impact = schedule.net_temporary_impact(tau) / tau * self.quantity**2 * squared
        risk = self.risk_aversion * schedule.volatility**2 * tau * self.quantity**2 * squared_left
        return (proportional * self.quantity * traded + impact + risk) / self._even_cost()

    def _schedule(self) -> AlmgrenChriss:
        return AlmgrenChriss(
            horizon=5.0,
            volatility=0.95,
            temporary_impact=2.5e-6,
            permanent_impact=2.5e-7,
            half_spread=0.0625,
            risk_aversion=self.risk_aversion,
        )

    @cache  # noqa: B019 - a frozen value that is its own key
    def _even_cost(self) -> float:
        return self._schedule().utility(np.full(self.slices, self.quantity / self.slices))
