"""A schedule for the lit book beside an order that rests in the dark, slice by slice."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple, final

import numpy as np
import numpy.typing as npt

from execution.schedules.schedule import WorkState, lots_wanted
from execution.venues.lit_dark_fills import FillLaw

FloatArray = npt.NDArray[np.float64]
_NODES, _WEIGHTS = (array.astype(np.float64) for array in np.polynomial.legendre.leggauss(16))


class SliceCost(NamedTuple):
    """Expected cost of a slice until a fill: first a^2 + 2 cross a b + last b^2 for holdings from a to b.

    unfilled: probability that nobody comes within it. Arrays of shape (slice,), each slice's given that
    nobody came before.
    """

    first: FloatArray
    cross: FloatArray
    last: FloatArray
    unfilled: FloatArray


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LitDarkSchedule:
    """What the lit book gets in each slice while all that is left rests in a dark pool.

    Costs as LitDarkProblem's, with any law of the fills in the same unit of time as the horizon, and one rate
    of lit trading within a slice: the optimum is the best of these trajectories. It never buys back, and
    costs more than the continuous optimum by a part of the order of 1 / slices^2. Raises ValueError unless
    horizon and impact are above 0, risk not negative, and all finite.
    """

    horizon: float
    temporary_impact: float
    risk: float
    law: FillLaw

    def __post_init__(self) -> None:
        positive = 0.0 < self.horizon < math.inf and 0.0 < self.temporary_impact < math.inf
        if not (positive and 0.0 <= self.risk < math.inf):
            raise ValueError(f"expected a horizon and an impact above 0 and a risk of 0 or more; got {self}")

    @property
    def name(self) -> str:
        """The name that reports use."""
        return "lit and dark"

    def remaining(self, slices: int, *, done: int = 0) -> FloatArray:
        """Fraction of what is left when slice `done` begins at each edge from there on, unless filled.

        Shape (slices - done + 1,), from 1 to 0.
        """
        ratios = self._ratios(self._slice_costs(slices, done))
        return np.concatenate(([1.0], np.cumprod(ratios)))

    def expected_cost(self, remaining: FloatArray, *, law: FillLaw | None = None) -> float:
        """Expected cost of a contract squared, for fractions left at the edges of equal slices, (edge,).

        Exact for a trajectory of straight lines, all that is left resting in the dark. law: of the fills,
        which may be another than the one the schedule believes in.
        """
        parts = self._slice_costs(len(remaining) - 1, 0, law)
        survived = np.concatenate(([1.0], np.cumprod(parts.unfilled)[:-1]))
        a, b = remaining[:-1], remaining[1:]
        return float(survived @ (parts.first * a**2 + 2.0 * parts.cross * a * b + parts.last * b**2))

    def wanted(self, state: WorkState) -> int:
        """Cumulative contracts wanted by the end of the slice that begins, dark fills among the filled."""
        left = self.remaining(state.slices, done=state.slice_index)[1]
        return lots_wanted(state.filled + (1.0 - left) * state.leaves_quantity, state)

    def _ratios(self, parts: SliceCost) -> FloatArray:
        """What each slice leaves of what it begins with: dynamic programming from the last one.

        The least cost is c a^2 whatever the holdings a, and a slice's is convex in what it leaves.
        """
        count = len(parts.first)
        ratios, coefficient = np.zeros(count), float(parts.first[-1])
        for k in range(count - 2, -1, -1):
            curvature = float(parts.last[k] + parts.unfilled[k] * coefficient)
            ratio = min(max(-float(parts.cross[k]) / curvature, 0.0), 1.0)
            coefficient = float(parts.first[k]) + (2.0 * float(parts.cross[k]) + curvature * ratio) * ratio
            ratios[k] = ratio
        return ratios

    def _slice_costs(self, slices: int, done: int, law: FillLaw | None = None) -> SliceCost:
        """The slices from `done` on, their integrals over the fill's time by Gauss and Legendre."""
        if not 0 <= done < slices:
            raise ValueError(f"expected a slice that begins, of one or more; got {done} of {slices}")
        law, length = law or self.law, self.horizon / slices
        begins = np.arange(done, slices) * length
        share = 0.5 * (1.0 + _NODES)
        alive = np.stack([law.unfilled(float(begin), begin + length * share) for begin in begins])
        weights = 0.5 * length * _WEIGHTS * alive
        speed = self.temporary_impact / length**2 * weights.sum(axis=1)
        return SliceCost(
            first=speed + self.risk * weights @ (1.0 - share) ** 2,
            cross=-speed + self.risk * weights @ (share * (1.0 - share)),
            last=speed + self.risk * weights @ share**2,
            unfilled=np.array([float(law.unfilled(float(b), np.array(b + length))) for b in begins]),
        )
