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
    """Perold's implementation shortfall in parts that add up to it; positive is a cost [currency].

    spread: fills against the mid when they traded, at the touch; negative where resting orders earned it.
    impact: what crossing paid beyond the touch, by walking the book; temporary. timing: the mid's move from
    arrival to each fill, the market's own and the order's lasting impact together, which one path cannot tell
    apart. fees: paid to the venue. opportunity: the mid's move from arrival to the horizon's end on contracts
    that were not traded. delay: the mid's move from decision to arrival on all contracts; None where nobody
    said when it was decided.

    permanent: None unless a mid after the order is known. Then the mid's move from arrival to order's end is
    split by what the price gave back after it, both halves as an order pays them that moves the price in
    proportion to what it has filled: permanent is half the move that stayed (Almgren et al. 2005, I/2),
    `impact` takes half the move that went, and timing keeps how the fills lay about that straight line. What
    stayed holds the market's own drift too, which vanishes on average only.

    References: A. Perold, The implementation shortfall: paper versus reality, Journal of Portfolio Management
    (1988); R. Almgren, C. Thum, E. Hauptmann and H. Li, Direct estimation of equity market impact (2005).
    """

    arrival_notional: float
    average_price: float | None
    spread: float
    impact: float
    timing: float
    fees: float
    opportunity: float
    delay: float | None = None
    permanent: float | None = None

    @property
    def parts(self) -> Mapping[str, float]:
        """The parts by name [currency]; those that nobody could measure are left out."""
        found = {
            "delay": self.delay,
            "spread": self.spread,
            "impact": self.impact,
            "permanent": self.permanent,
            "timing": self.timing,
            "fees": self.fees,
            "opportunity": self.opportunity,
        }
        return {name: part for name, part in found.items() if part is not None}

    @property
    def parts_bps(self) -> Mapping[str, float]:
        """The parts by name [bps of arrival notional]."""
        return {name: 1e4 * part / self.arrival_notional for name, part in self.parts.items()}

    @property
    def total(self) -> float:
        """Implementation shortfall [currency]."""
        return math.fsum(self.parts.values())

    @property
    def bps(self) -> float:
        """Implementation shortfall [bps of arrival notional]."""
        return math.fsum(self.parts_bps.values())


def implementation_shortfall(
    order: ParentOrder,
    execution: Execution,
    *,
    decision_mid: float | None = None,
    reversion_mid: float | None = None,
) -> Shortfall:
    """Measure an execution against the mid price at its arrival.

    decision_mid: when the trade was decided; reversion_mid: some time after the order's end [currency].

    The mid at a fill is the last one seen at or before it: up to one look of the executor old for a resting
    order, exact for one that crosses. Contracts left are valued at the mid before the final crossing, since
    an emptied book has none.
    """
    scale = order.side * order.rules.multiplier
    quantity = np.array([fill.quantity for fill in execution.fills], dtype=np.float64)
    price = np.array([fill.price_ticks for fill in execution.fills], dtype=np.float64) * order.rules.tick_size
    touch = _touch_prices(execution.fills) * order.rules.tick_size
    mid = mid_at_fills(execution)
    filled = float(quantity.sum())
    end, arrival = float(execution.path_mid[-1]), execution.arrival_mid
    gone, stayed = (0.0, None) if reversion_mid is None else (end - reversion_mid, reversion_mid - arrival)
    on_line = 0.0 if stayed is None else 0.5 * filled * (gone + stayed)
    return Shortfall(
        arrival_notional=execution.arrival_mid * order.quantity * order.rules.multiplier,
        average_price=float(quantity @ price) / filled if filled else None,
        spread=scale * float(quantity @ (touch - mid)),
        impact=scale * (float(quantity @ (price - touch)) + 0.5 * filled * gone),
        timing=scale * (float(quantity @ (mid - arrival)) - on_line),
        fees=math.fsum(fill.fee for fill in execution.fills),
        opportunity=scale * execution.leaves_quantity * (end - arrival),
        delay=None if decision_mid is None else scale * order.quantity * (arrival - decision_mid),
        permanent=None if stayed is None else scale * 0.5 * filled * stayed,
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


def mid_at_fills(execution: Execution) -> FloatArray:
    """Last mid seen at or before each fill [currency], shape (fill,)."""
    ts_ns = np.array([fill.ts_ns for fill in execution.fills], dtype=np.int64)
    seen = np.searchsorted(execution.path_ts_ns, ts_ns, side="right") - 1
    return execution.path_mid[np.maximum(seen, 0)]


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
