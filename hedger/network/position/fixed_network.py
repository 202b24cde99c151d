"""A position trained under a fixed cost per trade: edges and targets by date and spot, without torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hedger.network.position.fixed_recursion import fixed_cost_losses
from hedger.network.position.grid import SpotGrid
from hedger.network.position.paths import PathBatch
from hedger.optimum.problem import HedgingProblem

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedCostPositionNetwork:
    """A network's decisions at every node of a problem's grid.

    table: (step, 4, node) [units of underlying]: under the first number buy up to the second, over the fourth
    sell down to the third. batch_risk: of the training batches in their order [currency].
    """

    problem: HedgingProblem
    grid: SpotGrid
    table: FloatArray
    batch_risk: FloatArray

    def policy(self, date: int, spot: npt.ArrayLike) -> FloatArray:
        """Edges and targets (level, 4) [units of underlying] at spots (level,) [currency].

        Between nodes linear, beyond the outermost ones constant; NaN where `spot` is. IndexError for a date
        that is not among 0 .. steps - 1. The form that `hedger.optimum.score_bands` takes.
        """
        if not 0 <= date < self.problem.steps:
            raise IndexError(f"date {date} is not among 0 .. {self.problem.steps - 1}")
        at = np.log(np.asarray(spot, dtype=np.float64))
        rows = [np.interp(at, self.grid.log_spot[date], row) for row in self.table[date]]
        return np.stack(rows, axis=-1)

    def losses(self, batch: PathBatch) -> tuple[FloatArray, FloatArray]:
        """Loss [currency] at the end of every path and its number of trades, both of shape (path,)."""
        loss, shape = batch.owed.copy(), batch.place.shape
        held, trade = np.empty(shape), np.empty(shape, np.int8)
        costs = (self.problem.proportional_cost, self.problem.fixed_cost)
        fixed_cost_losses(batch.spot, batch.place, self.table, costs, held, trade, loss)
        return loss, np.count_nonzero(trade, axis=0).astype(np.float64)
