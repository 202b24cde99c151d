"""A Hawkes process with its whole past looked at afresh for every event."""

from __future__ import annotations

import math
from collections.abc import Sequence

from execution.market.flows.hawkes_process import Hawkes
from execution.random_stream import Stream, exponential, uniform

Event = tuple[float, int]


def intensity(hawkes: Hawkes, past: Sequence[Event], now: float, kind: int) -> float:
    total = float(hawkes.baseline[kind])
    for time, cause in past:
        for scale, decay in enumerate(hawkes.decay):
            total += hawkes.branching[kind, cause, scale] * decay * math.exp(-decay * (now - time))
    return total


def compensator(hawkes: Hawkes, past: Sequence[Event], start: float, end: float, kind: int) -> float:
    """Integral of the intensity over [start, end] when nothing but `past` happens before the end."""
    total = float(hawkes.baseline[kind]) * (end - start)
    for time, cause in past:
        for scale, decay in enumerate(hawkes.decay):
            faded = math.exp(-decay * (start - time)) - math.exp(-decay * (end - time))
            total += hawkes.branching[kind, cause, scale] * faded
    return total


def log_likelihood(hawkes: Hawkes, events: Sequence[Event], horizon: float) -> float:
    total, last = 0.0, 0.0
    kinds = range(len(hawkes.baseline))
    for n, (time, kind) in enumerate([*events, (horizon, -1)]):
        total -= sum(compensator(hawkes, events[:n], last, time, k) for k in kinds)
        if kind >= 0:
            total += math.log(intensity(hawkes, events[:n], time, kind))
        last = time
    return total


def sample(hawkes: Hawkes, horizon: float, stream: Stream) -> list[Event]:
    """Thinning that looks at the whole past at every candidate."""
    events: list[Event] = []
    kinds, now = range(len(hawkes.baseline)), 0.0

    def total(at: float) -> float:
        return sum(intensity(hawkes, events, at, kind) for kind in kinds)

    bound = total(now)
    while True:
        now += exponential(stream) / bound
        here = total(now)
        if uniform(stream) * bound < here:
            if now > horizon:
                return events
            left, kind = uniform(stream) * here, 0
            while left >= intensity(hawkes, events, now, kind):
                left -= intensity(hawkes, events, now, kind)
                kind += 1
            events.append((now, kind))
            here = total(now)
        bound = here
