"""Obizhaeva and Wang (2013): the book refills after a trade, so trade at the ends and with the refill."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from execution.market.regime import SECONDS_PER_DAY, MarketConditions, RegimeParameters, parameters_of
from execution.orders import ParentOrder
from execution.schedules.order_costs import order_costs
from execution.schedules.schedule import FloatArray, IntArray, whole_lots
from execution.tca.cost_curve import CostCurve

# Of cost against risk: beyond it the second trade is too small for a double, and squares still are doubles.
_LARGEST_RISK = 1e100


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ObizhaevaWang:
    """Minimises expected cost + risk_aversion x variance where a trade's displacement decays exponentially.

    A trade of n contracts moves the price by displacement n, pays half of that and all that is left of the
    earlier ones, of which exp(-resilience t) is left after t. A slice's trade counts as made at its end.

    horizon: in any unit of time. resilience: rho [per time], 0 or more, may be infinite. displacement: kappa
    [currency per contract, per contract], above 0. permanent_impact: [currency per contract, per contract]
    on top, for good; it costs the same on every path. volatility [currency per contract per sqrt(time)] and
    risk_aversion [per currency]: 0 is the paper's closed form. Raises ValueError outside of these ranges.

    Reference: A. Obizhaeva and J. Wang, Optimal trading strategy and supply/demand dynamics, Journal of
    Financial Markets 16 (2013), propositions 1 to 3; uneven times: A. Alfonsi, A. Fruth and A. Schied,
    Constrained portfolio liquidation in a limit order book model, Banach Center Publications 83 (2008).
    """

    horizon: float
    resilience: float
    displacement: float = 1.0
    permanent_impact: float = 0.0
    volatility: float = 0.0
    risk_aversion: float = 0.0

    def __post_init__(self) -> None:
        not_negative = (self.resilience, self.permanent_impact, self.volatility, self.risk_aversion)
        if not all(number >= 0.0 for number in not_negative) or not 0.0 < self.displacement < math.inf:
            raise ValueError(f"expected a displacement above 0 and nothing else below; got {self}")
        if not 0.0 < self.horizon < math.inf:
            raise ValueError(f"expected a finite horizon above 0; got {self.horizon:g}")

    @property
    def name(self) -> str:
        """The name typed on the command line."""
        return "obizhaeva-wang"

    def plan(self, quantity: int, slices: int, *, lot_size: int = 1) -> IntArray:
        """Child quantities [contracts], shape (slice,)."""
        if slices < 1:
            raise ValueError(f"a schedule needs at least one slice, got {slices}")
        shares = self.shares(self.horizon * np.arange(1, slices + 1) / slices)
        # Rounding may leave a last ulp on the wrong side of nothing.
        remaining = np.minimum.accumulate(np.append(1.0, np.maximum(1.0 - np.cumsum(shares), 0.0)))
        remaining[-1] = 0.0
        return whole_lots(remaining, quantity, lot_size=lot_size)

    def shares(self, times: FloatArray) -> FloatArray:
        """Share of the quantity to trade at each of the times, shape (trade,); sums to 1.

        times: shape (trade,), increasing, evenly spaced or not, in the unit of the horizon. ValueError when
        there is none or they do not increase.
        """
        gaps = np.diff(times)
        if len(times) == 0 or not (gaps > 0.0).all():
            raise ValueError(f"trades are made at increasing times, at least one; got {times}")
        if self.risk_aversion == 0.0 or self.volatility == 0.0:
            return _risk_neutral(self.resilience * gaps)
        risk = self.risk_aversion * self.volatility**2 / self.displacement
        price_of_risk = np.minimum(risk * gaps, _LARGEST_RISK)
        return _risk_averse(np.exp(-self.resilience * gaps), price_of_risk)

    def block_and_rate(self) -> tuple[float, float]:
        """Risk-neutral limit of ever more trades: share of the first and last block each, share per time."""
        if math.isinf(self.resilience):
            return 0.0, 1.0 / self.horizon
        block = 1.0 / (self.resilience * self.horizon + 2.0)
        return block, self.resilience * block

    def expected_cost(self, trades: FloatArray, times: FloatArray) -> float:
        """Expected shortfall of trades [contracts] at times in currency: half n'An and the permanent part."""
        apart = np.abs(np.subtract.outer(times, times))
        # Only the diagonal is no time apart, even for a book that refills at once.
        left = np.where(apart > 0.0, np.exp(-self.resilience * np.where(apart > 0.0, apart, 1.0)), 1.0)
        lasting = self.permanent_impact * float(trades.sum()) ** 2
        return 0.5 * (self.displacement * float(trades @ left @ trades) + lasting)

    def variance(self, trades: FloatArray, times: FloatArray) -> float:
        """Variance of the shortfall from the first trade on [currency squared]."""
        left = (trades.sum() - np.cumsum(trades))[:-1]
        return self.volatility**2 * float(np.diff(times) @ left**2)

    def utility(self, trades: FloatArray, times: FloatArray) -> float:
        """What the schedule minimises: expected cost + risk_aversion x variance [currency]."""
        return self.expected_cost(trades, times) + self.risk_aversion * self.variance(trades, times)


