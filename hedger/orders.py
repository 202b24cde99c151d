"""The one translation between deciding and trading: decisions to orders, executions to worked orders."""

from __future__ import annotations

import math
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import datetime

import numpy as np

from execution.agents.order_agent import work_by_agent
from execution.agents.study_workers import AGENT_SUFFIX, agent_named, known_agents
from execution.agents.worker import Worker
from execution.errors import AgentError, OrderRejectedError
from execution.executor import work
from execution.market.regime import Regime
from execution.market.shared_news import News
from execution.market.simulator import MarketConditions, MarketSimulator
from execution.orders import Execution, ParentOrder, Side, TradingRules
from execution.schedules.names import COINTEGRATED, SCHEDULES, ScheduleTerms, schedule_named
from execution.schedules.schedule import AdaptiveSchedule, Schedule
from execution.tca.control_market import mid_without_order, move_before_fills
from execution.tca.cost_curve import CostCurve
from execution.tca.shortfall import implementation_shortfall, news_cost
from hedger.errors import UsageError
from hedger.exposure import is_hedge_holding
from hedger.policy.policy import HedgeDecision, expected_cost_bps
from hedger.portfolio import Portfolio, Position, PositionKind
from hedger.result import TRADING_MINUTES_PER_DAY, OrderCost, RunSettings, WorkedOrder
from pricing.instrument import HedgeInstrument, InstrumentKind
from pricing.market import UnderlyingMarket
from pricing.time import TRADING_DAYS_PER_YEAR, exchange_date

_NS_PER_MINUTE = 60_000_000_000
_SCHEDULES = (*SCHEDULES, COINTEGRATED)
_KINDS: Mapping[InstrumentKind, PositionKind] = {
    InstrumentKind.FUTURE: PositionKind.FUTURE,
    InstrumentKind.ETF: PositionKind.ETF,
    InstrumentKind.STOCK: PositionKind.STOCK,
}


def parent_order(
    decision: HedgeDecision, market: UnderlyingMarket, settings: RunSettings
) -> ParentOrder | None:
    """Translate a decision into an order for whole lots; None when there is less than a lot to trade.

    A quantity between two lots is cut to the smaller: an order never trades more than was decided.
    """
    lot = market.hedge.lot_size
    quantity = abs(decision.trade_contracts) // lot * lot
    if quantity == 0:
        return None
    return ParentOrder(
        parent_id=f"{decision.underlying}-1",
        symbol=market.hedge.symbol,
        side=Side.BUY if decision.trade_contracts > 0 else Side.SELL,
        quantity=quantity,
        start_ns=nanoseconds(market.as_of),
        horizon_ns=round(settings.horizon_minutes * _NS_PER_MINUTE),
        rules=_trading_rules(market.hedge),
        arrival_cap_bps=settings.arrival_cap_bps if math.isfinite(settings.arrival_cap_bps) else None,
    )


def market_conditions(market: UnderlyingMarket, settings: RunSettings) -> MarketConditions:
    """State the hedge instrument's market: its fair price as the mid, and the forecast of the next day."""
    return MarketConditions(
        mid_price=market.hedge_price(),
        tick_size=market.hedge.tick_size,
        volatility=_volatility(market),
        half_spread_ticks=market.hedge.half_spread_ticks,
        average_daily_volume=market.hedge.average_daily_volume,
        regime=Regime(settings.regime),
    )


def executed_order(
    order: ParentOrder,
    market: UnderlyingMarket,
    curve: CostCurve,
    settings: RunSettings,
    rng: np.random.Generator,
    *,
    decision: HedgeDecision | None = None,
    worker: AdaptiveSchedule | None = None,
    news: News | None = None,
) -> WorkedOrder:
    """Work an order by the schedule or the agent that the user named, in the hedge's simulated market.

    worker: who works it instead, as one leg of several. news: what moves the market, where others hear it
    too. The same market is run once more without the order, from the same random numbers, as its control.
    Raises UsageError for an order that the market does not take, and as `worker_for`.
    """
    found = worker or worker_for(order, market, curve, settings, decision=decision)
    own, untouched = simulated_markets(order, market, settings, rng, news)
    conditions = market_conditions(market, settings)
    try:
        if isinstance(found, Schedule | AdaptiveSchedule):
            execution = work(order, schedule=found, conditions=conditions, rng=rng, market=own)
        else:
            execution = work_by_agent(order, worker=found, conditions=conditions, rng=rng, market=own)
    except OrderRejectedError as error:
        raise UsageError(f"The hedge of {market.symbol} cannot be traded: {error}.") from error
    worked = replace(worked_order(order, found, execution, market, curve), regime=settings.regime)
    return with_control(worked, execution, untouched)


