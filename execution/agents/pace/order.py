"""A long order as an agent of the pace is told it, and how often it decides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.schedules.volume import VolumeCurve

FloatArray = npt.NDArray[np.float64]

INTERVAL_SECONDS = 300.0  # between two decisions, as near as a whole number of them allows


@dataclass(frozen=True, slots=True, kw_only=True)
class LongOrder:
    """One parent order. side: +1 buys. quantity: lots. seconds: it may take.

    curve: the market's usual volume in its time [lots], of any number of bins.
    """

    side: int
    quantity: int
    seconds: float
    curve: VolumeCurve

    @property
    def decisions(self) -> int:
        """How many intervals its time is cut into."""
        return max(1, round(self.seconds / INTERVAL_SECONDS))

    @property
    def interval_ns(self) -> int:
        """Time between two decisions."""
        return round(1e9 * self.seconds / self.decisions)

    def usual_volume(self) -> FloatArray:
        """Lots that usually trade in each interval, shape (decision,)."""
        edges = self.curve.shares(np.linspace(0.0, 1.0, self.decisions + 1))
        volume: FloatArray = sum(self.curve.volume) * np.diff(edges)
        return volume