def obizhaeva_wang_for(
    order: ParentOrder, *, conditions: MarketConditions, curve: CostCurve, risk_aversion: float
) -> ObizhaevaWang:
    """Schedule an order by its cost curve and market, with time in trading days.

    resilience: the one rate that by the horizon's end leaves as much of a displacement as the memory of the
    conditions' regime. displacement: makes even trading cost what the curve expects of impact. risk_aversion:
    absolute risk aversion of exponential utility [per currency], of which half prices variance.
    """
    costs = order_costs(order, conditions=conditions, curve=curve)
    decay = -math.log(_kept(parameters_of(conditions.regime), costs.days * SECONDS_PER_DAY))
    # Trading evenly without pause, a contract pays displacement x quantity x this.
    paid = (1.0 + math.expm1(-decay) / decay) / decay
    return ObizhaevaWang(
        horizon=costs.days,
        resilience=decay / costs.days,
        # A curve without impact asks for even trading; the shape without risk does not depend on this number.
        displacement=costs.impact / (paid * order.quantity) if costs.impact > 0.0 else 1.0,
        volatility=costs.volatility,
        risk_aversion=0.5 * risk_aversion if costs.impact > 0.0 else 0.0,
    )


def _kept(regime: RegimeParameters, seconds: float) -> float:
    """Part of a displacement that the regime's memory still has after so long."""
    scales = zip(regime.memory_shares, regime.memory_seconds, strict=True)
    return sum(share * math.exp(-seconds / scale) for share, scale in scales)


def _risk_neutral(decay: FloatArray) -> FloatArray:
    """Solution of A n = 1, scaled to sum to 1, A's inverse being tridiagonal. decay: rho x gap, shape (gap,).

    A trade counts 1 / (1 + a) for each gap beside it, a = exp(-decay), less 1 when it has two: even gaps give
    the paper's equal blocks at the ends and (1 - a) of one between.
    """
    refill = 0.5 * np.tanh(0.5 * decay)
    trades = np.append(refill, 0.0) + np.append(0.0, refill)
    trades[0] += 0.5
    trades[-1] += 0.5
    shares: FloatArray = trades / trades.sum()
    return shares


def _risk_averse(kept: FloatArray, risk: FloatArray) -> FloatArray:
    """Optimal shares by the Riccati recursion of the value p x^2 + q x d + s d^2, in units of displacement.

    x: left to trade; d: displacement before the trade. kept: of d over each gap; risk: price of x^2 over it;
    both shape (gap,).
    """
    p, q, s = 0.5, 1.0, 0.0
    rules = [(1.0, 0.0)]
    for stays, price in zip(kept[::-1], risk[::-1], strict=True):
        p, q, s = p + price, q * stays, s * stays**2
        curvature = 1.0 + 2.0 * (p - q + s)
        on_left, on_displaced = (2.0 * p - q) / curvature, (q - 1.0 - 2.0 * s) / curvature
        rules.append((on_left, on_displaced))
        p, q, s = _value(p, q, s, on_left, on_displaced)
    left, displaced, shares = 1.0, 0.0, []
    for (on_left, on_displaced), stays in zip(rules[::-1], np.append(kept, 0.0), strict=True):
        share = on_left * left + on_displaced * displaced
        shares.append(share)
        left, displaced = left - share, (displaced + share) * stays
    return np.array(shares)


def _value(p: float, q: float, s: float, g: float, h: float) -> tuple[float, float, float]:
    """The value before a trade g x + h d, from the value after it."""
    return (
        0.5 * g * g + p * (1.0 - g) ** 2 + q * g * (1.0 - g) + s * g * g,
        g + g * h - 2.0 * p * h * (1.0 - g) + q * ((1.0 - g) * (1.0 + h) - g * h) + 2.0 * s * g * (1.0 + h),
        h + 0.5 * h * h + p * h * h - q * h * (1.0 + h) + s * (1.0 + h) ** 2,
    )
