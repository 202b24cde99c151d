"""Multi-asset Almgren-Chriss where no leg trades back: what orders of one side can follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import clarabel
import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array, diags_array, eye_array, kron

from execution.schedules.multi_asset import MultiAssetAlmgrenChriss, checked_quantities
from execution.schedules.multi_asset_schedule import whole_legs
from execution.schedules.schedule import FloatArray, IntArray

_TOLERANCE = 1e-11


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OneWayAlmgrenChriss:
    """The model's optimum among trajectories on which every leg goes from its quantity to 0 without a return.

    The closed form is it where it does not trade back; elsewhere it is found as a convex quadratic programme,
    and a leg with nothing to trade is left alone.
    """

    model: MultiAssetAlmgrenChriss

    @property
    def name(self) -> str:
        """The schedule's name."""
        return "one-way-almgren-chriss"

    def plan(
        self, quantities: Sequence[int], slices: int, *, lot_sizes: Sequence[int] | None = None
    ) -> IntArray:
        """Signed child quantities [contracts], shape (slice, leg), none against its leg's quantity."""
        return whole_legs(self.holdings(quantities, slices), quantities, lot_sizes)

    def holdings(self, quantities: npt.ArrayLike, slices: int) -> FloatArray:
        """What is left at each slice's edge [contracts], shape (slice + 1, leg), from quantities to 0.

        ValueError as the model's, and where the programme is too badly scaled to be solved.
        """
        free = self.model.holdings(quantities, slices)
        start = checked_quantities(quantities, self.model.legs)
        traded = start != 0.0
        if (np.diff(free, axis=0) * np.sign(start) <= 0.0).all() and not free[:, ~traded].any():
            return free
        left = np.ones((slices + 1, self.model.legs))
        left[-1] = 0.0
        if slices > 1 and traded.any():
            left[1:-1, traded] = self._parts_left(start, traded, slices)
        return start * left

    def _parts_left(self, start: FloatArray, traded: npt.NDArray[np.bool_], slices: int) -> FloatArray:
        """Parts of the quantities left at the inner edges, shape (slice - 1, traded leg), within 1 and 0."""
        tau, legs = self.model.horizon / slices, int(traded.sum())
        sizes = np.multiply.outer(start[traded], start[traded])
        impact = self.model.net_temporary_impact(tau)[np.ix_(traded, traded)] * sizes / tau
        risk = self.model.risk_aversion * tau * self.model.covariance[np.ix_(traded, traded)] * sizes
        unit = 1.0 / max(impact.max(), risk.max())
        bent = diags_array([-1.0, 2.0, -1.0], offsets=[-1, 0, 1], shape=(slices - 1, slices - 1))
        cost = kron(bent, impact * unit) + kron(eye_array(slices - 1), risk * unit)
        first = np.zeros((slices - 1, legs))
        first[0] = -impact.sum(axis=1) * unit
        falls = diags_array([1.0, -1.0], offsets=[0, -1], shape=(slices, slices - 1))
        # What a slice trades is not negative: falls @ left <= what the first begins with.
        begins = np.zeros((slices, legs))
        begins[0] = 1.0
        solver = clarabel.DefaultSolver(
            csc_array(2.0 * cost),
            2.0 * first.ravel(),
            csc_array(kron(falls, eye_array(legs))),
            begins.ravel(),
            [clarabel.NonnegativeConeT(slices * legs)],
            _settings(),
        )
        found = solver.solve()
        if str(found.status) not in ("Solved", "AlmostSolved"):
            raise ValueError(f"no one-way schedule was found for {start.tolist()}: {found.status}")
        left = np.minimum(np.asarray(found.x).reshape(slices - 1, legs), 1.0)
        falling: FloatArray = np.minimum.accumulate(np.maximum(left, 0.0), axis=0)
        return falling


def _settings() -> clarabel.DefaultSettings:
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = _TOLERANCE
    return settings
