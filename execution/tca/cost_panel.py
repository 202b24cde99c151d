"""Where a cost curve fits: measured against expected costs by size, horizon and volatility."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from execution.tca.calibrate import CostObservations
from execution.tca.cost_curve import CostCurve

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Range = tuple[float, float]

_FEWEST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CostCell:
    """Orders alike in size, horizon and volatility; ranges are of the orders in the cell, both ends in.

    measured_bps: mean cost before fees, orders of less price risk weighing more; standard_error_bps: its own.
    expected_bps: the curve's mean over the same orders with the same weights, without its fee.
    """

    participation: Range
    horizon_days: Range
    volatility: Range
    orders: int
    measured_bps: float
    standard_error_bps: float
    expected_bps: float

    @property
    def score(self) -> float:
        """Standard errors by which the cell costs more than the curve expects; NaN without error."""
        if self.standard_error_bps == 0.0:
            return float("nan")
        return (self.measured_bps - self.expected_bps) / self.standard_error_bps


@dataclass(frozen=True, slots=True, kw_only=True)
class CostPanel:
    """A curve against its orders. p_value: of cells as far from the curve as these, if it were right.

    NaN where there are no more cells than coefficients. A small one says that cost depends on size, horizon
    or volatility in another way than the curve's.
    """

    cells: tuple[CostCell, ...]
    p_value: float


def cost_panel(observations: CostObservations, curve: CostCurve, *, buckets: int = 3) -> CostPanel:
    """Sort orders into buckets of equal number by participation, horizon and volatility, and compare.

    A dimension in which orders do not differ has one bucket. Cells of fewer than five orders are left out.
    ValueError without a bucket or with no more orders than coefficients.
    """
    fitted = 2 if curve.exponent_standard_error is None else 3
    if buckets < 1 or len(observations) <= fitted:
        raise ValueError(
            f"{len(observations)} orders in {buckets} buckets, expected more than {fitted} in one"
        )
    expected = _expected(observations, curve)
    weight = observations.noise_bps() ** -2.0
    residual = observations.cost_bps - expected
    scale = float(np.sqrt(weight @ residual**2 / (len(observations) - fitted)))
    cells = tuple(
        _cell(observations, expected, weight, scale, rows) for rows in _groups(observations, buckets)
    )
    freedom = len(cells) - fitted
    square = sum(cell.score**2 for cell in cells) if scale else 0.0
    return CostPanel(cells=cells, p_value=float(chdtrc(freedom, square)) if freedom > 0 else float("nan"))


def _expected(observations: CostObservations, curve: CostCurve) -> FloatArray:
    impact = observations.impact_regressor(curve.impact_exponent)
    return curve.half_spread_bps + curve.impact_coefficient * impact


def _groups(observations: CostObservations, buckets: int) -> Iterator[BoolArray]:
    """Rows of each cell that has enough of them."""
    places = [
        _bucket(values, buckets)
        for values in (observations.participation, observations.horizon_days, observations.volatility)
    ]
    for cell in product(*(range(int(place.max()) + 1) for place in places)):
        rows = np.all([place == at for place, at in zip(places, cell, strict=True)], axis=0)
        if rows.sum() >= _FEWEST:
            yield rows


def _bucket(values: FloatArray, buckets: int) -> npt.NDArray[np.int64]:
    """Bucket of each order, numbered without gaps; orders of one value are in one bucket."""
    edges = np.quantile(values, np.arange(1, buckets) / buckets)
    return np.unique(np.searchsorted(edges, values, side="left"), return_inverse=True)[1].astype(np.int64)


def _cell(
    observations: CostObservations, expected: FloatArray, weight: FloatArray, scale: float, rows: BoolArray
) -> CostCell:
    own = weight[rows]
    return CostCell(
        participation=_range(observations.participation[rows]),
        horizon_days=_range(observations.horizon_days[rows]),
        volatility=_range(observations.volatility[rows]),
        orders=int(rows.sum()),
        measured_bps=float(own @ observations.cost_bps[rows] / own.sum()),
        standard_error_bps=scale / float(np.sqrt(own.sum())),
        expected_bps=float(own @ expected[rows] / own.sum()),
    )


def _range(values: FloatArray) -> Range:
    return float(values.min()), float(values.max())
