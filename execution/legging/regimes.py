"""Regimes of two-leg markets, drawn at random: what a learned policy is taught on and held against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from execution.legging.terms import FloatArray, LeggingTerms

Range = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeLaw:
    """Where terms come from: each number between two bounds, evenly, or evenly in its logarithm where said.

    half_spread: of each leg [currency], logarithm. fill_probability: of each leg in a step. adverse_move:
    over the leg's half spread; below 1 a fill at rest earns. open_cost: of a step with a leg open, over the
    cost of crossing both, logarithm; each leg's is 0.5 to 1.5 times that. leftover: over the leg's half
    spread. complex_fill_probability; complex_cost: over the cost of crossing both. steps: whole, logarithm.
    """

    half_spread: Range = (0.01, 0.2)
    fill_probability: Range = (0.03, 0.8)
    adverse_move: Range = (0.5, 2.5)
    open_cost: Range = (0.005, 0.3)
    leftover: Range = (0.0, 1.0)
    complex_fill_probability: Range = (0.0, 0.4)
    complex_cost: Range = (0.1, 0.95)
    steps: tuple[int, int] = (3, 40)

    def draw(self, rng: np.random.Generator) -> LeggingTerms:
        """One regime; the generator gives the same number of draws each time."""
        half = _logarithmic(self.half_spread, 2, rng)
        crossing = float(half.sum())
        open_costs = crossing * _logarithmic(self.open_cost, 1, rng) * rng.uniform(0.5, 1.5, 2)
        least, most = self.steps
        return LeggingTerms(
            steps=int(_logarithmic((least, most + 1), 1, rng)[0]),
            half_spreads=tuple(half.tolist()),
            fill_probabilities=tuple(rng.uniform(*self.fill_probability, 2).tolist()),
            adverse_moves=tuple((half * rng.uniform(*self.adverse_move, 2)).tolist()),
            open_costs=(0.0, *open_costs.tolist(), 0.0),
            leftover_costs=tuple((half * rng.uniform(*self.leftover, 2)).tolist()),
            complex_fill_probability=float(rng.uniform(*self.complex_fill_probability)),
            complex_cost=crossing * float(rng.uniform(*self.complex_cost)),
        )


def _logarithmic(bounds: Range, count: int, rng: np.random.Generator) -> FloatArray:
    low, high = np.log(bounds)
    drawn: FloatArray = np.exp(rng.uniform(low, high, count))
    return drawn


# Where those who rest earn nothing on average, as competition leaves it; the published case is one.
COMPETITIVE = RegimeLaw(adverse_move=(1.0, 2.0))
