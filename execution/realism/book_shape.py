"""The book by distance from the best price: what rests there, and how soon it is withdrawn.

In clock time: each state of the book counts for as long as it lasts.
"""

from __future__ import annotations

import numpy as np

from execution.realism.blocks import BlockSums
from execution.realism.order_placement import distance_behind_best
from execution.realism.ruler import BLOCKS, Ruler
from execution.realism.tape import Floats, Tape
from execution.recorded.messages import RecordedKind


def mean_volume(tape: Tape, ruler: Ruler) -> BlockSums:
    """Volume times seconds by bucket of distance, and the seconds: their ratio is the mean volume [lots].

    Both sides together, a bucket's volume over the number of ticks in it and two sides.
    """
    volume_seconds, seconds = _exposure(tape, ruler)
    ticks = 2.0 * np.diff(ruler.distance_edges_ticks)
    return np.stack((volume_seconds / ticks, np.repeat(seconds[:, None], len(ticks), axis=1)), axis=1)


def cancel_rate(tape: Tape, ruler: Ruler) -> BlockSums:
    """Volume withdrawn by bucket, and volume times seconds that rested there: their ratio is a rate [1/s]."""
    at = tape.of_kind(RecordedKind.REDUCE, RecordedKind.DELETE)
    distance = distance_behind_best(tape, at)
    buckets = len(ruler.distance_edges_ticks) - 1
    bucket = np.searchsorted(ruler.distance_edges_ticks, distance, side="right") - 1
    inside = np.isfinite(distance) & (bucket >= 0) & (bucket < buckets)
    key = ruler.block_of(tape, at[inside]) * buckets + bucket[inside]
    withdrawn = np.bincount(key, tape.messages.quantity[at[inside]], BLOCKS * buckets)
    volume_seconds, _ = _exposure(tape, ruler)
    return np.stack((withdrawn.reshape(BLOCKS, buckets), volume_seconds), axis=1)


def _exposure(tape: Tape, ruler: Ruler) -> tuple[Floats, Floats]:
    """Volume times seconds by block and bucket of distance, and the seconds by block."""
    at = np.arange(len(tape) - 1)
    seconds = 1e-9 * np.diff(tape.messages.ts_ns)
    block = ruler.block_of(tape, at)
    edges, history = ruler.distance_edges_ticks, tape.history
    buckets = len(edges) - 1
    total = np.zeros(BLOCKS * buckets)
    for ticks, volume in (
        (history.bid_ticks, history.bid_volume),
        (history.ask_ticks, history.ask_volume),
    ):
        for level in range(ruler.levels):
            rests = volume[:-1, level]
            distance = np.abs(ticks[:-1, level] - ticks[:-1, 0])
            bucket = np.searchsorted(edges, distance, side="right") - 1
            inside = (rests > 0) & (bucket < buckets)
            key = block[inside] * buckets + bucket[inside]
            total += np.bincount(key, rests[inside] * seconds[inside], BLOCKS * buckets)
    return total.reshape(BLOCKS, buckets), np.bincount(block, seconds, BLOCKS).astype(np.float64)
