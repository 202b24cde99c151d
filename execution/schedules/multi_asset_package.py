"""A package's legs of size worked together, by their risks, their impact and their reversion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt

from execution.market.regime import MarketConditions
from execution.orders import ParentOrder
from execution.schedules.cointegrated_prices import CointegratedPrices
from execution.schedules.cointegrated_slices import CointegratedSlices
from execution.schedules.multi_asset import MultiAssetAlmgrenChriss
from execution.schedules.multi_asset_one_way import OneWayAlmgrenChriss
from execution.schedules.multi_asset_schedule import AdaptiveLegsSchedule, LegsSchedule, LegsState
from execution.schedules.order_costs import order_costs
from execution.schedules.schedule import FloatArray, IntArray
from execution.tca.cost_curve import CostCurve


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PackageTerms:
    """What a package's legs are worked by; shape (leg,) and (leg, leg), as in `MultiAssetAlmgrenChriss`.

    horizon: in any one unit of time. volatilities: [currency per contract per sqrt(time)], above 0.
    correlation: of the mids' moves. temporary_impacts: of each leg's own trading [currency per contract, per
    contract per time], above 0. shared_impact: what trading one leg moves another, as a part of the root of
    the product of their own, from -1 to 1 exclusive with the sign of their correlation. risk_aversion:
    absolute, of exponential utility [per currency], of which half prices variance.
    """

    horizon: float
    volatilities: tuple[float, ...]
    correlation: FloatArray
    temporary_impacts: tuple[float, ...]
    risk_aversion: float
    shared_impact: float = 0.0

    def covariance(self) -> FloatArray:
        """Covariance of the mids' moves [currency^2 per time]; ValueError where it is none."""
        if not all(0.0 < volatility < np.inf for volatility in self.volatilities):
            raise ValueError(f"expected volatilities above 0; got {self.volatilities}")
        shape, legs = np.shape(self.correlation), len(self.volatilities)
        if shape != (legs, legs) or not np.allclose(np.diag(self.correlation), 1.0, rtol=0.0, atol=1e-9):
            raise ValueError(f"expected a correlation matrix of {legs} legs; got {self.correlation!r}")
        covariance: FloatArray = np.multiply.outer(self.volatilities, self.volatilities) * self.correlation
        return covariance

    def impact(self) -> FloatArray:
        """Temporary impact, shape (leg, leg); ValueError where an own or the shared part is out of range."""
        if not all(0.0 < impact < np.inf for impact in self.temporary_impacts):
            raise ValueError(f"expected temporary impacts above 0; got {self.temporary_impacts}")
        if not -1.0 < self.shared_impact < 1.0:
            raise ValueError(f"the shared part of impact is between -1 and 1; got {self.shared_impact:g}")
        roots = np.sqrt(self.temporary_impacts)
        shares = self.shared_impact * np.sign(self.correlation)
        np.fill_diagonal(shares, 1.0)
        impact: FloatArray = np.multiply.outer(roots, roots) * shares
        return impact


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CointegratedSchedule:
    """Follows what is left and how far the mids are from their mean, slice by slice, by `CointegratedSlices`.

    trade_back: whether a leg may overshoot and return to earn the reversion. Otherwise what the rule wants is
    cut to what is between nothing and all that is left, which orders of one side can follow.
    """

    problem: CointegratedSlices
    trade_back: bool = False

    @property
    def name(self) -> str:
        """The schedule's name."""
        return "cointegrated"

    def wanted(self, state: LegsState) -> IntArray:
        """Cumulative signed contracts of each leg by the end of the slice that begins, shape (leg,)."""
        leaves, lots = state.leaves_quantities, np.asarray(state.lot_sizes)
        if state.slices_left == 1:
            return np.asarray(state.quantities)
        rules = self.problem.rules(state.slices, first=state.slice_index)
        left = rules.left_after(0, leaves, np.subtract(state.mids, self.problem.prices.mean))
        if not self.trade_back:
            left = np.clip(left, np.minimum(leaves, 0), np.maximum(leaves, 0))
        still: IntArray = np.floor(left / lots + 0.5).astype(np.int64) * lots
        return np.asarray(state.quantities) - still


def package_schedule(
    terms: PackageTerms,
    *,
    reversion: npt.ArrayLike | None = None,
    mean: npt.ArrayLike | None = None,
    trade_back: bool = False,
) -> LegsSchedule | AdaptiveLegsSchedule:
    """The schedule of correlated legs: static, or, where they revert to each other, following the mids.

    reversion: K [per time] and mean [currency], see `CointegratedPrices`; both or neither. ValueError for one
    alone, and for terms outside of their ranges.
    """
    if (reversion is None) != (mean is None):
        raise ValueError("a reversion needs a mean to revert to, and a mean a reversion")
    if reversion is None or mean is None:
        one_way = one_way_schedule(terms)
        return one_way.model if trade_back else one_way
    return cointegrated_schedule(terms, reversion=reversion, mean=mean, trade_back=trade_back)


def one_way_schedule(terms: PackageTerms) -> OneWayAlmgrenChriss:
    """The static schedule of correlated legs, none of which trades back; ValueError as `PackageTerms`."""
    model = MultiAssetAlmgrenChriss(
        horizon=terms.horizon,
        covariance=terms.covariance(),
        temporary_impact=terms.impact(),
        risk_aversion=0.5 * terms.risk_aversion,
    )
    return OneWayAlmgrenChriss(model=model)


def cointegrated_schedule(
    terms: PackageTerms, *, reversion: npt.ArrayLike, mean: npt.ArrayLike, trade_back: bool = False
) -> CointegratedSchedule:
    """The schedule that follows legs which revert to each other; ValueError as `CointegratedPrices`."""
    prices = CointegratedPrices(
        reversion=np.asarray(reversion), mean=np.asarray(mean), covariance=terms.covariance()
    )
    problem = CointegratedSlices(
        prices=prices,
        horizon=terms.horizon,
        temporary_impact=terms.impact(),
        risk_aversion=0.5 * terms.risk_aversion,
    )
    return CointegratedSchedule(problem=problem, trade_back=trade_back)


def package_terms_for(
    orders: Sequence[ParentOrder],
    *,
    conditions: Sequence[MarketConditions],
    curves: Sequence[CostCurve],
    correlation: FloatArray,
    risk_aversion: float,
    shared_impact: float = 0.0,
) -> PackageTerms:
    """Terms of a package of orders by their cost curves and markets, with time in trading days.

    Each order's are those of `almgren_chriss_for`. ValueError when the orders have not one horizon, or there
    is not a condition and a curve for each.
    """
    horizons = {order.horizon_ns for order in orders}
    if len(horizons) != 1:
        raise ValueError(f"legs worked together have one horizon; got {sorted(horizons)} ns")
    costs = [
        order_costs(order, conditions=market, curve=curve)
        for order, market, curve in zip(orders, conditions, curves, strict=True)
    ]
    return PackageTerms(
        horizon=costs[0].days,
        volatilities=tuple(cost.volatility for cost in costs),
        correlation=correlation,
        temporary_impacts=tuple(
            cost.impact * cost.days / order.quantity for cost, order in zip(costs, orders, strict=True)
        ),
        risk_aversion=risk_aversion,
        shared_impact=shared_impact,
    )
