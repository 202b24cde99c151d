"""Who acts next: a binary heap of (time, sequence, source) in one array, compiled.

Each source (a participant's wake-up, the head of its order link) waits in the heap at most once, so that a
heap with room for every source never overflows. Equal times leave in the order in which they came.
"""

from __future__ import annotations

import numpy as np

from execution.book.compiled import compiled
from execution.market.layout import RecordArray

# Row 0 is no entry: its time holds how many wait, its sequence the next number. The heap is from row 1 on.
ENTRY = np.dtype([("time_ns", "i8"), ("sequence", "i8"), ("source", "i8")])
NEVER_NS = 2**63 - 1


def empty_queue(sources: int) -> RecordArray:
    """A queue with room for `sources`."""
    return np.zeros(sources + 1, ENTRY)


@compiled
def earliest_ns(queue: RecordArray) -> int:
    """When the next one acts [ns]; NEVER_NS when nobody waits."""
    return queue[1]["time_ns"] if queue[0]["time_ns"] > 0 else NEVER_NS


@compiled
def schedule(queue: RecordArray, time_ns: int, source: int) -> None:
    """Let a source that does not wait yet act at a time."""
    queue[0]["time_ns"] += 1
    at = queue[0]["time_ns"]
    sequence = queue[0]["sequence"]
    queue[0]["sequence"] = sequence + 1
    # A newcomer has the largest sequence: among equals it stays behind.
    while at > 1 and time_ns < queue[at >> 1]["time_ns"]:
        above = at >> 1
        queue[at]["time_ns"] = queue[above]["time_ns"]
        queue[at]["sequence"] = queue[above]["sequence"]
        queue[at]["source"] = queue[above]["source"]
        at = above
    queue[at]["time_ns"] = time_ns
    queue[at]["sequence"] = sequence
    queue[at]["source"] = source


@compiled
def reschedule_first(queue: RecordArray, time_ns: int) -> None:
    """Let the source whose turn it is act again at a later time."""
    sequence = queue[0]["sequence"]
    queue[0]["sequence"] = sequence + 1
    _sink(queue, time_ns, sequence, queue[1]["source"])


@compiled
def drop_first(queue: RecordArray) -> None:
    """Take out the source whose turn it is."""
    last = queue[0]["time_ns"]
    queue[0]["time_ns"] = last - 1
    if last > 1:
        _sink(queue, queue[last]["time_ns"], queue[last]["sequence"], queue[last]["source"])


@compiled
def _sink(queue: RecordArray, time_ns: int, sequence: int, source: int) -> None:
    """Put an entry into the hole at the top and let it sink to its place."""
    size, at = queue[0]["time_ns"], 1
    while 2 * at <= size:
        below = 2 * at
        if below < size and _before(queue, below + 1, queue[below]["time_ns"], queue[below]["sequence"]):
            below += 1
        if not _before(queue, below, time_ns, sequence):
            break
        queue[at]["time_ns"] = queue[below]["time_ns"]
        queue[at]["sequence"] = queue[below]["sequence"]
        queue[at]["source"] = queue[below]["source"]
        at = below
    queue[at]["time_ns"] = time_ns
    queue[at]["sequence"] = sequence
    queue[at]["source"] = source


@compiled
def _before(queue: RecordArray, at: int, time_ns: int, sequence: int) -> bool:
    """Whether the entry at a place acts before (time, sequence)."""
    if queue[at]["time_ns"] != time_ns:
        return bool(queue[at]["time_ns"] < time_ns)
    return bool(queue[at]["sequence"] < sequence)
