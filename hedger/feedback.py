"""The closed loop: what orders really cost becomes the cost model of the next decision."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from execution.tca.calibrate import CostObservations, learn_cost_curve, update_cost_curve
from execution.tca.cost_curve import CostCurve
from execution.tca.default_curve import default_cost_curve
from execution.tca.fill_reader import find_fills, read_fills
from execution.tca.fill_table import FilledOrder
from execution.tca.recorded_orders import RecordedOrders
from hedger.result import HedgeRun, WorkedOrder
from hedger.spreads.leg_records import block_records, touch_records
from pricing.market import Market, UnderlyingMarket

_COSTS = ("spread", "impact", "timing", "opportunity")


def first_cost_curve(market: UnderlyingMarket) -> CostCurve:
    """What trading the hedge instrument is expected to cost before there are fills of one's own."""
    return default_cost_curve(
        tick_size=market.hedge.tick_size,
        price=market.hedge_price(),
        half_spread_ticks=market.hedge.half_spread_ticks,
        fee_per_contract=market.hedge.fee_per_contract,
        multiplier=market.hedge.multiplier,
    )


def cost_curve_from(fills: Path, market: UnderlyingMarket) -> CostCurve:
    """What trading the hedge instrument costs by its recorded fills, a file or a folder of runs.

    Raises RecordingError with every problem of the files.
    """
    return _learned(read_fills(*find_fills(fills)), market)


def cost_curves_from(files: Sequence[Path], market: Market) -> Mapping[str, CostCurve]:
    """The same by underlying, for every underlying of a market; empty without files."""
    if not files:
        return {}
    orders = read_fills(*files)
    return {symbol: _learned(orders, own) for symbol, own in market.underlyings.items()}


def updated_cost_curve(prior: CostCurve, orders: Sequence[WorkedOrder], *, volatility: float) -> CostCurve:
    """The cost curve after these orders; `prior` itself where none of them was worked.

    volatility: annualised, of the price while they were worked. An order counts with its whole size and with
    what it missed on the part that was not filled, but before fees, which are known: to count fills alone
    would leave out the orders that the market ran away from.
    """
    worked = [each for each in orders if each.cost.parts_currency and each.market_volume > 0]
    if not worked:
        return prior
    observations = CostObservations(
        participation=np.array([_wanted_participation(each) for each in worked]),
        horizon_days=np.array([each.order.horizon_days for each in worked]),
        volatility=np.full(len(worked), volatility),
        cost_bps=np.array([_cost_bps(each) for each in worked]),
    )
    return update_cost_curve(prior, observations, origin="own fills")


def recorded_orders(run: HedgeRun) -> list[FilledOrder]:
    """All that a run traded, as it is recorded: the options leg by leg, then the orders of the hedges."""
    options = [leg for block in run.option_blocks for leg in block_records(block)]
    if not run.option_blocks:
        options = [leg for package in run.packages for leg in touch_records(package, run.option_fills)]
    return [*options, *filled_orders(run.orders)]


def filled_orders(orders: Sequence[WorkedOrder], *, prefix: str = "") -> list[FilledOrder]:
    """The orders as they are recorded; planned ones are not. prefix: of their ids."""
    return [
        FilledOrder(
            order=each.order,
            fills=each.fills,
            arrival_price=each.cost.arrival_price,
            end_price=float(each.path_mid[-1]),
            fill_mid=_mid_at_fills(each),
            algorithm=each.schedule,
            regime=each.regime or None,
            volatility=each.volatility if math.isfinite(each.volatility) else None,
            market_volume=each.market_volume,
            parent_id=f"{prefix}{each.order.parent_id}",
        )
        for each in orders
        if len(each.path_mid)
    ]


def _learned(orders: RecordedOrders, market: UnderlyingMarket) -> CostCurve:
    own = orders.chosen(orders.symbol == market.hedge.symbol)
    prior = first_cost_curve(market)
    # Whether it earns or pays half a spread is an order's own luck, whatever its horizon.
    half_spread_bps = 1e4 * market.hedge.half_spread_ticks * market.hedge.tick_size / market.hedge_price()
    observations = own.observations(noise_floor_bps=half_spread_bps)
    return learn_cost_curve(prior, observations, origin=f"{len(observations)} recorded orders")


def _mid_at_fills(worked: WorkedOrder) -> tuple[float, ...]:
    """Last mid that was seen at or before each fill."""
    ts_ns = [fill.ts_ns for fill in worked.fills]
    seen = np.searchsorted(worked.path_ts_ns, np.array(ts_ns, dtype=np.int64), side="right") - 1
    return tuple(worked.path_mid[np.maximum(seen, 0)].tolist())


def _wanted_participation(worked: WorkedOrder) -> float:
    """Own ordered quantity over the volume with all of it in it."""
    return worked.order.quantity / (worked.market_volume + worked.cost.leaves_quantity)


def _cost_bps(worked: WorkedOrder) -> float:
    """Shortfall before fees [bps of the whole order's arrival notional]."""
    cost = math.fsum(worked.cost.parts_currency[part] for part in _COSTS)
    notional = worked.order.quantity * worked.cost.arrival_price * worked.order.rules.multiplier
    return 1e4 * cost / notional
