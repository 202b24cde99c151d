"""What one tape is measured with, so that every tape compared with it is measured alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from execution.realism.tape import Floats, Integers, Tape

BLOCKS = 40
HORIZON_STEPS = (1, 2, 5, 10, 20, 50)
RETURN_LAGS = np.arange(1, 11)
CLUSTER_LAGS = np.array([1, 2, 3, 5, 8, 13, 20, 30, 50])
SIGN_LAGS = np.array([1, 2, 3, 5, 8, 13, 20, 30, 50, 80, 130, 200])
RESPONSE_LAGS = np.array([1, 2, 3, 5, 8, 13, 20, 30, 50])
_MESSAGES_A_STEP = 5.0
_DISTANCE_BUCKETS = 8
_SIZE_CLASSES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruler:
    """Steps, edges and classes that are taken from one tape, the held-out one, and used on all.

    step_ns: of the clock on which returns and activity are sampled. levels: of the book that all tapes keep.
    distance_edges_ticks: buckets of the distance behind the own best price, from 0, shape (bucket + 1,).
    size_edges_lots: inner edges of the classes of market orders by size, shape (class - 1,).
    spread_ticks: mean spread, the unit of price moves. size_lots: mean market order.
    """

    step_ns: int
    levels: int
    distance_edges_ticks: Integers
    size_edges_lots: Floats
    spread_ticks: float
    size_lots: float

    def block_of(self, tape: Tape, at: Integers) -> Integers:
        """The block of time, of BLOCKS equally long ones, in which each message of `at` falls."""
        ts_ns = tape.messages.ts_ns
        share = (ts_ns[at] - ts_ns[0]) / (ts_ns[-1] - ts_ns[0])
        return np.asarray(np.minimum((share * BLOCKS).astype(np.int64), BLOCKS - 1))


def ruler_of(tape: Tape, *, levels: int | None = None) -> Ruler:
    """The ruler of a tape; `levels` where other tapes keep fewer than it does.

    The clock's step is the first of 0.1, 0.2, 0.5, 1, 2, 5, 10 ... seconds in which five messages are to be
    expected. Distances are bucketed geometrically up to where the last level usually is: what is beyond it
    the history does not know.
    """
    kept = tape.levels if levels is None else min(levels, tape.levels)
    spread = tape.spread_ticks()
    known = np.isfinite(spread)
    orders = tape.market_orders().quantity
    return Ruler(
        step_ns=_clock_step_ns(_MESSAGES_A_STEP * tape.seconds / len(tape)),
        levels=kept,
        distance_edges_ticks=_distance_edges(tape, kept),
        size_edges_lots=_size_edges(orders),
        spread_ticks=float(np.mean(spread[known])) if known.any() else 1.0,
        size_lots=float(np.mean(orders)) if len(orders) else 1.0,
    )


def _clock_step_ns(seconds: float) -> int:
    decade = 10.0 ** np.arange(-1, 6)
    steps = np.sort(np.concatenate((decade, 2.0 * decade, 5.0 * decade)))
    return round(1e9 * float(steps[min(int(np.searchsorted(steps, seconds)), len(steps) - 1)]))


def _distance_edges(tape: Tape, levels: int) -> Integers:
    """Bucket edges 0, 1, ... growing geometrically to the usual distance of the last level kept."""
    reaches = [1.0]
    for ticks, volume in (
        (tape.history.bid_ticks, tape.history.bid_volume),
        (tape.history.ask_ticks, tape.history.ask_volume),
    ):
        full = volume[:, levels - 1] > 0
        if full.any():
            reaches.append(float(np.median(np.abs(ticks[full, levels - 1] - ticks[full, 0]))))
    reach = max(max(reaches), float(levels > 1) * 2.0)
    edges = np.rint(np.geomspace(1.0, reach + 1.0, _DISTANCE_BUCKETS)).astype(np.int64)
    return np.unique(np.concatenate(([0], edges)))


def _size_edges(quantity: Integers) -> Floats:
    """Inner edges of size classes of about equally many market orders; none where all are of one size."""
    if len(quantity) == 0:
        return np.empty(0)
    edges = np.unique(np.quantile(quantity, np.arange(1, _SIZE_CLASSES) / _SIZE_CLASSES))
    return np.asarray(edges[edges > quantity.min()], np.float64)
