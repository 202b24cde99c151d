"""Implementation shortfall: what an order cost against the mid price at its arrival, and where it went."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.orders import Execution, Fill, Liquidity, ParentOrder

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """Perold's implementation shortfall in five parts that add up to it; positive is a cost [currency].

    spread: fills against the mid when they traded, at the touch; negative where resting orders earned it.
    impact: what crossing paid beyond the touch, by walking the book; temporary. timing: the mid's move from
    arrival to each fill, the market's own and the order's lasting impact together, which one path cannot tell
    apart. fees: paid to the venue. opportunity: the mid's move from arrival to the horizon's end on contracts
    that were not traded.

    Reference: A. Perold, The implementation shortfall: paper versus reality, Journal of Portfolio Management
    (1988).
    """

    arrival_notional: float
    average_price: float | None
    spread: float
    impact: float
    timing: float
    fees: float
    opportunity: float

    @property
    def parts(self) -> Mapping[str, float]:
        """The five parts by name [currency]."""
        return {
            "spread": self.spread,
            "impact": self.impact,
            "timing": self.timing,
            "fees": self.fees,
            "opportunity": self.opportunity,
        }

    @property
    def parts_bps(self) -> Mapping[str, float]:
        """The five parts by name [bps of arrival notional]."""
        return {name: 1e4 * part / self.arrival_notional for name, part in self.parts.items()}

    @property
    def total(self) -> float:
        """Implementation shortfall [currency]."""
        return math.fsum(self.parts.values())

    @property
    def bps(self) -> float:
        """Implementation shortfall [bps of arrival notional]."""
        return math.fsum(self.parts_bps.values())


def implementation_shortfall(order: ParentOrder, execution: Execution) -> Shortfall:
    """Measure an execution against the mid price at its arrival.

    The mid at a fill is the last one seen at or before it: up to one look of the executor old for a resting
    order, exact for one that crosses. Contracts left are valued at the mid before the final crossing, since
    an emptied book has none.
    """
    scale = order.side * order.rules.multiplier
    quantity = np.array([fill.quantity for fill in execution.fills], dtype=np.float64)
    price = np.array([fill.price_ticks for fill in execution.fills], dtype=np.float64) * order.rules.tick_size
    touch = _touch_prices(execution.fills) * order.rules.tick_size
    mid = _mid_at_fills(execution)
    filled = float(quantity.sum())
    return Shortfall(
        arrival_notional=execution.arrival_mid * order.quantity * order.rules.multiplier,
        average_price=float(quantity @ price) / filled if filled else None,
        spread=scale * float(quantity @ (touch - mid)),
        impact=scale * float(quantity @ (price - touch)),
        timing=scale * float(quantity @ (mid - execution.arrival_mid)),
        fees=math.fsum(fill.fee for fill in execution.fills),
        opportunity=scale * execution.leaves_quantity * float(execution.path_mid[-1] - execution.arrival_mid),
    )


def news_cost(order: ParentOrder, execution: Execution) -> float:
    """The part of the timing cost that news alone made [currency]; positive is a cost.

    Only a simulated market can tell it. No order changes the news, so a cost less its news is nearly the same
    on average, with far less noise. Zero where the execution carries no news.
    """
    if execution.fill_news is None:
        return 0.0
    quantity = np.array([fill.quantity for fill in execution.fills], dtype=np.float64)
    return float(order.side * order.rules.multiplier * (quantity @ execution.fill_news))


def _touch_prices(fills: tuple[Fill, ...]) -> FloatArray:
    """Price at the touch for each fill [ticks]: the best price of its sweep, or its own where it rested."""
    best: dict[int, int] = {}
    for fill in fills:
        if fill.liquidity is Liquidity.TAKER:
            here = best.get(fill.ts_ns, fill.price_ticks)
            best[fill.ts_ns] = min(here * fill.side, fill.price_ticks * fill.side) * fill.side
    return np.array(
        [best[f.ts_ns] if f.liquidity is Liquidity.TAKER else f.price_ticks for f in fills], dtype=np.float64
    )


def _mid_at_fills(execution: Execution) -> FloatArray:
    """Last mid seen at or before each fill [currency], shape (fill,)."""
    ts_ns = np.array([fill.ts_ns for fill in execution.fills], dtype=np.int64)
    seen = np.searchsorted(execution.path_ts_ns, ts_ns, side="right") - 1
    return execution.path_mid[np.maximum(seen, 0)]
