"""What holding the underlying to each listed expiry costs, by the hedge instrument's cost curve."""

from __future__ import annotations

import math

import numpy as np

from execution.tca.cost_curve import CostCurve
from hedger.spreads.replacement import ForwardMarket
from pricing.market import UnderlyingMarket


def forward_markets(
    market: UnderlyingMarket, curve: CostCurve, *, units: float, horizon_days: float
) -> tuple[ForwardMarket, ...]:
    """One a listed expiry, about the parity forward; none without a chain.

    units: of underlying that trade on either side, above zero; each costs what the curve expects of whole
    lots of the hedge for all of them, so that a smaller order is not charged less than it costs.
    """
    if market.listed is None:
        return ()
    years = np.unique(market.listed.expiry_years)
    forward, discount = market.forward.forward_at(years), market.discount.discount_at(years)
    now = _cost_per_unit(market, curve, units=units, horizon_days=horizon_days)
    return tuple(
        ForwardMarket(
            expiry_years=float(time),
            ask=float(fair + now / factor),
            bid=float(fair - now / factor),
            discount=float(factor),
            most=units,
        )
        for time, fair, factor in zip(years, forward, discount, strict=True)
    )


def _cost_per_unit(market: UnderlyingMarket, curve: CostCurve, *, units: float, horizon_days: float) -> float:
    """Of one unit of underlying bought or sold today [currency]."""
    lot = market.hedge.lot_size
    delta = abs(market.hedge_delta())
    contracts = lot * math.ceil(units / (delta * lot))
    bps = curve.expected_bps(
        participation=min(1.0, contracts / (market.hedge.average_daily_volume * horizon_days)),
        horizon_days=horizon_days,
        volatility=float(market.forecast.at(1.0)),
    )
    return bps * 1e-4 * market.hedge_price() * market.hedge.multiplier / delta
