"""Rates from volumes: how often a participant must act to take its share of an instrument's daily volume."""

from __future__ import annotations

import math


def market_rate(lots_per_second: float, mean_quantity: float) -> float:
    """Market orders [1/s] of a mean quantity [lots] that ask for so many lots a second."""
    return lots_per_second / mean_quantity


def idle_seconds(lots_per_second: float, mean_order: float, lots_per_second_at_work: float) -> float:
    """Mean time [s] between two meta-orders so that they come to so many lots a second on average.

    mean_order: lots. Each takes mean_order / lots_per_second_at_work; 0 where they can come to no more than
    that.
    """
    return max(0.0, mean_order / lots_per_second - mean_order / lots_per_second_at_work)


def mean_pareto(smallest: float, exponent: float, largest: float) -> float:
    """Mean of min(largest, X) for a tail of X that falls as (x / smallest)^-exponent from `smallest` on."""
    if largest <= smallest:
        return largest
    if exponent == 1.0:
        return smallest * (1.0 + math.log(largest / smallest))
    share: float = (smallest / largest) ** (exponent - 1.0)
    return smallest + smallest / (exponent - 1.0) * (1.0 - share)
