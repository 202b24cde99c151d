"""Time-weighted average price: equal quantities in equal times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from execution.schedules.schedule import IntArray, whole_lots


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Twap:
    """The same quantity in every slice, up to the lot: optimal for the risk-neutral under linear impact."""

    @property
    def name(self) -> str:
        """The name typed on the command line."""
        return "twap"

    def plan(self, quantity: int, slices: int, *, lot_size: int = 1) -> IntArray:
        """Child quantities [contracts], shape (slice,).

        >>> Twap().plan(10, 4).tolist()
        [3, 2, 3, 2]
        """
        return whole_lots(np.linspace(1.0, 0.0, slices + 1), quantity, lot_size=lot_size)
