"""What legging into a package is like: spreads, fills, adverse moves, and what an open leg costs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

MOST_LEGS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class LeggingTerms:
    """A package of legs to be had within a number of steps, in a market that stays as it is.

    Costs are against the mids, ratios included [currency per package]; positive is paid. A set of legs is an
    integer whose bit i stands for leg i. steps: decisions left, 0 or more. half_spreads: what crossing a leg
    costs. fill_probabilities: of a resting leg in one step, independent of each other. adverse_moves: how far
    a leg's mid has moved against us when it fills, so that resting costs adverse_moves - half_spreads.
    open_costs: shape (2 ** legs,), of a step that begins with these legs held, once what crosses has crossed,
    and others missing; zero for none and for all. complex_fill_probability: of the whole package in a step on
    the complex book, where it costs complex_cost; an order there and orders in the legs would fill twice, so
    it is one or the other. leftover_costs: of a leg that is crossed at the deadline, beyond its half spread.
    without_package: what it costs to end without the package; infinite where that is not allowed.

    Raises ValueError for fewer than one leg or more than MOST_LEGS, other lengths, numbers that are not
    finite, probabilities outside of [0, 1], and negative spreads or costs.
    """

    steps: int
    half_spreads: tuple[float, ...]
    fill_probabilities: tuple[float, ...]
    adverse_moves: tuple[float, ...]
    open_costs: tuple[float, ...]
    leftover_costs: tuple[float, ...]
    complex_fill_probability: float = 0.0
    complex_cost: float = 0.0
    without_package: float = math.inf

    def __post_init__(self) -> None:
        legs = len(self.half_spreads)
        if not 1 <= legs <= MOST_LEGS or self.steps < 0:
            raise ValueError(f"expected 1 to {MOST_LEGS} legs and 0 steps or more; got {self}")
        by_leg = (self.fill_probabilities, self.adverse_moves, self.leftover_costs)
        if any(len(numbers) != legs for numbers in by_leg) or len(self.open_costs) != 1 << legs:
            raise ValueError(f"expected {legs} numbers by leg and {1 << legs} open costs by set; got {self}")
        if not all(0.0 <= part <= 1.0 for part in (*self.fill_probabilities, self.complex_fill_probability)):
            raise ValueError(f"expected probabilities between 0 and 1; got {self}")
        costs = (*self.half_spreads, *self.open_costs, *self.leftover_costs)
        if not all(0.0 <= cost < math.inf for cost in costs) or not self.without_package >= 0.0:
            raise ValueError(f"expected spreads and costs that are not negative; got {self}")
        if not all(math.isfinite(number) for number in (*self.adverse_moves, self.complex_cost)):
            raise ValueError(f"expected finite adverse moves and a finite complex cost; got {self}")
        if self.open_costs[0] != 0.0 or self.open_costs[-1] != 0.0:
            raise ValueError(f"no open leg costs nothing, of none and of all; got {self}")

    @property
    def legs(self) -> int:
        """How many legs the package has."""
        return len(self.half_spreads)

    @property
    def crossing_cost(self) -> float:
        """Cost of crossing every leg at once [currency per package]."""
        return math.fsum(self.half_spreads)


def flat_open_costs(legs: int, cost: float) -> tuple[float, ...]:
    """Open costs that are the same for every set between none and all [currency per package and step]."""
    return (0.0, *[cost] * ((1 << legs) - 2), 0.0)


def net_open_costs(covariance: FloatArray, risk_aversion: float) -> tuple[float, ...]:
    """Open costs by what the held legs may do together in a step: aversion times sqrt(w' C w).

    covariance: C, shape (leg, leg), of the legs' values in one package over a step, sides and ratios included
    [currency squared], so that legs which offset each other cost little while both are held. ValueError
    unless it is square, finite and positive semidefinite on every set.
    """
    matrix = np.asarray(covariance, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not np.all(np.isfinite(matrix)):
        raise ValueError(f"expected a finite square covariance of the legs; got shape {matrix.shape}")
    legs = len(matrix)
    held = (np.arange(1 << legs)[:, None] >> np.arange(legs)) & 1
    variance = np.einsum("si,ij,sj->s", held, matrix, held)
    if np.any(variance < -1e-12 * np.abs(matrix).max()):
        raise ValueError("expected a covariance without negative variances")
    costs = risk_aversion * np.sqrt(np.maximum(variance, 0.0))
    costs[0] = costs[-1] = 0.0
    return tuple(costs.tolist())
