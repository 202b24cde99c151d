"""Co-integrated legs worked in continuous time: the rate of trading as a rule, by one matrix exponential."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt
from scipy.linalg import expm

from execution.schedules.cointegrated_prices import CointegratedPrices
from execution.schedules.multi_asset import checked_quantities, risk_modes, symmetric
from execution.schedules.schedule import FloatArray

# Over a span in which nothing outgrows this, a matrix exponential keeps the digits of its smallest part.
_LARGEST_GROWTH = 2.0


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

    def __post_init__(self) -> None:
        if not 0.0 <= self.risk_aversion < math.inf:
            raise ValueError(f"expected a risk aversion of 0 or more, finite; got {self.risk_aversion:g}")
        impact = symmetric(self.temporary_impact, "temporary_impact")
        if len(impact) != self.prices.legs:
            raise ValueError("prices and impact must be of the same legs")
        risk_modes(self.prices.covariance, impact)
        object.__setattr__(self, "temporary_impact", impact)

    def rule(self, time_left: float) -> TradingRule:
        """What to do with so much time left; ValueError when it is not above 0 and finite."""
        return self.rules(time_left, 1)[0]

    def rules(self, horizon: float, steps: int) -> list[TradingRule]:
        """What to do at the start of each of `steps` equal parts of a horizon, each the exact solution."""
        if steps < 1 or not 0.0 < horizon < math.inf:
            raise ValueError(f"expected a step and a finite time above 0; got {steps} and {horizon:g}")
        scaled = _scaled(self, horizon / steps)
        flow, left = scaled.flow(), slice(0, self.prices.legs)
        end = np.zeros_like(flow.source)
        end[left, left] = np.linalg.inv(flow.spread[left, left])
        values = [flow.source + flow.kept.T @ end @ flow.kept]
        for _ in range(steps - 1):
            values.append(flow.value_before(values[-1]))
        return [scaled.rule(value) for value in values[::-1]]

    def cost(self, quantities: npt.ArrayLike, deviation: npt.ArrayLike, horizon: float) -> float:
        """Least cost of trading the quantities from a deviation, see `TradingRule.cost` [currency]."""
        start, away = (checked_quantities(given, self.prices.legs) for given in (quantities, deviation))
        return self.rule(horizon).cost(start, away)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Flow:
    """What (left, deviation) y and half the gradient q of the cost to come do over a time.

    y_after = kept y_before - spread q_after and q_before = source y_before + kept' q_after.
    """

    kept: FloatArray
    spread: FloatArray
    source: FloatArray

    def twice(self) -> _Flow:
        """The same over twice the time."""
        gap = np.linalg.inv(np.eye(len(self.kept)) + self.spread @ self.source)
        carried = self.kept @ gap
        return _Flow(
            kept=carried @ self.kept,
            spread=_symmetric(self.spread + carried @ self.spread @ self.kept.T),
            source=_symmetric(self.source + self.kept.T @ self.source @ gap @ self.kept),
        )

    def value_before(self, value: FloatArray) -> FloatArray:
        """The cost to come a time earlier, of a cost to come y'Py."""
        gap = np.linalg.solve(np.eye(len(value)) + self.spread @ value, self.kept)
        return _symmetric(self.source + self.kept.T @ value @ gap)


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

    def flow(self) -> _Flow:
        """The flow over the whole time, from that over the short part."""
        whole, half = expm(self._hamiltonian()), 2 * len(self.risk)
        back = np.linalg.inv(whole[half:, half:])
        flow = _Flow(
            kept=back.T,
            spread=_symmetric(-whole[:half, half:] @ back),
            source=_symmetric(-back @ whole[half:, :half]),
        )
        for _ in range(self.doublings):
            flow = flow.twice()
        return flow

    def rule(self, value: FloatArray) -> TradingRule:
        """A value in these units as a rule in the problem's."""
        legs = len(self.risk)
        into = np.zeros_like(value)
        into[:legs, :legs] = self.into_modes
        into[legs:, legs:] = np.diag(self.part * self.sizes)
        gradient = value @ into / self.part
        rate = self.modes @ gradient[:legs]
        return TradingRule(
            on_left=rate[:, :legs], on_deviation=rate[:, legs:], value=_symmetric(into.T @ gradient)
        )

    def _hamiltonian(self) -> FloatArray:
        """[[A, -M], [-Q, -A']] of the part, where y'Py is the cost to come and -P' = Q + A'P + PA - PMP."""
        legs = len(self.risk)
        left, away = slice(0, legs), slice(legs, 2 * legs)
        drift, control, running = np.zeros((3, 2 * legs, 2 * legs))
        drift[away, away] = -self.part * self.reversion
        drift[away, left] = self.noise @ (self.modes / self.sizes[:, np.newaxis])
        control[left, left] = np.eye(legs)
        control[away, away] = -2.0 * self.noise
        running[left, left] = np.diag(self.part**2 * self.risk)
        running[left, away] = -0.5 * self.part * (self.modes.T / self.sizes) @ self.reversion
        running[away, left] = running[left, away].T
        return np.block([[drift, -control], [-running, -drift.T]])


def _scaled(problem: CointegratedExecution, time: float) -> _Scaled:
    covariance = problem.prices.covariance
    risk, modes = risk_modes(covariance, problem.temporary_impact)
    risk = problem.risk_aversion * risk
    sizes = np.sqrt(np.square(modes).sum(axis=1))
    reversion = problem.prices.reversion * np.divide.outer(sizes, sizes)
    growth = time * max(math.sqrt(risk.max()), float(np.abs(reversion).sum(axis=1).max()))
    doublings = max(0, math.frexp(growth / _LARGEST_GROWTH)[1])
    part = math.ldexp(time, -doublings)
    aversion = 2.0 * problem.risk_aversion if problem.exponential else 0.0
    return _Scaled(
        part=part,
        doublings=doublings,
        into_modes=modes.T @ problem.temporary_impact,
        modes=modes,
        sizes=sizes,
        reversion=reversion,
        noise=aversion * part**2 * np.multiply.outer(sizes, sizes) * covariance,
        risk=risk,
    )


def _symmetric(matrix: FloatArray) -> FloatArray:
    return 0.5 * (matrix + matrix.T)
