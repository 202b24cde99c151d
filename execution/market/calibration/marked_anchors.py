"""The books at which the marked flow may begin a stretch of its tape."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from execution.market.flows.marked_tape import IntArray
from execution.recorded.book_history import BookHistory

_MOST_ANCHORS = 4096
_LEVELS_MADE_UP = 5  # behind a recording's only level


class Anchors(NamedTuple):
    """rows: (anchor,) of the tape. ticks, volume: (anchor, side, level), see MarkedParameters."""

    rows: IntArray
    ticks: IntArray
    volume: IntArray


def anchor_books(history: BookHistory, message: IntArray, breaks: IntArray, lots: int) -> Anchors:
    """Evenly spaced rows, and all that the recording does not lead to, with the book before each.

    message: (row,) of the recording where each row's event begins. breaks: rows. Volumes in the flow's lots.
    """
    even = np.arange(0, len(message), max(1, len(message) // _MOST_ANCHORS))
    rows = np.unique(np.concatenate((even, breaks)))
    before = message[rows] - 1
    best_bid = history.bid_ticks[before, :1]
    volume = np.stack((history.bid_volume[before], history.ask_volume[before]), axis=1)
    ticks = np.stack((history.bid_ticks[before] - best_bid, history.ask_ticks[before] - best_bid), axis=1)
    there = volume > 0
    coarse = np.where(there, np.maximum(np.rint(volume / lots), 1), 0).astype(np.int64)
    return Anchors(rows.astype(np.int64), np.where(there, ticks, 0).astype(np.int64), coarse)


def with_levels_behind(anchors: Anchors, gap_ticks: int, volume: int) -> Anchors:
    """Anchors of a recording's only level with more behind it, `gap_ticks` apart with `volume` each."""
    steps = gap_ticks * np.arange(_LEVELS_MADE_UP + 1)
    ticks = anchors.ticks + np.array([-1, 1])[:, None] * steps
    volumes = np.full(ticks.shape, volume)
    volumes[:, :, :1] = anchors.volume
    return Anchors(anchors.rows, ticks, volumes)
