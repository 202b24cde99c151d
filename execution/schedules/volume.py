"""How a market's volume is spread over a horizon, and how much of it is still to come."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate
from typing import final

import numpy as np

from execution.schedules.schedule import FloatArray, WorkState

# The forecast before the order counts as much as what a quarter of the horizon shows.
_PRIOR_WEIGHT = 0.25


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeCurve:
    """A market's usual volume by equal bins of the horizon, in any unit; even within a bin.

    Raises ValueError unless the volumes are finite, not negative, and not all zero.
    """

    volume: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        if not all(math.isfinite(v) and v >= 0.0 for v in self.volume) or not sum(self.volume) > 0.0:
            raise ValueError(f"volumes are finite, not negative and not all zero; got {self.volume}")

    def share(self, elapsed: float) -> float:
        """Share of the horizon's volume that trades before the fraction `elapsed` of it, in [0, 1]."""
        return float(self.shares(np.array([elapsed]))[0])

    def shares(self, elapsed: FloatArray) -> FloatArray:
        """As `share`, for several fractions of the horizon at once."""
        done = np.array([0.0, *accumulate(self.volume)])
        edges = np.linspace(0.0, 1.0, len(done))
        shares: FloatArray = np.interp(elapsed, edges, done / done[-1])
        return shares


def usual_curve(volume: FloatArray) -> VolumeCurve:
    """The curve of past days: the mean over days of each bin's share of its day.

    volume: shape (day, bin), contracts. A day without volume says nothing about its shape and is left out;
    ValueError when no day has any, or when a volume is negative or not finite. One heavy day counts no more
    than a light one.
    """
    if volume.ndim != 2 or not np.isfinite(volume).all() or (volume < 0.0).any():
        raise ValueError("volumes by day and bin are a table of finite numbers that are not negative")
    totals = volume.sum(axis=1)
    if not (totals > 0.0).any():
        raise ValueError(f"none of {len(volume)} days has volume")
    traded = volume[totals > 0.0]
    share = (traded / traded.sum(axis=1, keepdims=True)).mean(axis=0)
    return VolumeCurve(volume=tuple(share.tolist()))


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeForecast:
    """What the others will trade, from what they usually do and what they have done since the start.

    expected: contracts of the others over the whole horizon as forecast beforehand; 0 where nothing is known,
    when only the pace so far counts. Over the curve F the pace is Gamma distributed around the forecast with
    the weight w of a quarter of the horizon, and volume is Poisson around the pace: after a volume V by t the
    pace's mean is (w + V / expected) / (w + F(t)) times the forecast.
    """

    curve: VolumeCurve = VolumeCurve()
    expected: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.expected) and self.expected >= 0.0):
            raise ValueError(f"expected volume is finite and not negative; got {self.expected}")

    def total(self, state: WorkState) -> float:
        """The others' volume over the whole horizon at the pace seen so far [contracts]."""
        usual = self.curve.share(state.elapsed)
        if self.expected == 0.0:
            return state.others_volume / usual if usual > 0.0 else 0.0
        return (_PRIOR_WEIGHT * self.expected + state.others_volume) / (_PRIOR_WEIGHT + usual)

    def until(self, state: WorkState, elapsed: float) -> float:
        """The others' volume by the fraction `elapsed` of the horizon [contracts], from its start on."""
        to_come = self.curve.share(elapsed) - self.curve.share(state.elapsed)
        return state.others_volume + self.total(state) * to_come
