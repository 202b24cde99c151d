"""The control of an order in a simulated market: the same market from the same seed without the order.

News are the same in both, so that what the two mids differ by before a fill is what the order itself has
given away by then: what it shows while it rests, and what its earlier fills have moved.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from execution.market.market import Market
from execution.orders import Execution, ParentOrder
from execution.tca.shortfall import mid_at_fills

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveBeforeFills:
    """How far the mid moved against an order from arrival until its fills, by quantity [bps of arrival mid].

    control_bps: how far it had moved by the same instants in the same market without the order. One path has
    no interval.
    """

    moved_bps: float
    control_bps: float

    @property
    def leakage_bps(self) -> float:
        """The move against the order that came with the order; positive is against it."""
        return self.moved_bps - self.control_bps


def mid_without_order(market: Market, ts_ns: IntArray) -> FloatArray:
    """Run a market in which nobody works the order; its mid [ticks] at each instant, shape (step,).

    market: a copy from the same seed, which this uses up. ts_ns: never falling, none before the time that the
    market has reached; ValueError otherwise.
    """
    mid_ticks = np.empty(len(ts_ns))
    for at, each in enumerate(ts_ns.tolist()):
        market.advance_to(each)
        mid_ticks[at] = market.mid_ticks
    return mid_ticks


def move_before_fills(
    order: ParentOrder, execution: Execution, control_mid: FloatArray
) -> MoveBeforeFills | None:
    """Measure an execution against its control; None where nothing filled.

    control_mid: at the looks of the execution [currency], shape (step,) as its path_mid; ValueError for
    another. The mid of a fill is the last look at or before it, in both markets.
    """
    if control_mid.shape != execution.path_mid.shape:
        raise ValueError(f"control has shape {control_mid.shape}, expected {execution.path_mid.shape}")
    if not execution.fills:
        return None
    quantity = np.array([fill.quantity for fill in execution.fills], dtype=np.float64)
    scale = 1e4 * order.side / (execution.arrival_mid * quantity.sum())

    def moved(seen: Execution) -> float:
        return float(scale * (quantity @ (mid_at_fills(seen) - execution.arrival_mid)))

    return MoveBeforeFills(
        moved_bps=moved(execution), control_bps=moved(replace(execution, path_mid=control_mid))
    )
