"""One parent order worked by an agent, where execution.executor works it by a schedule."""

from __future__ import annotations

import numpy as np

from execution.agents.shipped_task import task_of
from execution.agents.single_market import SingleMarket
from execution.agents.terms import terms_of_conditions
from execution.agents.worker import Worker
from execution.executor import ExecutionSettings, admitted, slice_edges
from execution.market.market import Market
from execution.market.regime import MarketConditions
from execution.order_desk import fill_of, worst_price_ticks
from execution.orders import Execution, ParentOrder
from execution.schedules.twap import Twap

_DEPTH_LEVELS = 5  # that they see


def work_by_agent(
    order: ParentOrder,
    *,
    worker: Worker,
    conditions: MarketConditions,
    rng: np.random.Generator,
    settings: ExecutionSettings | None = None,
    market: Market | None = None,
) -> Execution:
    """Let an agent work a parent order over its horizon in a market and say what became of it.

    The market is that of `execution.executor.work`: two workers with the same generator meet the same one. Of
    the settings the limits count; an agent looks and decides every second. It trades single contracts,
    whatever the instrument's lot. A cap of the order's holds for whatever the agent asks for (see
    SingleMarket). An agent plans nothing beforehand: the plan is the even pace. Raises as `work`.
    """
    settings = settings or ExecutionSettings()
    market = admitted(order, conditions=conditions, rng=rng, limits=settings.limits, market=market)
    arrival_ticks, volume_before = market.mid_ticks, market.traded_volume
    desk = SingleMarket(
        market, depth_levels=_DEPTH_LEVELS, worst_ticks=worst_price_ticks(order, arrival_ticks)
    )
    fee = order.rules.fee_per_contract / order.rules.multiplier
    terms = [terms_of_conditions(conditions, fee_per_contract=fee)]
    side, quantity = np.array([order.side], np.int64), np.array([order.quantity], np.int64)
    worker.session(desk, terms, task_of(1e-9 * order.horizon_ns)).work(side, quantity)
    tick = order.rules.tick_size
    seen_ns, seen_ticks = zip(*desk.path, strict=True)
    edge_ns = slice_edges(order, settings)
    even = Twap().plan(order.quantity, len(edge_ns) - 1, lot_size=order.rules.lot_size)
    return Execution(
        fills=tuple(fill_of(order, own) for own in desk.fills),
        path_ts_ns=np.array(seen_ns, dtype=np.int64),
        path_mid=np.array(seen_ticks, dtype=np.float64) * tick,
        plan_ts_ns=edge_ns[1:],
        plan_quantity=even.cumsum().astype(np.float64),
        arrival_mid=arrival_ticks * tick,
        market_volume=market.traded_volume - volume_before,
        leaves_quantity=order.quantity - sum(own.quantity for own in desk.fills),
        fill_news=np.array([own.news_ticks for own in desk.fills], dtype=np.float64) * tick,
    )
