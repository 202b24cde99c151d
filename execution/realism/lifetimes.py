"""How long orders wait for their first fill, or until they are first cut or withdrawn."""

from __future__ import annotations

import numpy as np

from execution.realism.observed import Observed, log10_seconds, observed
from execution.realism.ruler import Ruler
from execution.realism.tape import Tape
from execution.recorded.messages import RecordedKind


def time_to_first_fill(tape: Tape, ruler: Ruler) -> Observed:
    """Log10 of the seconds from an order's arrival to its first execution, of those that were executed.

    Orders that were never executed are left out (as in LOB-Bench), so that this is shorter than the time
    that an order has to expect.
    """
    return _time_to(tape, RecordedKind.TRADE)


def time_to_cancel(tape: Tape, ruler: Ruler) -> Observed:
    """Log10 of the seconds from an order's arrival to its first cut or its withdrawal, of those that were."""
    return _time_to(tape, RecordedKind.REDUCE, RecordedKind.DELETE)


def _time_to(tape: Tape, *ends: RecordedKind) -> Observed:
    """From each ADD to the next message of kind `ends` with its id, unless the id is added again before.

    Nothing for a recording of level totals, whose ids are made up.
    """
    messages = tape.messages
    if messages.level_wise:
        return observed(np.empty(0), np.empty(0, np.int64))
    at = tape.of_kind(RecordedKind.ADD, *ends)
    by_order = at[np.argsort(messages.order_id[at], kind="stable")]
    begins = messages.kind[by_order] == RecordedKind.ADD
    same = np.diff(messages.order_id[by_order]) == 0
    pair = np.flatnonzero(begins[:-1] & ~begins[1:] & same)
    start, end = by_order[pair], by_order[pair + 1]
    found = observed(log10_seconds(messages.ts_ns[end] - messages.ts_ns[start]), start)
    order = np.argsort(found.at, kind="stable")
    return Observed(value=found.value[order], at=found.at[order])
