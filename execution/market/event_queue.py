"""Who acts next: a binary heap of (time, sequence, source) in one array, compiled.

Each source (a participant's wake-up, the head of its order link) waits in the heap at most once, so that a
heap with room for every source never overflows. Equal times leave in the order in which they came.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

# Row 0 holds how many wait and the next sequence number; rows 1 to n are the heap: time [ns], sequence, source.
EventQueue = npt.NDArray[np.int64]

TIME, SEQUENCE, SOURCE = 0, 1, 2
NEVER_NS = 2**63 - 1


def empty_queue(sources: int) -> EventQueue:
    """A queue with room for `sources`."""
    return np.zeros((sources + 1, 3), np.int64)


@njit(cache=True)
def earliest_ns(queue: EventQueue) -> int:
    """When the next one acts [ns]; NEVER_NS when nobody waits."""
    return queue[1, TIME] if queue[0, 0] > 0 else NEVER_NS  # type: ignore[no-any-return]


@njit(cache=True)
def schedule(queue: EventQueue, time_ns: int, source: int) -> None:
    """Let a source that does not wait yet act at a time."""
    queue[0, 0] += 1
    at = queue[0, 0]
    sequence = queue[0, 1]
    queue[0, 1] = sequence + 1
    # A newcomer has the largest sequence: among equals it stays behind.
    while at > 1 and time_ns < queue[at >> 1, TIME]:
        above = at >> 1
        queue[at, TIME] = queue[above, TIME]
        queue[at, SEQUENCE] = queue[above, SEQUENCE]
        queue[at, SOURCE] = queue[above, SOURCE]
        at = above
    queue[at, TIME] = time_ns
    queue[at, SEQUENCE] = sequence
    queue[at, SOURCE] = source


@njit(cache=True)
def reschedule_first(queue: EventQueue, time_ns: int) -> None:
    """Let the source whose turn it is act again at a later time."""
    sequence = queue[0, 1]
    queue[0, 1] = sequence + 1
    _sink(queue, time_ns, sequence, queue[1, SOURCE])


@njit(cache=True)
def drop_first(queue: EventQueue) -> None:
    """Take out the source whose turn it is."""
    last = queue[0, 0]
    queue[0, 0] = last - 1
    if last > 1:
        _sink(queue, queue[last, TIME], queue[last, SEQUENCE], queue[last, SOURCE])


@njit(cache=True)
def _sink(queue: EventQueue, time_ns: int, sequence: int, source: int) -> None:
    """Put an entry into the hole at the top and let it sink to its place."""
    size, at = queue[0, 0], 1
    while 2 * at <= size:
        below = 2 * at
        if below < size and _before(queue, below + 1, queue[below, TIME], queue[below, SEQUENCE]):
            below += 1
        if not _before(queue, below, time_ns, sequence):
            break
        queue[at, TIME] = queue[below, TIME]
        queue[at, SEQUENCE] = queue[below, SEQUENCE]
        queue[at, SOURCE] = queue[below, SOURCE]
        at = below
    queue[at, TIME] = time_ns
    queue[at, SEQUENCE] = sequence
    queue[at, SOURCE] = source


@njit(cache=True)
def _before(queue: EventQueue, at: int, time_ns: int, sequence: int) -> bool:
    """Whether the entry at a place acts before (time, sequence)."""
    if queue[at, TIME] != time_ns:
        return bool(queue[at, TIME] < time_ns)
    return bool(queue[at, SEQUENCE] < sequence)
