"""Pre-trade checks: what a venue or a desk refuses, refused before anything is sent."""

from __future__ import annotations

import math
from dataclasses import dataclass

from execution.errors import OrderRejectedError
from execution.orders import ParentOrder, TradingRules

# Prices come as sums and products of decimals; a millionth of a tick is rounding, more is a wrong price.
_TICK_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class PreTradeLimits:
    """What the desk allows. maximum_participation: order over the market's expected volume in the horizon.

    The default refuses only what cannot be: an order larger than all that is expected to trade.
    """

    maximum_participation: float = 1.0


def check_order(
    order: ParentOrder, *, tick_size: float, expected_volume: float, limits: PreTradeLimits
) -> None:
    """Raise OrderRejectedError, naming the rule and the value, unless the order may be worked.

    tick_size: of the market that the order goes to [currency]. expected_volume: contracts that the market is
    expected to trade over the order's horizon.
    """
    _refuse_unless(order.quantity > 0, order, "quantity is positive", order.quantity)
    lot = order.rules.lot_size
    _refuse_unless(
        order.quantity % lot == 0, order, f"quantity is a multiple of the lot {lot}", order.quantity
    )
    tick = f"tick is the market's {tick_size:g}"
    _refuse_unless(order.rules.tick_size == tick_size, order, tick, f"{order.rules.tick_size:g}")
    _refuse_unless(order.horizon_ns > 0, order, "horizon is positive", f"{order.horizon_ns} ns")
    if order.arrival_cap_bps is not None:
        cap_is_sane = 0.0 <= order.arrival_cap_bps < math.inf
        _refuse_unless(cap_is_sane, order, "cap is finite and not negative", f"{order.arrival_cap_bps:g} bps")
    participation = order.quantity / expected_volume if expected_volume > 0.0 else math.inf
    ceiling = f"{limits.maximum_participation:.1%} of the expected {expected_volume:,.0f} contracts"
    _refuse_unless(
        participation <= limits.maximum_participation,
        order,
        f"participation is at most {ceiling}",
        f"{participation:.1%}",
    )


def price_in_ticks(price: float, rules: TradingRules) -> int:
    """A price [currency] as whole ticks; OrderRejectedError where it lies between two or is not finite."""
    ticks = price / rules.tick_size
    if not math.isfinite(ticks) or abs(ticks - round(ticks)) > _TICK_TOLERANCE:
        raise OrderRejectedError(
            f"{rules.symbol}: rule 'price is on the tick {rules.tick_size:g}' is broken by {price}"
        )
    return round(ticks)


def _refuse_unless(allowed: bool, order: ParentOrder, rule: str, value: object) -> None:
    if not allowed:
        raise OrderRejectedError(f"{order.parent_id} ({order.symbol}): rule '{rule}' is broken by {value}")
