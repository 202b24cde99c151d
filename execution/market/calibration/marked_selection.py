"""The marked flow's settings chosen on its own recording: fitted to a part of it, judged by the rest."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from execution.errors import ExecutionError
from execution.market.calibration.marked import MINIMUM_EVENTS, MarkedFlow, transcribed_flow
from execution.realism.comparison import compare
from execution.realism.tape import Tape
from execution.recorded.book_history import BookHistory
from execution.recorded.messages import RecordedMessages, split_row

SETTINGS = tuple((stretch, tolerance) for stretch in (500.0, 2_000.0, 5_000.0) for tolerance in (5.0, 20.0))
_FITTED = 0.5
_MOST_MESSAGES = 60_000  # of each part: more take time and change no choice
_TINY = 1e-3  # of a distance: one less than this is as good as none
_SEEDS = (0, 1, 2)


def calibrate_marked(messages: RecordedMessages, history: BookHistory) -> MarkedFlow:
    """The marked flow of a recording and the levels after each of its messages, with its best settings.

    Each of SETTINGS is tried with a few seeds: fitted to the first half by time, run for as long as the
    second lasts, and held against it by execution.realism's distances. The least mean log distance wins. A
    recording whose halves are too short for that keeps the usual settings.

    Raises ExecutionError when fewer than MINIMUM_EVENTS of its events can be used.
    """
    flow = transcribed_flow(messages, history)
    distances = _distances(messages, history)
    if not distances:
        return flow
    stretch, tolerance = min(distances, key=distances.__getitem__)
    return replace(
        flow,
        stretch_events=stretch,
        tolerance=tolerance,
        settings_tried=len(distances),
        log_distance=distances[stretch, tolerance],
    )


def _distances(messages: RecordedMessages, history: BookHistory) -> dict[tuple[float, float], float]:
    """Mean log distance from the recording's second half by setting; empty where halves are too short."""
    row = split_row(messages.ts_ns, _FITTED)
    early, late = slice(max(0, row - _MOST_MESSAGES), row), slice(row, row + _MOST_MESSAGES)
    if min(row, len(messages) - row) < 2 * MINIMUM_EVENTS:
        return {}
    fitted = Tape(messages=messages.rows(early), history=history.rows(early))
    later = Tape(messages=messages.rows(late), history=history.rows(late))
    try:
        flow = transcribed_flow(fitted.messages, fitted.history)
    except ExecutionError:
        return {}
    return {setting: _distance(flow, setting, fitted, later) for setting in SETTINGS}


def _distance(flow: MarkedFlow, setting: tuple[float, float], fitted: Tape, later: Tape) -> float:
    """The mean over a few seeds; infinite for a market that stands still."""
    stretch, tolerance = setting
    tried = replace(flow, stretch_events=stretch, tolerance=tolerance)
    duration_ns = int(np.ptp(later.messages.ts_ns))
    logs: list[float] = []
    for seed in _SEEDS:
        messages, history = tried.simulate(duration_ns, seed, levels=later.levels)
        if len(messages) < MINIMUM_EVENTS:
            return math.inf
        found = compare(
            simulated=Tape(messages=messages, history=history),
            baseline=fitted,
            first_part=fitted,
            held_out=later,
            repetitions=1,
        )
        logs += [math.log(score.simulated.value + _TINY) for score in found.scores]
    return float(np.mean(logs))
