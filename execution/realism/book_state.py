"""The state of the book after each message: spread, imbalance, volume at the touch and behind it.

Every message counts once (event time), as in LOB-Bench (Nagy et al. 2025).
"""

from __future__ import annotations

import numpy as np

from execution.realism.observed import Observed, observed
from execution.realism.ruler import Ruler
from execution.realism.tape import Integers, Tape


def spread(tape: Tape, ruler: Ruler) -> Observed:
    """Best ask less best bid [ticks]."""
    return observed(tape.spread_ticks(), _everywhere(tape))


def imbalance(tape: Tape, ruler: Ruler) -> Observed:
    """Bid volume less ask volume at the touch over their sum, from -1 to 1."""
    bid, ask = tape.history.bid_volume[:, 0], tape.history.ask_volume[:, 0]
    both = np.where(tape.two_sided(), bid + ask, np.nan)
    return observed((bid - ask) / both, _everywhere(tape))


def bid_touch_volume(tape: Tape, ruler: Ruler) -> Observed:
    """Volume at the best bid [lots]."""
    return _volume(tape, tape.history.bid_volume[:, :1])


def ask_touch_volume(tape: Tape, ruler: Ruler) -> Observed:
    """Volume at the best ask [lots]."""
    return _volume(tape, tape.history.ask_volume[:, :1])


def bid_volume(tape: Tape, ruler: Ruler) -> Observed:
    """Volume on all levels kept of the bid side [lots]; nothing where the touch is all that is kept."""
    return _volume(tape, _deep(tape.history.bid_volume, ruler))


def ask_volume(tape: Tape, ruler: Ruler) -> Observed:
    """Volume on all levels kept of the ask side [lots]; nothing where the touch is all that is kept."""
    return _volume(tape, _deep(tape.history.ask_volume, ruler))


def bid_gap(tape: Tape, ruler: Ruler) -> Observed:
    """Best bid less the second best [ticks], where there are two."""
    return _gap(tape, tape.history.bid_ticks, tape.history.bid_volume)


def ask_gap(tape: Tape, ruler: Ruler) -> Observed:
    """Second best ask less the best [ticks], where there are two."""
    return _gap(tape, tape.history.ask_ticks, tape.history.ask_volume)


def _deep(volume: Integers, ruler: Ruler) -> Integers:
    return volume[:, : ruler.levels if ruler.levels > 1 else 0]


def _volume(tape: Tape, volume: Integers) -> Observed:
    if volume.shape[1] == 0:
        return observed(np.empty(0), np.empty(0, np.int64))
    total = np.where(tape.two_sided(), volume.sum(axis=1), np.nan)
    return observed(total, _everywhere(tape))


def _gap(tape: Tape, ticks: Integers, volume: Integers) -> Observed:
    if tape.levels < 2:
        return observed(np.empty(0), np.empty(0, np.int64))
    gap = np.where(volume[:, 1] > 0, np.abs(ticks[:, 1] - ticks[:, 0]), np.nan)
    return observed(gap, _everywhere(tape))


def _everywhere(tape: Tape) -> Integers:
    return np.arange(len(tape))
