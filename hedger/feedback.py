"""The closed loop: what orders really cost becomes the cost model of the next decision."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from execution.tca.calibrate import CostObservations, update_cost_curve
from execution.tca.cost_curve import CostCurve
from execution.tca.default_curve import default_cost_curve
from hedger.result import WorkedOrder
from pricing.market import UnderlyingMarket


def first_cost_curve(market: UnderlyingMarket) -> CostCurve:
    """What trading the hedge instrument is expected to cost before there are fills of one's own."""
    return default_cost_curve(
        tick_size=market.hedge.tick_size,
        price=market.hedge_price(),
        half_spread_ticks=market.hedge.half_spread_ticks,
        fee_per_contract=market.hedge.fee_per_contract,
        multiplier=market.hedge.multiplier,
    )


def updated_cost_curve(prior: CostCurve, orders: Sequence[WorkedOrder], *, volatility: float) -> CostCurve:
    """The cost curve after these orders; `prior` itself where none of them traded.

    volatility: annualised, of the price while they were worked. Only the filled part counts, and only what it
    paid before fees: opportunity is no cost of trading, and fees are known.
    """
    traded = [
        worked for worked in orders if worked.cost.filled_quantity > 0 and worked.cost.participation > 0.0
    ]
    if not traded:
        return prior
    observations = CostObservations(
        participation=np.array([worked.cost.participation for worked in traded]),
        horizon_days=np.array([worked.order.horizon_days for worked in traded]),
        volatility=np.full(len(traded), volatility),
        cost_bps=np.array([_paid_bps(worked) for worked in traded]),
    )
    return update_cost_curve(prior, observations, origin="own fills")


def _paid_bps(worked: WorkedOrder) -> float:
    """Spread, impact and timing of the filled part [bps of its arrival notional]."""
    paid = sum(worked.cost.parts_currency[part] for part in ("spread", "impact", "timing"))
    notional = worked.cost.filled_quantity * worked.cost.arrival_price * worked.order.rules.multiplier
    return 1e4 * paid / notional
