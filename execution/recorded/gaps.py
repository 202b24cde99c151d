"""Silences in a recording, trading halts told apart."""

from __future__ import annotations

import numpy as np

from execution.recorded.messages import IntArray, RecordedKind, RecordedMessages
from execution.recorded.quality import Finding, Flaw

_HALTED = -1


def find_gaps(messages: RecordedMessages, line: IntArray, file: str, gap_ns: int) -> list[Finding]:
    """Times of more than gap_ns without a message; a halt's own silence is a finding of its own.

    A halt runs from a HALT message with price -1 to the next HALT message with another one.
    """
    long = np.flatnonzero(np.diff(messages.ts_ns) > gap_ns)
    halted = _halted(messages)[long]
    expected = f"a message within {gap_ns / 1e9:g} s"
    found = []
    for flaw, rows in ((Flaw.GAP, long[~halted]), (Flaw.HALT, long[halted])):
        if len(rows):
            silence = messages.ts_ns[rows + 1] - messages.ts_ns[rows]
            found.append(
                Finding(
                    flaw=flaw,
                    file=file,
                    lines=line[rows + 1],
                    values=tuple(f"{seconds:.9g} s" for seconds in (silence / 1e9).tolist()),
                    expected=expected,
                    treatment="kept",
                    column="ts_ns",
                )
            )
    return found


def _halted(messages: RecordedMessages) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """(message,): trading is halted after the message."""
    is_halt = messages.kind == RecordedKind.HALT
    latest = np.maximum.accumulate(np.where(is_halt, np.arange(len(messages)), -1))
    state = np.where(latest >= 0, messages.price_ticks[latest], 0)
    return np.asarray(state == _HALTED)
