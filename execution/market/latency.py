"""Delays of market data and of orders: a floor and a gamma jitter above it, in order on each link."""

from __future__ import annotations

import math

from execution.book.compiled import compiled
from execution.random_stream import Stream, uniform


@compiled
def delay_ns(floor_ns: int, jitter_ns: int, stream: Stream) -> int:
    """A delay [ns]: the floor plus a gamma number of shape 2 and mean jitter_ns, from two uniform ones.

    No number is drawn where the jitter is 0.
    """
    if jitter_ns == 0:
        return floor_ns
    erlang = -math.log((1.0 - uniform(stream)) * (1.0 - uniform(stream)))
    return floor_ns + int(0.5 * jitter_ns * erlang)


@compiled
def arrival_ns(sent_ns: int, delay: int, last_arrival_ns: int) -> int:
    """When a message arrives [ns]: never before the one sent ahead of it on the same link."""
    return max(sent_ns + delay, last_arrival_ns)


@compiled
def seen_until_ns(now_ns: int, delay: int, last_seen_ns: int) -> int:
    """Up to when a participant has seen the market [ns]: what it has seen once it does not unsee."""
    return max(now_ns - delay, last_seen_ns)
