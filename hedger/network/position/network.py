"""A trained position: bands by date and log spot, usable without torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hedger.network.position.grid import SpotGrid
from hedger.network.position.paths import PathBatch
from hedger.network.position.recursion import band_losses
from hedger.optimum.problem import HedgingProblem

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionNetwork:
    """A network's bands at every node of a problem's grid.

    lower, upper: (step, node) [units of underlying]. batch_risk: of the training batches in their order
    [currency].
    """

    problem: HedgingProblem
    grid: SpotGrid
    lower: FloatArray
    upper: FloatArray
    batch_risk: FloatArray

    def bands(self, date: int, log_spot: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Lower and upper edge [units of underlying], shape of `log_spot`.

        Between nodes linear, beyond the outermost ones constant; NaN where `log_spot` is. IndexError for a
        date that is not among 0 .. steps - 1.
        """
        if not 0 <= date < self.problem.steps:
            raise IndexError(f"date {date} is not among 0 .. {self.problem.steps - 1}")
        nodes, at = self.grid.log_spot[date], np.asarray(log_spot, dtype=np.float64)
        return np.interp(at, nodes, self.lower[date]), np.interp(at, nodes, self.upper[date])

    def policy(self, date: int, spot: FloatArray) -> FloatArray:
        """The edges as columns (level, 2), the form that `hedger.optimum.score_bands` takes."""
        return np.stack(self.bands(date, np.log(spot)), axis=-1)

    def losses(self, batch: PathBatch) -> FloatArray:
        """Loss at the end of every path: owed, less gains, plus costs [currency], shape (path,)."""
        loss, trade = batch.owed.copy(), np.empty(batch.place.shape, np.int8)
        cost = self.problem.proportional_cost
        band_losses(batch.spot, batch.place, self.lower, self.upper, cost, trade, loss)
        return loss