def simulated_markets(
    order: ParentOrder,
    market: UnderlyingMarket,
    settings: RunSettings,
    rng: np.random.Generator,
    news: News | None = None,
) -> tuple[MarketSimulator, MarketSimulator]:
    """The market in which an order is worked, and the same from the same random numbers without the order."""
    conditions = market_conditions(market, settings)
    again = deepcopy(rng)
    own, untouched = (MarketSimulator(conditions, order.start_ns, it, news=news) for it in (rng, again))
    return own, untouched


def with_control(worked: WorkedOrder, execution: Execution, untouched: MarketSimulator) -> WorkedOrder:
    """A worked order beside what its market does without it, to whose start `untouched` has been run."""
    control_mid = worked.order.rules.tick_size * mid_without_order(untouched, execution.path_ts_ns)
    before_fills = move_before_fills(worked.order, execution, control_mid)
    return replace(worked, control_mid=control_mid, before_fills=before_fills)


def generator(settings: RunSettings, market: UnderlyingMarket) -> np.random.Generator:
    """Randomness of one underlying's order book: by its name, so that no other underlying matters."""
    return np.random.default_rng(
        np.random.SeedSequence(settings.seed, spawn_key=tuple(market.symbol.encode()))
    )


def require_worker(settings: RunSettings) -> None:
    """Raise UsageError unless there is a schedule or a readable agent of the settings' name."""
    if settings.schedule not in _SCHEDULES:
        _agent(settings.schedule, 60.0 * settings.horizon_minutes)


def worker_for(
    order: ParentOrder,
    market: UnderlyingMarket,
    curve: CostCurve,
    settings: RunSettings,
    *,
    decision: HedgeDecision | None = None,
) -> Schedule | AdaptiveSchedule | Worker:
    """The schedule that the user named, or the agent; UsageError for a name that is neither's."""
    if settings.schedule in _SCHEDULES:
        return schedule_for(order, market, curve, settings, decision=decision)
    return _agent(settings.schedule, 1e-9 * order.horizon_ns)


def schedule_for(
    order: ParentOrder,
    market: UnderlyingMarket,
    curve: CostCurve,
    settings: RunSettings,
    *,
    decision: HedgeDecision | None = None,
) -> Schedule | AdaptiveSchedule:
    """The schedule that the user named; ValueError for a name that is not one of SCHEDULES.

    An order by itself is co-integrated with nothing: then it is worked by almgren-chriss.

    decision: what the order comes from, whose book makes an implementation-shortfall order urgent; without it
    the order stands alone.
    """
    terms = ScheduleTerms(
        conditions=market_conditions(market, settings),
        curve=curve,
        risk_aversion=settings.risk_aversion,
        participation=settings.participation,
        standing=0.0 if decision is None else standing_contracts(decision, order, market),
    )
    name = "almgren-chriss" if settings.schedule == COINTEGRATED else settings.schedule
    return schedule_named(name, order, terms)


def _agent(name: str, horizon_seconds: float) -> Worker:
    try:
        return agent_named(name, horizon_seconds=horizon_seconds)
    except KeyError:
        known = ", ".join((*_SCHEDULES, *known_agents()))
        raise UsageError(
            f"There is no schedule and no agent '{name}': use one of {known}, or the path of an agent's "
            f"{AGENT_SUFFIX} file."
        ) from None
    except AgentError as error:
        raise UsageError(f"{error}.") from error


def standing_contracts(decision: HedgeDecision, order: ParentOrder, market: UnderlyingMarket) -> float:
    """Contracts by which the book stays outside of its ideal hedge after the order, on the order's side.

    A policy that stops at its band's edge leaves half of the band; this is at risk together with what the
    order still has to trade. Negative where the order goes beyond the ideal, as by rounding to lots.
    """
    return -order.side * decision.residual_delta / market.hedge_delta()


