"""Orders of several underlyings as one package: the schedule of all legs, and what it is expected to save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, final

import numpy as np
import numpy.typing as npt

from execution.errors import OrderRejectedError
from execution.executor import ExecutionSettings, slice_edges
from execution.legs_executor import work_legs
from execution.market.regime import MarketConditions
from execution.market.shared_news import News, correlated_news
from execution.orders import ParentOrder
from execution.schedules.almgren_chriss import almgren_chriss_for
from execution.schedules.multi_asset_schedule import AdaptiveLegsSchedule, leg_plans
from execution.schedules.names import COINTEGRATED, MULTI_ASSET
from execution.schedules.order_costs import order_costs
from execution.schedules.schedule import PlannedSchedule
from execution.tca.cost_curve import CostCurve
from hedger.errors import UsageError
from hedger.orders import (
    generator,
    market_conditions,
    simulated_markets,
    with_control,
    worked_order,
)
from hedger.result import RunSettings, WorkedOrder
from hedger.spreads.co_movement import CoMovement, reversion
from hedger.spreads.joint_work import ExpectedWork, JointWork
from pricing.market import Market

if TYPE_CHECKING:
    from execution.schedules.cointegrated_fit import CointegrationFit
    from execution.schedules.multi_asset_package import PackageTerms

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_JOINT = ("almgren-chriss", COINTEGRATED)


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JointOrders:
    """How orders are worked together. plans: of each leg, by underlying, where they are made beforehand.

    adaptive: what follows the mids instead, slice by slice, its legs in the order of work.underlyings.
    """

    work: JointWork
    plans: Mapping[str, PlannedSchedule] = field(default_factory=dict)
    adaptive: AdaptiveLegsSchedule | None = None


def joint_orders(
    orders: Mapping[str, ParentOrder],
    market: Market,
    curves: Mapping[str, CostCurve],
    settings: RunSettings,
    movement: CoMovement | None,
) -> JointOrders | None:
    """One schedule for the orders of a run, by underlying; None where there is nothing to work together.

    The almgren-chriss schedule becomes the multi-asset one for all underlyings whose correlation is known;
    where it is known of fewer than two, or the programme has no solution, each is worked by itself and
    the work says why. The cointegrated schedule is for all orders of the run, and raises UsageError where
    their prices do not revert to each other. movement: None where the market has one underlying.
    """
    if len(orders) < 2 or movement is None or settings.schedule not in _JOINT:
        return None
    if settings.schedule == COINTEGRATED:
        fit = reversion(market, sorted(orders))
        return _cointegrated(_Legs.of(orders, sorted(orders), market, curves, settings, movement), fit)
    known = [symbol for symbol in sorted(orders) if symbol in movement.symbols]
    if len(known) < 2:
        reason = movement.unknown or "fewer than two of the orders have a price history"
        return JointOrders(work=JointWork(schedule=settings.schedule, reason=reason))
    try:
        return _multi_asset(_Legs.of(orders, known, market, curves, settings, movement))
    except ValueError as error:
        return JointOrders(work=JointWork(schedule=settings.schedule, reason=str(error)))


def shared_news(market: Market, settings: RunSettings, movement: CoMovement | None) -> dict[str, News]:
    """News of the simulated markets of underlyings whose correlation is known, which move together by it.

    By underlying, whether it trades or not, so that policies on one seed meet the same prices.
    """
    if movement is None or movement.unknown:
        return {}
    symbols = movement.symbols
    rngs = [generator(settings, market.underlying(symbol)) for symbol in symbols]
    return dict(zip(symbols, correlated_news(rngs, movement.correlation), strict=True))


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Legs:
    """The orders that are worked together, leg by leg, and what each is worked by alone.

    alone: signed contracts, shape (slice, leg). proportional: spreads and fees of them all [currency].
    worth: of a contract now; per_unit: change of that by one of the underlying's price [units]. spot:
    of the underlyings. All shape (leg,).
    """

    underlyings: tuple[str, ...]
    quantities: tuple[int, ...]
    lot_sizes: tuple[int, ...]
    terms: PackageTerms
    alone: IntArray
    proportional: float
    worth: FloatArray
    per_unit: FloatArray
    spot: FloatArray

    @property
    def price_of_variance(self) -> float:
        """Half the absolute risk aversion [per currency]."""
        return 0.5 * self.terms.risk_aversion

    @classmethod
    def of(
        cls,
        orders: Mapping[str, ParentOrder],
        symbols: Sequence[str],
        market: Market,
        curves: Mapping[str, CostCurve],
        settings: RunSettings,
        movement: CoMovement,
    ) -> _Legs:
        # A run of one order needs neither the programme's solver nor the rules' kernels.
        from execution.schedules.multi_asset_package import package_terms_for

        legs = [orders[symbol] for symbol in symbols]
        own = [market.underlying(symbol) for symbol in symbols]
        met = [market_conditions(each, settings) for each in own]
        costs = [curves[symbol] for symbol in symbols]
        each = list(zip(legs, met, costs, strict=True))
        return cls(
            underlyings=tuple(symbols),
            quantities=tuple(int(leg.side) * leg.quantity for leg in legs),
            lot_sizes=tuple(leg.rules.lot_size for leg in legs),
            terms=package_terms_for(
                legs,
                conditions=met,
                curves=costs,
                correlation=movement.between(symbols),
                risk_aversion=settings.risk_aversion,
            ),
            alone=np.column_stack(
                [_alone(leg, conditions, curve, settings) for leg, conditions, curve in each]
            ),
            proportional=sum(
                leg.quantity * order_costs(leg, conditions=conditions, curve=curve).half_spread
                for leg, conditions, curve in each
            ),
            worth=np.array(
                [leg.rules.multiplier * one.hedge_price() for leg, one in zip(legs, own, strict=True)]
            ),
            per_unit=np.array([one.hedge_delta() for one in own]),
            spot=np.array([one.spot for one in own]),
        )


def _alone(
    order: ParentOrder, conditions: MarketConditions, curve: CostCurve, settings: RunSettings
) -> IntArray:
    """Signed contracts by slice of an order's own almgren-chriss schedule."""
    schedule = almgren_chriss_for(
        order, conditions=conditions, curve=curve, risk_aversion=settings.risk_aversion
    )
    slices = len(slice_edges(order, ExecutionSettings())) - 1
    return int(order.side) * schedule.plan(order.quantity, slices, lot_size=order.rules.lot_size)


