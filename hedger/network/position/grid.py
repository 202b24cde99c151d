"""Where a position's bands are tabulated: log spot around today's, as wide as it may move by each date."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log

import numpy as np
import numpy.typing as npt

from hedger.optimum.problem import HedgingProblem

FloatArray = npt.NDArray[np.float64]

# Beyond this many deviations a band keeps the value of the outermost node.
_DEVIATIONS = 5.5


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotGrid:
    """Nodes of log spot, evenly spaced at each date.

    centre: log of today's spot. half_width: (step,), from the centre to the outermost node. nodes: at each
    date, an odd number, so that today's spot is one.
    """

    centre: float
    half_width: FloatArray
    nodes: int

    @classmethod
    def of(cls, problem: HedgingProblem, spacing: float) -> SpotGrid:
        """Nodes at most `spacing` deviations of one step's return apart at the last date, closer before."""
        step_deviation = np.sqrt(problem.step_variance)
        dates = np.maximum(np.arange(problem.steps), 1)
        each_side = ceil(_DEVIATIONS * np.sqrt(dates[-1]) / spacing)
        return cls(
            centre=log(problem.spot),
            half_width=_DEVIATIONS * step_deviation * np.sqrt(dates),
            nodes=2 * each_side + 1,
        )

    @property
    def scale(self) -> FloatArray:
        """Nodes per unit of log spot, shape (step,)."""
        return (self.nodes - 1) / (2.0 * self.half_width)

    @property
    def log_spot(self) -> FloatArray:
        """Nodes of shape (step, node)."""
        return self.centre + self.half_width[:, None] * np.linspace(-1.0, 1.0, self.nodes)
