"""The study's markets without the order, and how far each worker moved them before its fills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from execution.agents.clustered_mean import LEVEL, clustered_mean
from execution.agents.study_batch import one_thread
from execution.book.layout import RecordArray
from execution.market.agent_batch import AgentMarketBatch
from execution.market.scenario import MarketScenario
from execution.orders import ParentOrder

FloatArray = npt.NDArray[np.float64]

LOOKS = 1_800  # at a market without the order, its start not counted
_FEWEST = 3  # markets with fills, below which there is no interval
_PRICE = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakageByMarket:
    """How far the mid moved against an order from arrival until its fills, by lots [bps of the arrival mid].

    moved_bps, control_bps: with the order, and by the same instants in the same market without it, shape
    (episode,), NaN where nothing filled. mean_bps: of what they differ by over the markets with fills, which
    is positive where the price leaned against the order because of it; lower, upper: its 95% interval by
    Student's t, market by market, NaN with fewer than three.
    """

    moved_bps: FloatArray
    control_bps: FloatArray
    mean_bps: float
    lower: float
    upper: float

    @classmethod
    def of(cls, moved_bps: FloatArray, control_bps: FloatArray) -> Self:
        """Compare the moves with those of the same markets without the order, each shape (episode,)."""
        leaked = (moved_bps - control_bps)[~np.isnan(moved_bps)]
        mean, half = float(leaked.mean()) if len(leaked) else np.nan, np.nan
        if len(leaked) >= _FEWEST:
            found = clustered_mean(leaked[:, None])
            half = float(stdtrit(found.freedom, 0.5 + 0.5 * LEVEL) * found.standard_error[0])
        return cls(
            moved_bps=moved_bps,
            control_bps=control_bps,
            mean_bps=mean,
            lower=mean - half,
            upper=mean + half,
        )

    @property
    def markets(self) -> int:
        """Markets in which something filled."""
        return int(np.count_nonzero(~np.isnan(self.moved_bps)))


def look_times(order: ParentOrder) -> npt.NDArray[np.int64]:
    """When the markets without the order are looked at [ns], shape (look + 1,), evenly from start to end."""
    return order.start_ns + order.horizon_ns * np.arange(LOOKS + 1, dtype=np.int64) // LOOKS


def control_batch(
    scenario: MarketScenario, order: ParentOrder, seeds: Sequence[np.random.SeedSequence]
) -> FloatArray:
    """Mid at the first venue while nobody works the order, at the look times [ticks], (market, look + 1).

    Of an empty side the last price counts. A market of each seed, which alone decides what that market is.
    """
    times = look_times(order)
    mid, touch = np.empty((len(seeds), len(times))), np.zeros((len(seeds), 2))
    with one_thread():
        batch = AgentMarketBatch([scenario] * len(seeds), seeds)
        for at, ts_ns in enumerate(times.tolist()):
            best = batch.step_until(ts_ns)[:, :, 0, _PRICE]
            touch = np.where(best > 0, best, touch)
            mid[:, at] = touch.mean(axis=1)
    return mid


def leakage_by_market(
    order: ParentOrder, fills: RecordArray, arrival: FloatArray, control: FloatArray
) -> LeakageByMarket:
    """Measure fills, of FILL, against the markets without the order.

    arrival: mid at the order's start [ticks], shape (market,). control: shape (market, look + 1). In both the
    mid of a fill is the last one seen at or before it.
    """
    market, lots = fills["market"], fills["lots"].astype(np.float64)
    look = np.searchsorted(look_times(order), fills["ts_ns"], side="right") - 1
    traded = np.bincount(market, weights=lots, minlength=len(arrival))

    def moved(mid: FloatArray) -> FloatArray:
        paid = np.bincount(market, weights=lots * (mid - arrival[market]), minlength=len(arrival))
        scale = 1e4 * int(order.side) / (arrival * np.where(traded > 0.0, traded, np.nan))
        return np.asarray(scale * paid, dtype=np.float64)

    return LeakageByMarket.of(moved(fills["mid_ticks"]), moved(control[market, np.maximum(look, 0)]))
