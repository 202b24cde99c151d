"""A trained position whose bands know the result so far, usable without torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hedger.network.position.grid import SpotGrid
from hedger.network.position.paths import PathBatch
from hedger.network.position.profit_recursion import profit_band_losses
from hedger.optimum.problem import HedgingProblem

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the result so far is told to a band: r = v / (|v| + scale), in (-1, 1).

    v is the loss so far (costs less gains), plus Black's value of what is owed, less the threshold. value:
    (step, node) [currency]. threshold, scale [currency]. cost: fraction of the traded value.
    """

    value: FloatArray
    threshold: float
    scale: float
    cost: float

    @property
    def terms(self) -> tuple[float, float, float]:
        """Numbers that the kernels take."""
        return self.cost, self.threshold, self.scale


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfitPositionNetwork:
    """A network's bands at every node of a problem's grid and level of r.

    lower, upper: (step, node, level) [units of underlying], levels evenly spaced in r from -1 to 1.
    batch_risk: of the training batches in their order [currency].
    """

    problem: HedgingProblem
    grid: SpotGrid
    standing: Standing
    lower: FloatArray
    upper: FloatArray
    batch_risk: FloatArray

    def bands(
        self, date: int, log_spot: npt.ArrayLike, loss_so_far: npt.ArrayLike
    ) -> tuple[FloatArray, FloatArray]:
        """Lower and upper edge [units of underlying]; log spot and loss so far [currency] broadcast.

        The loss so far is costs less gains up to the date, before its trade. Between nodes and levels
        bilinear, beyond the outermost constant; NaN where an input is. IndexError for a date that is not
        among 0 .. steps - 1.
        """
        if not 0 <= date < self.problem.steps:
            raise IndexError(f"date {date} is not among 0 .. {self.problem.steps - 1}")
        at, so_far = np.broadcast_arrays(
            np.asarray(log_spot, dtype=np.float64), np.asarray(loss_so_far, dtype=np.float64)
        )
        nodes, terms = self.grid.log_spot[date], self.standing
        v = so_far + np.interp(at, nodes, terms.value[date]) - terms.threshold
        levels = self.lower.shape[2]
        column = 0.5 * (levels - 1) * (1.0 + v / (np.abs(v) + terms.scale))
        row = np.interp(at, nodes, np.arange(len(nodes)))
        return _bilinear(self.lower[date], row, column), _bilinear(self.upper[date], row, column)

    def losses(self, batch: PathBatch) -> FloatArray:
        """Loss at the end of every path: owed, less gains, plus costs [currency], shape (path,)."""
        loss, shape = batch.owed.copy(), batch.place.shape
        trade, stood = np.empty(shape, np.int8), np.empty(shape)
        terms, value = self.standing.terms, self.standing.value
        profit_band_losses(batch.spot, batch.place, value, self.lower, self.upper, terms, trade, stood, loss)
        return loss


def _bilinear(table: FloatArray, row: FloatArray, column: FloatArray) -> FloatArray:
    """Interpolate a table at fractional indices; NaN where an index is."""
    known = np.isfinite(row) & np.isfinite(column)
    row, column = np.where(known, row, 0.0), np.where(known, column, 0.0)
    top = np.minimum(row.astype(np.int64), table.shape[0] - 2)
    left = np.minimum(column.astype(np.int64), table.shape[1] - 2)
    down, right = row - top, column - left
    above = (1.0 - right) * table[top, left] + right * table[top, left + 1]
    below = (1.0 - right) * table[top + 1, left] + right * table[top + 1, left + 1]
    return np.where(known, (1.0 - down) * above + down * below, np.nan)
