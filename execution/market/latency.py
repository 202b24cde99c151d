"""Delays of market data and of orders: a floor and a lognormal jitter above it, in order on each link."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from execution.random_stream import Stream, normal


@njit(cache=True)
def delay_ns(floor_ns: int, jitter_ns: int, jitter_sigma: float, stream: Stream) -> int:
    """A delay [ns]: floor + jitter * exp(sigma * z), z standard normal; jitter is the median of what varies.

    No number is drawn where the jitter is 0.
    """
    if jitter_ns == 0:
        return floor_ns
    return floor_ns + np.int64(jitter_ns * math.exp(jitter_sigma * normal(stream)))  # type: ignore[no-any-return]


@njit(cache=True)
def arrival_ns(sent_ns: int, delay: int, last_arrival_ns: int) -> int:
    """When a message arrives [ns]: never before the one sent ahead of it on the same link."""
    return max(sent_ns + delay, last_arrival_ns)


@njit(cache=True)
def seen_until_ns(now_ns: int, delay: int, last_seen_ns: int) -> int:
    """Up to when a participant has seen the market [ns]: what it has seen once it does not unsee."""
    return max(now_ns - delay, last_seen_ns)
