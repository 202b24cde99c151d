"""The latent book's law from the whole history of trades, as its formula stands."""

from __future__ import annotations

import math
from collections.abc import Sequence


def excess_volume(
    trades: Sequence[tuple[float, float]],
    now: float,
    memory_seconds: Sequence[float],
    shares: Sequence[float],
) -> float:
    """What is remembered at `now` [s] of trades (time [s], signed contracts)."""
    return math.fsum(
        volume * share * math.exp(-(now - time) / memory)
        for time, volume in trades
        for memory, share in zip(memory_seconds, shares, strict=True)
    )


def displacement(excess: float, impact_ticks: float, rest_volume: float) -> float:
    """Ticks that an excess moves the price by."""
    root = math.sqrt(abs(excess) + rest_volume) - math.sqrt(rest_volume)
    return math.copysign(impact_ticks * root, excess)
