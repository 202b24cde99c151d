"""The protocols of a schedule: how a parent order's quantity is spread over the slices of its horizon."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol, final, runtime_checkable

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


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkState:
    """Where an order stands when a slice begins.

    slice_index, slices: which of how many equal slices begins, from 0. quantity, lot_size: the order's
    [contracts]. filled: own contracts so far. market_volume: contracts that everybody traded since the
    order's start, this order included. mid, arrival_mid: now and at the order's start [currency].
    """

    slice_index: int
    slices: int
    quantity: int
    lot_size: int = 1
    filled: int = 0
    market_volume: int = 0
    mid: float = math.nan
    arrival_mid: float = math.nan

    @property
    def elapsed(self) -> float:
        """Part of the horizon that is over, in [0, 1)."""
        return self.slice_index / self.slices

    @property
    def elapsed_after(self) -> float:
        """Part of the horizon that is over when this slice ends, in (0, 1]."""
        return (self.slice_index + 1) / self.slices

    @property
    def slices_left(self) -> int:
        """Slices to come, the one that begins included."""
        return self.slices - self.slice_index

    @property
    def leaves_quantity(self) -> int:
        """Contracts still to trade."""
        return self.quantity - self.filled

    @property
    def others_volume(self) -> int:
        """Contracts traded so far without this order."""
        return max(0, self.market_volume - self.filled)


@runtime_checkable
class AdaptiveSchedule(Protocol):
    """Says slice by slice what it wants, given how the order and the market have fared; keeps no memory."""

    @property
    def name(self) -> str:
        """The schedule's name as typed on the command line."""
        ...

    def wanted(self, state: WorkState) -> int:
        """Cumulative contracts wanted by the end of the slice that begins, from 0 to the quantity.

        Less than what is filled is allowed, and means that nothing is wanted now.
        """
        ...


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSchedule:
    """A plan made beforehand, followed whatever happens. target: cumulative contracts, shape (slice,)."""

    name: str
    target: tuple[int, ...]

    def wanted(self, state: WorkState) -> int:
        """Cumulative contracts of the plan by the end of the slice that begins."""
        return self.target[state.slice_index]


def slice_by_slice(
    schedule: Schedule | AdaptiveSchedule, quantity: int, slices: int, *, lot_size: int = 1
) -> AdaptiveSchedule:
    """Turn any schedule into an adaptive one: an adaptive one as it is, any other by its plan."""
    if isinstance(schedule, AdaptiveSchedule):
        return schedule
    target = schedule.plan(quantity, slices, lot_size=lot_size).cumsum()
    return PlannedSchedule(name=schedule.name, target=tuple(target.tolist()))


def lots_wanted(ideal: float, state: WorkState) -> int:
    """Nearest whole lots to an ideal cumulative quantity [contracts], within 0 and the order's quantity."""
    lots = math.floor(min(max(ideal, 0.0), float(state.quantity)) / state.lot_size + 0.5)
    return min(lots * state.lot_size, state.quantity)


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
