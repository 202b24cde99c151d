"""Co-integrated legs worked in continuous time: the rate of trading as a rule, by one matrix exponential."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import final

import numpy as np
import numpy.typing as npt

from execution.schedules.cointegrated_kernel import LARGEST_GROWTH, costs_to_come
from execution.schedules.cointegrated_prices import CointegratedPrices
from execution.schedules.multi_asset import checked_quantities, risk_modes, symmetric
from execution.schedules.schedule import FloatArray


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TradingRule:
    """What to do at one instant. left: x, still to trade by leg, positive is bought; deviation: mids - mean.

    on_left [per time], on_deviation [contracts per time, per currency]: shape (leg, leg). value: shape (2
    leg, 2 leg), the quadratic form in (left, deviation) of the least cost to come [currency], up to what does
    not depend on the two.
    """

    on_left: FloatArray
    on_deviation: FloatArray
    value: FloatArray

    def rate(self, left: npt.ArrayLike, deviation: npt.ArrayLike) -> FloatArray:
        """Contracts to trade per time by leg, positive buys: on_left x + on_deviation s."""
        rate: FloatArray = self.on_left @ np.asarray(left) + self.on_deviation @ np.asarray(deviation)
        return rate

    def cost(self, left: npt.ArrayLike, deviation: npt.ArrayLike) -> float:
        """Least cost to come [currency], less that of starting with nothing left at the mean."""
        state = np.append(left, deviation)
        return float(state @ self.value @ state)


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CointegratedExecution:
    """Works legs that revert to each other, in continuous time, to nothing left at the end.

    A rate u of trading pays u'H u per time beside the mids. What is minimised is

    - the expected cost + risk_aversion x integral of x' C x (Cartea, Gan and Jaimungal 2019), or
    - with `exponential`, the certainty equivalent of the cost for exponential utility with absolute risk
      aversion 2 x risk_aversion (Bergault, Drissi and Gueant 2022). It also weighs the risk of what the
      deviation will be worth, and is the same without reversion.

    Either is a matrix Riccati equation of (left, deviation); its solution over a time is that of a linear
    system, the exponential of its Hamiltonian, taken over a short part and doubled, so that a fast decay does
    not drown a slow one. Without reversion the rate is that of `MultiAssetAlmgrenChriss` with ever more
    slices.

    temporary_impact: H [currency per contract, per contract per time], positive definite. risk_aversion: [per
    currency], 0 or more. Raises ValueError outside of these.

    Reference: A. Cartea, L. Gan and S. Jaimungal, Trading co-integrated assets with price impact,
    Mathematical Finance 29 (2019); P. Bergault, F. Drissi and O. Gueant, Multi-asset optimal execution and
    statistical arbitrage strategies under Ornstein-Uhlenbeck dynamics, SIAM Journal on Financial Mathematics
    13 (2022); doubling: E. Chu, H. Fan and W. Lin, A structure-preserving doubling algorithm for
    continuous-time algebraic Riccati equations, Linear Algebra and its Applications 396 (2005).
    """

    prices: CointegratedPrices
    temporary_impact: FloatArray
    risk_aversion: float
    exponential: bool = False
    _modes: tuple[FloatArray, FloatArray] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not 0.0 <= self.risk_aversion < math.inf:
            raise ValueError(f"expected a risk aversion of 0 or more, finite; got {self.risk_aversion:g}")
        impact = symmetric(self.temporary_impact, "temporary_impact")
        if len(impact) != self.prices.legs:
            raise ValueError("prices and impact must be of the same legs")
        object.__setattr__(self, "_modes", risk_modes(self.prices.covariance, impact))
        object.__setattr__(self, "temporary_impact", impact)

    def rule(self, time_left: float) -> TradingRule:
        """What to do with so much time left; ValueError when it is not above 0 and finite."""
        return self.rules(time_left, 1)[0]

    def rules(self, horizon: float, steps: int) -> list[TradingRule]:
        """What to do at the start of each of `steps` equal parts of a horizon, each the exact solution."""
        if steps < 1 or not 0.0 < horizon < math.inf:
            raise ValueError(f"expected a step and a finite time above 0; got {steps} and {horizon:g}")
        scaled = _scaled(self, *self._modes, horizon / steps)
        costs = costs_to_come(*scaled.equation(), scaled.doublings, steps)
        return scaled.rules(costs)

    def cost(self, quantities: npt.ArrayLike, deviation: npt.ArrayLike, horizon: float) -> float:
        """Least cost of trading the quantities from a deviation, see `TradingRule.cost` [currency]."""
        start, away = (checked_quantities(given, self.prices.legs) for given in (quantities, deviation))
        return self.rule(horizon).cost(start, away)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scaled:
    """The problem in modes of risk, with a short `part` of the time as its unit, so that numbers are about 1.

    sizes: by leg, what a deviation is multiplied by, with the part, in these units. reversion, noise: K and C
    of the deviation in these units, C times absolute risk aversion. risk: by mode, times risk aversion.
    """

    part: float
    doublings: int
    into_modes: FloatArray
    modes: FloatArray
    sizes: FloatArray
    reversion: FloatArray
    noise: FloatArray
    risk: FloatArray

    def equation(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """A, M and Q of the Riccati equation over the part."""
        legs = len(self.risk)
        drift, control, running = np.zeros((3, 2 * legs, 2 * legs))
        drift[legs:, legs:] = -self.part * self.reversion
        drift[legs:, :legs] = self.noise @ (self.modes / self.sizes[:, np.newaxis])
        control[:legs, :legs] = np.eye(legs)
        control[legs:, legs:] = -2.0 * self.noise
        running[:legs, :legs] = np.diag(self.part**2 * self.risk)
        running[:legs, legs:] = -0.5 * self.part * (self.modes.T / self.sizes) @ self.reversion
        running[legs:, :legs] = running[:legs, legs:].T
        return drift, control, running

    def rules(self, costs: FloatArray) -> list[TradingRule]:
        """Costs to come in these units, shape (step, 2 leg, 2 leg), as rules in the problem's."""
        legs = len(self.risk)
        into = np.zeros_like(costs[0])
        into[:legs, :legs] = self.into_modes
        into[legs:, legs:] = np.diag(self.part * self.sizes)
        gradients = costs @ into / self.part
        rates, values = self.modes @ gradients[:, :legs], into.T @ gradients
        return [
            TradingRule(on_left=rate[:, :legs], on_deviation=rate[:, legs:], value=0.5 * (value + value.T))
            for rate, value in zip(rates, values, strict=True)
        ]


def _scaled(problem: CointegratedExecution, risk: FloatArray, modes: FloatArray, time: float) -> _Scaled:
    risk = problem.risk_aversion * risk
    sizes = np.sqrt(np.square(modes).sum(axis=1))
    reversion = problem.prices.reversion * np.divide.outer(sizes, sizes)
    growth = time * max(math.sqrt(risk.max()), float(np.abs(reversion).sum(axis=1).max()))
    doublings = max(0, math.frexp(growth / LARGEST_GROWTH)[1])
    part = math.ldexp(time, -doublings)
    aversion = 2.0 * problem.risk_aversion if problem.exponential else 0.0
    return _Scaled(
        part=part,
        doublings=doublings,
        into_modes=modes.T @ problem.temporary_impact,
        modes=modes,
        sizes=sizes,
        reversion=reversion,
        noise=aversion * part**2 * np.multiply.outer(sizes, sizes) * problem.prices.covariance,
        risk=risk,
    )