def _multi_asset(legs: _Legs) -> JointOrders:
    from execution.schedules.multi_asset_package import one_way_schedule

    schedule = one_way_schedule(legs.terms)
    trades = schedule.plan(legs.quantities, len(legs.alone), lot_sizes=legs.lot_sizes)

    def expected(signed: IntArray) -> ExpectedWork:
        made = signed.astype(np.float64)
        return _expected(legs, schedule.model.expected_cost(made), schedule.model.variance(made))

    return JointOrders(
        work=JointWork(
            schedule=MULTI_ASSET,
            underlyings=legs.underlyings,
            together=expected(trades),
            apart=expected(legs.alone),
        ),
        plans=dict(zip(legs.underlyings, leg_plans(MULTI_ASSET, trades), strict=True)),
    )


def _cointegrated(legs: _Legs, fit: CointegrationFit) -> JointOrders:
    """The fit is of the underlyings' prices; the schedule's mids are what a contract is worth."""
    from execution.schedules.multi_asset_package import cointegrated_schedule, one_way_schedule

    away = legs.spot - fit.prices.mean
    deviation, slices = legs.per_unit * away, len(legs.alone)
    schedule = cointegrated_schedule(
        legs.terms,
        reversion=fit.prices.reversion * np.divide.outer(legs.per_unit, legs.per_unit),
        mean=legs.worth - deviation,
    )
    least = schedule.problem.rules(slices).cost(legs.quantities, deviation)
    trades = one_way_schedule(legs.terms).plan(legs.quantities, slices, lot_sizes=legs.lot_sizes)
    return JointOrders(
        work=JointWork(
            schedule=COINTEGRATED,
            underlyings=legs.underlyings,
            together=ExpectedWork(risk_adjusted=legs.proportional + least),
            apart=_expected(legs, *schedule.problem.expected(legs.alone.astype(np.float64), deviation)),
            reversion=fit,
            drift_per_day=tuple((-fit.prices.reversion @ away).tolist()),
        ),
        plans=dict(zip(legs.underlyings, leg_plans(COINTEGRATED, trades), strict=True)),
        adaptive=schedule,
    )


def _expected(legs: _Legs, impact: float, variance: float) -> ExpectedWork:
    cost = legs.proportional + impact
    return ExpectedWork(
        cost=cost,
        deviation=float(np.sqrt(variance)),
        risk_adjusted=cost + legs.price_of_variance * variance,
    )


def executed_together(
    joint: JointOrders | None,
    orders: Mapping[str, ParentOrder],
    market: Market,
    curves: Mapping[str, CostCurve],
    settings: RunSettings,
    news: Mapping[str, News],
) -> dict[str, WorkedOrder]:
    """Work orders slice by slice by the schedule that follows all their mids; by underlying.

    Each in its own simulated market, which moves with the others by the news that they share. None is worked
    where there is no such schedule. Raises UsageError for an order that its market does not take.
    """
    if joint is None or joint.adaptive is None:
        return {}
    own = [market.underlying(symbol) for symbol in joint.work.underlyings]
    legs = [orders[each.symbol] for each in own]
    rngs = [generator(settings, each) for each in own]
    made = [
        simulated_markets(leg, each, settings, rng, news.get(each.symbol))
        for leg, each, rng in zip(legs, own, rngs, strict=True)
    ]
    try:
        executions = work_legs(
            legs,
            schedule=joint.adaptive,
            conditions=[market_conditions(each, settings) for each in own],
            rngs=rngs,
            markets=[one for one, _ in made],
        )
    except OrderRejectedError as error:
        raise UsageError(f"The hedges cannot be traded together: {error}.") from error
    worked = {}
    for leg, each, execution, (_, untouched) in zip(legs, own, executions, made, strict=True):
        done = worked_order(leg, joint.plans[each.symbol], execution, each, curves[each.symbol])
        worked[each.symbol] = with_control(replace(done, regime=settings.regime), execution, untouched)
    return worked
