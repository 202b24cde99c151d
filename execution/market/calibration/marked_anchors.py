"""The books at which the marked flow may begin a stretch of its tape."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from execution.market.flows.marked_tape import IntArray
from execution.recorded.book_history import BookHistory, rebuild
from execution.recorded.messages import RecordedMessages

_MOST_ANCHORS = 4096
_LEVELS_MADE_UP = 5  # behind a recording's only level
_LEVELS_REBUILT = 20  # prices move through the few that a recording shows
_ROWS_AT_ONCE = 2**14


class Anchors(NamedTuple):
    """rows: (anchor,) of the tape. ticks, volume: (anchor, side, level), see MarkedParameters."""

    rows: IntArray
    ticks: IntArray
    volume: IntArray


def anchor_books(
    messages: RecordedMessages, history: BookHistory, at: IntArray, breaks: IntArray, lots: int
) -> Anchors:
    """Evenly spaced rows, and all that the recording does not lead to, with the book before each.

    at: (row,) the message where each row's event begins. breaks: rows. Volumes in the flow's lots. Behind
    the recorded levels the book has what messages brought there.
    """
    even = np.arange(0, len(at), max(1, len(at) // _MOST_ANCHORS))
    rows = np.unique(np.concatenate((even, breaks))).astype(np.int64)
    bid, bids, ask, asks = _books_after(messages, history, at[rows] - 1)
    volume = np.stack((bids, asks), axis=1)
    ticks = np.stack((bid - bid[:, :1], ask - bid[:, :1]), axis=1)
    there = volume > 0
    coarse = np.where(there, np.maximum(np.rint(volume / lots), 1), 0)
    return Anchors(rows, np.where(there, ticks, 0).astype(np.int64), coarse.astype(np.int64))


def _books_after(
    messages: RecordedMessages, history: BookHistory, wanted: IntArray
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """The levels after the wanted messages, deeper than recorded unless only one is."""
    if history.levels == 1:
        return _columns(history.rows(wanted))
    parts, before = [], history.rows(slice(1))
    for first in range(1, len(messages), _ROWS_AT_ONCE):
        which = slice(first, first + _ROWS_AT_ONCE)
        deep = rebuild(messages.rows(which), _LEVELS_REBUILT, before, shown=history.rows(which))
        inside = wanted[(wanted >= first) & (wanted < first + _ROWS_AT_ONCE)] - first
        parts.append(_columns(deep.rows(inside)))
        before = deep.rows(slice(-1, None))
    early = _columns(history.rows(wanted[wanted < 1]))
    padded = tuple(np.pad(column, ((0, 0), (0, _LEVELS_REBUILT - history.levels))) for column in early)
    bid, bids, ask, asks = (np.concatenate(columns) for columns in zip(padded, *parts, strict=True))
    return bid, bids, ask, asks


def _columns(history: BookHistory) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    return history.bid_ticks, history.bid_volume, history.ask_ticks, history.ask_volume


def with_levels_behind(anchors: Anchors, gap_ticks: int, volume: int) -> Anchors:
    """Anchors of a recording's only level with more behind it, `gap_ticks` apart with `volume` each."""
    steps = gap_ticks * np.arange(_LEVELS_MADE_UP + 1, dtype=np.int64)
    ticks: IntArray = anchors.ticks + np.array([-1, 1], np.int64)[:, None] * steps
    volumes: IntArray = np.full(ticks.shape, volume, np.int64)
    volumes[:, :, :1] = anchors.volume
    return Anchors(anchors.rows, ticks, volumes)
