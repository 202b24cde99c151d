"""Windows of consecutive messages as rows of features, for a classifier to tell two markets apart."""

from __future__ import annotations

import numpy as np

from execution.realism.observed import log10_seconds
from execution.realism.order_placement import distance_behind_best
from execution.realism.tape import Floats, Tape
from execution.recorded.messages import RecordedKind

WINDOW = 50
COLUMNS = (
    "time since the last message",
    "is a new order",
    "is a cancel",
    "is a trade",
    "side",
    "size",
    "distance behind the best",
    "spread",
    "imbalance",
    "bid volume",
    "ask volume",
    "volume of all levels",
    "mid move",
)


def window_features(tape: Tape, *, window: int = WINDOW) -> Floats:
    """Features of every whole window without overlap, shape (window, feature).

    Of each of COLUMNS, by message: its mean in the window, its standard deviation, and the mean absolute
    change from one message to the next, which knows the order of events. Prices are in ticks, times and
    volumes on a log scale. What a message does not have counts as zero.
    """
    rows = _columns(tape)
    count = len(rows) // window
    cut = rows[: count * window].reshape(count, window, rows.shape[1])
    change = np.abs(np.diff(cut, axis=1)).mean(axis=1)
    return np.concatenate((cut.mean(axis=1), cut.std(axis=1), change), axis=1)


def _columns(tape: Tape) -> Floats:
    messages, history = tape.messages, tape.history
    every = np.arange(len(tape))
    distance = distance_behind_best(tape, every)
    bid, ask = history.bid_volume[:, 0].astype(np.float64), history.ask_volume[:, 0].astype(np.float64)
    deep = history.bid_volume.sum(axis=1) + history.ask_volume.sum(axis=1)
    columns = (
        log10_seconds(np.diff(messages.ts_ns, prepend=messages.ts_ns[0])),
        messages.kind == RecordedKind.ADD,
        (messages.kind == RecordedKind.REDUCE) | (messages.kind == RecordedKind.DELETE),
        messages.kind == RecordedKind.TRADE,
        messages.side,
        np.log10(np.maximum(messages.quantity, 1)),
        np.sign(distance) * np.log1p(np.abs(distance)),
        tape.spread_ticks(),
        (bid - ask) / np.maximum(bid + ask, 1.0),
        np.log10(1.0 + bid),
        np.log10(1.0 + ask),
        np.log10(1.0 + deep),
        np.diff(tape.mid_ticks(), prepend=np.nan),
    )
    return np.nan_to_num(np.stack([np.asarray(column, np.float64) for column in columns], axis=1))
