"""Legging without a deadline: what it costs when legs rest until they fill, and when to cross instead."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from execution.legging.terms import MOST_LEGS, FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdTerms:
    """A package of legs whose resting orders fill as Poisson processes, independent of each other.

    half_spreads, adverse_moves: as of LeggingTerms [currency per package]. fill_rates: fills a second, 0 for
    a leg that never fills. open_costs: shape (2 ** legs,), a second's cost of holding a set of legs while the
    others are missing; zero for none and for all.

    Raises ValueError for no leg or more than MOST_LEGS, other lengths, numbers that are not finite, and
    negative spreads, rates or costs.
    """

    half_spreads: tuple[float, ...]
    fill_rates: tuple[float, ...]
    adverse_moves: tuple[float, ...]
    open_costs: tuple[float, ...]

    def __post_init__(self) -> None:
        legs = len(self.half_spreads)
        lengths = (len(self.fill_rates), len(self.adverse_moves), len(self.open_costs))
        if not 1 <= legs <= MOST_LEGS or lengths != (legs, legs, 1 << legs):
            raise ValueError(f"expected 1 to {MOST_LEGS} legs, each with its numbers; got {self}")
        not_negative = (*self.half_spreads, *self.fill_rates, *self.open_costs)
        if not all(0.0 <= number < math.inf for number in not_negative):
            raise ValueError(f"expected finite spreads, rates and costs that are not negative; got {self}")
        if not all(map(math.isfinite, self.adverse_moves)) or self.open_costs[0] or self.open_costs[-1]:
            raise ValueError(f"expected finite moves and no open cost of none and of all; got {self}")

    @property
    def legs(self) -> int:
        """How many legs the package has."""
        return len(self.half_spreads)


def resting_values(terms: ThresholdTerms) -> FloatArray:
    """Expected cost by set of filled legs, shape (2 ** legs,), where all legs rest at the start.

    Of two legs W_i = min(h_i, c / l_i + a_i - h_i) is what is left to pay where leg i alone is missing, and
    W_0 = sum l_i / (l_1 + l_2) (a_i - h_i + W_other). Of more, a set H that holds some but not all costs
    W(H) = min(min_i h_i + W(H + i), (c_H + sum l_i (a_i - h_i + W(H + i))) / sum l_i), over its missing legs
    i: one crosses, or all rest. Infinite where nothing rests that can ever fill.
    """
    return _values(terms, chosen=False)


def best_values(terms: ThresholdTerms) -> FloatArray:
    """As `resting_values`, with any of the missing legs resting and any crossing, from the start on.

    With nothing held waiting is free: to rest the one leg that costs least is never worse than to rest all.
    """
    return _values(terms, chosen=True)


def _values(terms: ThresholdTerms, *, chosen: bool) -> FloatArray:
    values = np.zeros(1 << terms.legs)
    for held in range(len(values) - 2, -1, -1):
        missing = [leg for leg in range(terms.legs) if not held >> leg & 1]
        after = {leg: float(values[held | 1 << leg]) for leg in missing}
        fills = [
            (terms.adverse_moves[leg] - terms.half_spreads[leg] + after[leg], terms.fill_rates[leg])
            for leg in missing
        ]
        values[held] = _cost_at_rest(fills, terms.open_costs[held], chosen=chosen)
        if chosen or held:
            crossing = min(terms.half_spreads[leg] + after[leg] for leg in missing)
            values[held] = min(values[held], crossing)
    return values


def _cost_at_rest(fills: list[tuple[float, float]], open_cost: float, *, chosen: bool) -> float:
    """(c + sum l x) / sum l over (x, l) of the legs that rest: all, or those that make it least.

    A leg lowers the ratio while its own x is below it, so the best legs are the cheapest ones.
    """
    paid, rate, cost = open_cost, 0.0, math.inf
    for fill_cost, fill_rate in sorted(fills):
        if chosen and fill_cost >= cost:
            break
        paid, rate = paid + fill_rate * fill_cost, rate + fill_rate
        cost = paid / rate if rate > 0.0 else math.inf
    return cost
