"""What each order of a blotter cost against its arrival, in parts that add up to it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from execution.tca.blotter import Blotter, FloatArray, IntArray

PARTS = ("delay", "trading", "spread", "impact", "permanent", "timing", "fees", "opportunity")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCosts:
    """Implementation shortfall of orders, arrays of shape (order,); positive is a cost.

    parts: by name of PARTS [currency], NaN where unknown. `trading` is the whole of fills against arrival
    where no mids at the fills are known, which leaves spread, impact, permanent and timing unknown; elsewhere
    it is unknown and they are not. permanent is known where a mid after the order is. opportunity is unknown
    where an order was not filled and no price at its end is known; the total is then without it.
    arrival_notional [currency]: of all that was ordered. filled: [contracts].
    """

    parts: Mapping[str, FloatArray]
    arrival_notional: FloatArray
    filled: FloatArray
    ordered: FloatArray

    @property
    def total(self) -> FloatArray:
        """Sum of the known parts [currency]; NaN where the arrival price is unknown."""
        rows = zip(*(part.tolist() for part in self.parts.values()), strict=True)
        found = np.array([math.fsum(part for part in row if not math.isnan(part)) for row in rows])
        return np.where(np.isnan(self.arrival_notional), np.nan, found)

    @property
    def bps(self) -> FloatArray:
        """Total in bps of arrival notional."""
        return 1e4 * self.total / self.arrival_notional

    def part_bps(self, name: str) -> FloatArray:
        """A part in bps of arrival notional."""
        return 1e4 * self.parts[name] / self.arrival_notional

    def known_parts(self) -> tuple[str, ...]:
        """The parts that at least one order knows."""
        return tuple(name for name, part in self.parts.items() if not np.isnan(part).all())


def order_costs(blotter: Blotter) -> OrderCosts:
    """Split the shortfall of each order; the method is that of `shortfall.Shortfall`.

    The touch at a fill is the far quote where it took liquidity and quotes are known, else the best price of
    the fills of its instant; a fill that added liquidity, or was better than the touch, is at its own price.
    A fill that does not say what it did took liquidity where it was on the far side of the mid.
    """
    orders, fills = blotter.orders, blotter.fills
    scale = orders.side * orders.multiplier
    arrival, filled = orders.arrival_price, blotter.filled
    side = orders.side[fills.order]
    touch = _touch(blotter, side)
    total = blotter.sum_by_order
    against_arrival = scale * _sums(blotter, fills.quantity * (fills.price - arrival[fills.order]))
    spread = scale * _sums(blotter, fills.quantity * (touch - fills.mid))
    beyond = scale * _sums(blotter, fills.quantity * (fills.price - touch))
    moved = scale * _sums(blotter, fills.quantity * (fills.mid - arrival[fills.order]))
    gone = 0.5 * scale * filled * (orders.end_price - orders.reversion_price)
    stayed = 0.5 * scale * filled * (orders.reversion_price - arrival)
    reverts, split = ~np.isnan(gone + stayed), ~np.isnan(spread + moved)
    left = np.maximum(blotter.ordered - filled, 0.0)
    missed = scale * left * (orders.end_price - arrival)
    parts = {
        "delay": scale * blotter.ordered * (arrival - orders.decision_price),
        "trading": np.where(split, np.nan, against_arrival),
        "spread": np.where(split, spread, np.nan),
        "impact": np.where(split, beyond + np.where(reverts, gone, 0.0), np.nan),
        "permanent": np.where(split & reverts, stayed, np.nan),
        "timing": np.where(split, moved - np.where(reverts, gone + stayed, 0.0), np.nan),
        "fees": total(fills.fee),
        "opportunity": np.where(left > 0.0, missed, np.where(np.isnan(arrival), np.nan, 0.0)),
    }
    return OrderCosts(
        parts=parts,
        arrival_notional=arrival * blotter.ordered * orders.multiplier,
        filled=filled,
        ordered=blotter.ordered,
    )


def _touch(blotter: Blotter, side: FloatArray) -> FloatArray:
    """Price at the touch of each fill, never worse for the order than the fill's own."""
    fills = blotter.fills
    far = np.where(side > 0.0, fills.ask, fills.bid)
    takes = np.where(np.isnan(fills.taker), side * (fills.price - fills.mid) > 0.0, fills.taker > 0.5)
    quoted = np.where(np.isnan(far), _best_of_instant(fills.order, fills.ts_ns, side, fills.price), far)
    return np.where(takes, side * np.minimum(side * quoted, side * fills.price), fills.price)


def _best_of_instant(order: IntArray, ts_ns: IntArray, side: FloatArray, price: FloatArray) -> FloatArray:
    """Best price of each order's fills of one instant, which are one sweep of the book."""
    if not len(order):
        return price
    changes = (np.diff(order) != 0) | (np.diff(ts_ns) != 0)
    group = np.concatenate(([0], np.cumsum(changes)))
    best = np.minimum.reduceat(side * price, np.flatnonzero(np.concatenate(([True], changes))))
    return np.asarray(side * best[group], dtype=np.float64)


def _sums(blotter: Blotter, values: FloatArray) -> npt.NDArray[np.float64]:
    """Sum over each order's fills, rounded once."""
    starts = blotter.starts.tolist()
    listed = values.tolist()
    return np.array([math.fsum(listed[a:b]) for a, b in pairwise(starts)])
