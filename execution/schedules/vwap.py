"""Volume-weighted average price: trade in step with the market's volume, usual or realised."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import final

import numpy as np

from execution.schedules.schedule import IntArray, WorkState, lots_wanted, whole_lots
from execution.schedules.volume import VolumeCurve, VolumeForecast


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Vwap:
    """The usual volume's share in every slice: the order's average price is the market's if the day is usual.

    Reference: A. Konishi, Optimal slice of a VWAP trade, Journal of Financial Markets 5 (2002): the static
    optimum follows the expected share of volume.
    """

    curve: VolumeCurve

    @property
    def name(self) -> str:
        """The name typed on the command line."""
        return "vwap"

    def plan(self, quantity: int, slices: int, *, lot_size: int = 1) -> IntArray:
        """Child quantities [contracts], shape (slice,).

        >>> Vwap(curve=VolumeCurve(volume=(2.0, 1.0, 1.0, 2.0))).plan(60, 6).tolist()
        [13, 12, 5, 5, 12, 13]
        """
        elapsed = np.linspace(0.0, 1.0, slices + 1)
        return whole_lots(1.0 - self.curve.shares(elapsed), quantity, lot_size=lot_size)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class VwapRealised:
    """The share of the order that should be done is the share of the market's volume that is.

    By a slice's end that is (V so far + forecast of the slice) / (V so far + forecast of all that is left),
    with the forecast revised by each slice's volume. Ends exactly at the quantity, since nothing is left to
    forecast at the end.
    """

    forecast: VolumeForecast = field(default_factory=VolumeForecast)

    @property
    def name(self) -> str:
        """The name typed on the command line."""
        return "vwap-realised"

    def wanted(self, state: WorkState) -> int:
        """Cumulative contracts wanted by the slice's end; even in time while no volume is known of."""
        by_the_end = self.forecast.until(state, 1.0)
        if by_the_end > 0.0:
            share = self.forecast.until(state, state.elapsed_after) / by_the_end
        else:
            share = self.forecast.curve.share(state.elapsed_after)
        return lots_wanted(share * state.quantity, state)
