"""The protocol of a schedule: how a parent order's quantity is spread over the slices of its horizon."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@runtime_checkable
class Schedule(Protocol):
    """Splits a quantity over equal slices of time; frozen, so that the same call gives the same plan."""

    @property
    def name(self) -> str:
        """The schedule's name as typed on the command line."""
        ...

    def plan(self, quantity: int, slices: int, *, lot_size: int = 1) -> IntArray:
        """Child quantities [contracts], shape (slice,): non-negative lot multiples that sum to the quantity.

        Raises ValueError when there is no slice or the quantity is negative or no multiple of the lot.
        """
        ...


def whole_lots(remaining: FloatArray, quantity: int, *, lot_size: int) -> IntArray:
    """Child quantities whose cumulative sum is never further than half a lot from the ideal.

    remaining: shape (slice + 1,), the ideal fraction still to trade at each slice's edge, falling from 1 to
    0. Rounding the cumulative quantity, not each child, leaves no remainder to be placed at the end.
    """
    slices = len(remaining) - 1
    if slices < 1:
        raise ValueError(f"a schedule needs at least one slice, got {slices}")
    if quantity < 0 or lot_size < 1 or quantity % lot_size:
        raise ValueError(f"quantity {quantity} is not a non-negative multiple of the lot {lot_size}")
    lots = np.floor((1.0 - remaining) * (quantity // lot_size) + 0.5).astype(np.int64)
    return np.diff(lots) * lot_size
