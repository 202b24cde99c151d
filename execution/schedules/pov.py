"""Percentage of volume: trade a share of what the market trades, and finish in time if asked to."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import final

from execution.schedules.schedule import WorkState, lots_wanted
from execution.schedules.volume import VolumeForecast


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Pov:
    """Keep the order's share of the volume so far between a minimum and a maximum; catch up at the end.

    Between the two the share is what finishing in time asks for by the forecast of volume; equal, they are
    the plain rule, done early where volume is high.

    minimum, maximum: own contracts over everybody's, at least 0 and below 1, or with of_others over the
    others', at least 0. catch_up: last part of the horizon, in [0, 1], in which what is left is spread evenly
    over the slices whatever the volume; with 0, what the volume did not allow is left. Raises ValueError
    outside of these ranges.
    """

    minimum: float
    maximum: float
    of_others: bool = False
    catch_up: float = 0.1
    forecast: VolumeForecast = field(default_factory=VolumeForecast)

    def __post_init__(self) -> None:
        ceiling = math.inf if self.of_others else 1.0
        if not (0.0 <= self.minimum <= self.maximum < ceiling and self.maximum > 0.0):
            raise ValueError(
                f"participation goes from 0 or more up to above 0 and below {ceiling:g}; "
                f"got {self.minimum:g} to {self.maximum:g}"
            )
        if not 0.0 <= self.catch_up <= 1.0:
            raise ValueError(f"the part of the horizon to catch up in is 0 to 1; got {self.catch_up:g}")

    @property
    def name(self) -> str:
        """The name typed on the command line."""
        return "pov"

    def wanted(self, state: WorkState) -> int:
        """Cumulative contracts wanted by the slice's end, in step with the volume forecast by then."""
        by_then = self.forecast.until(state, state.elapsed_after)
        ideal = min(
            max(self._in_time(state, by_then), self._per_others(self.minimum) * by_then),
            self._per_others(self.maximum) * by_then,
        )
        if self._is_catching_up(state):
            ideal = max(ideal, state.filled + state.leaves_quantity / state.slices_left)
        return lots_wanted(ideal, state)

    def _in_time(self, state: WorkState, by_then: float) -> float:
        """What is to be done by then if the rest is spread over the volume to come."""
        to_come = self.forecast.until(state, 1.0) - state.others_volume
        share = (by_then - state.others_volume) / to_come if to_come > 0.0 else 1.0
        return state.filled + share * state.leaves_quantity

    def _per_others(self, participation: float) -> float:
        """Own contracts for each of the others'."""
        return participation if self.of_others else participation / (1.0 - participation)

    def _is_catching_up(self, state: WorkState) -> bool:
        # An edge may miss the fraction by a rounding; the last slice catches up for any positive one.
        return self.catch_up > 0.0 and state.elapsed_after > 1.0 - self.catch_up + 1e-12
