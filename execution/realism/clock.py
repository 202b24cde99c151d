"""The mid price and the number of messages on an even clock."""

from __future__ import annotations

import numpy as np

from execution.realism.ruler import Ruler
from execution.realism.tape import Floats, Integers, Tape


def mid_on_clock(tape: Tape, ruler: Ruler) -> tuple[Floats, Integers]:
    """Mid at every step of the ruler's clock from the first known mid on, and the last message before each.

    Mid [ticks], shape (step,); index of the message, shape (step,).
    """
    ts_ns, mid = tape.messages.ts_ns, tape.mid_ticks()
    known = np.flatnonzero(np.isfinite(mid))
    if len(known) == 0:
        return np.empty(0), np.empty(0, np.int64)
    times = np.arange(ts_ns[known[0]], ts_ns[-1] + 1, ruler.step_ns)
    at = np.searchsorted(ts_ns, times, side="right") - 1
    return mid[at], at


def messages_on_clock(tape: Tape, ruler: Ruler) -> Integers:
    """Number of messages in each step of the clock that is whole, shape (step,)."""
    ts_ns = tape.messages.ts_ns
    edges = np.arange(ts_ns[0], ts_ns[-1] + 1, ruler.step_ns)
    return np.diff(np.searchsorted(ts_ns, edges)).astype(np.int64)
