"""What a recording says of its market, in the units that agents and schedules ask for."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from execution.agents.terms import MarketTerms
from execution.recorded.messages import RecordedKind
from execution.recorded.recording import Recording

FloatArray = npt.NDArray[np.float64]


def terms_of_recording(recording: Recording, *, sample_seconds: float = 10.0) -> MarketTerms:
    """State a recording's market by what it did; use an earlier part for orders in a later one.

    Volume per second of what traded, hidden trades included; volatility of the mid over steps of
    sample_seconds, which lets its bounce between bid and ask matter little; median spread by message.
    ValueError where no time passes, fewer than three samples fit, or both sides never quote.
    """
    messages, history = recording.messages, recording.history
    quoted = (history.bid_volume[:, 0] > 0) & (history.ask_volume[:, 0] > 0)
    if len(messages) < 2 or not quoted.any():
        raise ValueError("the recording has no time in which both sides quote")
    ts_ns, bid, ask = messages.ts_ns[quoted], history.bid_ticks[quoted, 0], history.ask_ticks[quoted, 0]
    step_ns = round(1e9 * sample_seconds)
    samples = np.arange(int(ts_ns[0]), int(ts_ns[-1]) + 1, step_ns)
    if len(samples) < 3:
        raise ValueError(f"{len(samples)} samples {sample_seconds:g} s apart, expected at least 3")
    seen = np.searchsorted(ts_ns, samples, side="right") - 1
    moves: FloatArray = np.diff(0.5 * (bid + ask)[seen])
    traded = np.isin(messages.kind, (RecordedKind.TRADE, RecordedKind.HIDDEN_TRADE))
    seconds = 1e-9 * float(messages.ts_ns[-1] - messages.ts_ns[0])
    return MarketTerms(
        lots_per_second=float(messages.quantity[traded].sum()) / seconds,
        volatility_ticks=math.sqrt(float(np.mean(moves**2)) / sample_seconds),
        tick_size=messages.tick_size,
        spread_ticks=float(np.median(ask - bid)),
    )