def planned_order(
    order: ParentOrder,
    market: UnderlyingMarket,
    curve: CostCurve,
    settings: RunSettings,
    *,
    decision: HedgeDecision | None = None,
    worker: AdaptiveSchedule | None = None,
) -> WorkedOrder:
    """An order that stays on paper: when it would be worked and what the curve expects it to cost.

    worker: as of `executed_order`.
    """
    edges = np.array([order.start_ns, order.end_ns], dtype=np.int64)
    nothing = Execution(
        fills=(),
        path_ts_ns=edges[:0],
        path_mid=np.empty(0),
        plan_ts_ns=edges,
        plan_quantity=np.array([0.0, order.quantity]),
        arrival_mid=market.hedge_price(),
        market_volume=0,
        leaves_quantity=order.quantity,
    )
    found = worker or worker_for(order, market, curve, settings, decision=decision)
    return _worked(order, found.name, nothing, market, curve, parts={})


def worked_order(
    order: ParentOrder,
    worker: Schedule | AdaptiveSchedule | Worker,
    execution: Execution,
    market: UnderlyingMarket,
    curve: CostCurve,
) -> WorkedOrder:
    """An executed order with its transaction-cost analysis beside what the curve expected of it."""
    parts = implementation_shortfall(order, execution).parts
    return _worked(order, worker.name, execution, market, curve, parts=parts)


def hedge_line(portfolio: Portfolio, market: UnderlyingMarket) -> Position:
    """The portfolio's line of the hedge instrument, or an empty one to book the first fill on."""
    for position in portfolio.positions:
        if is_hedge_holding(position, market):
            return position
    instrument = market.hedge
    return Position(
        symbol=instrument.symbol,
        kind=_KINDS[instrument.kind],
        quantity=0.0,
        underlying=instrument.underlying,
        multiplier=instrument.multiplier * instrument.ratio,
        currency=next((line.currency for line in portfolio.positions), "USD"),
        expiry=None if instrument.expiry is None else exchange_date(instrument.expiry),
    )


def _worked(
    order: ParentOrder,
    worker: str,
    execution: Execution,
    market: UnderlyingMarket,
    curve: CostCurve,
    *,
    parts: Mapping[str, float],
) -> WorkedOrder:
    expected_bps = expected_cost_bps(curve, market, contracts=order.quantity, horizon_days=order.horizon_days)
    notional = execution.arrival_mid * order.quantity * order.rules.multiplier
    filled = execution.filled_quantity
    paid = sum(fill.quantity * fill.price_ticks for fill in execution.fills) * order.rules.tick_size
    realised = float(sum(parts.values()))
    return WorkedOrder(
        order=order,
        schedule=worker,
        underlying=market.symbol,
        fills=execution.fills,
        path_ts_ns=execution.path_ts_ns,
        path_mid=execution.path_mid,
        plan_ts_ns=execution.plan_ts_ns,
        plan_quantity=execution.plan_quantity,
        volatility=_volatility(market),
        market_volume=execution.market_volume,
        cost=OrderCost(
            parent_id=order.parent_id,
            symbol=order.symbol,
            quantity=order.side * order.quantity,
            filled_quantity=filled,
            leaves_quantity=execution.leaves_quantity,
            arrival_price=execution.arrival_mid,
            average_price=paid / filled if filled else None,
            expected_bps=expected_bps,
            expected_currency=expected_bps / 1e4 * notional,
            realised_bps=1e4 * realised / notional,
            realised_currency=realised,
            parts_bps={part: 1e4 * cost / notional for part, cost in parts.items()},
            parts_currency=parts,
            participation=execution.participation,
            news_currency=news_cost(order, execution),
            timing_deviation_bps=1e4
            * _volatility(market)
            * math.sqrt(order.horizon_days / TRADING_DAYS_PER_YEAR),
        ),
    )


def _trading_rules(instrument: HedgeInstrument) -> TradingRules:
    return TradingRules(
        symbol=instrument.symbol,
        tick_size=instrument.tick_size,
        lot_size=instrument.lot_size,
        multiplier=instrument.multiplier,
        fee_per_contract=instrument.fee_per_contract,
    )


def _volatility(market: UnderlyingMarket) -> float:
    return float(market.forecast.at(1.0))


def horizon_days(settings: RunSettings) -> float:
    """Trading days in which an order is worked."""
    return settings.horizon_minutes / TRADING_MINUTES_PER_DAY


def nanoseconds(instant: datetime) -> int:
    """Since 1970, to the microsecond."""
    # In integers: a float of seconds since 1970 holds no nanoseconds.
    return int(instant.timestamp()) * 1_000_000_000 + instant.microsecond * 1_000
