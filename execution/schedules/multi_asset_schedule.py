"""The protocols of a schedule for several legs at once: signed quantities, one column a leg."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, final, runtime_checkable

import numpy as np

from execution.schedules.schedule import FloatArray, IntArray, PlannedSchedule

# Beyond it a double no longer holds every integer, and a rounded sum could miss the quantity.
_LARGEST_QUANTITY = 2**52


@runtime_checkable
class LegsSchedule(Protocol):
    """Splits the quantities of several legs over the same equal slices of time."""

    @property
    def name(self) -> str:
        """The schedule's name."""
        ...

    def plan(
        self, quantities: Sequence[int], slices: int, *, lot_sizes: Sequence[int] | None = None
    ) -> IntArray:
        """Signed child quantities [contracts], shape (slice, leg): lot multiples that sum to the quantities.

        quantities: signed, positive buys. lot_sizes: by leg, 1 where not given. Raises ValueError when there
        is no slice, or a quantity is no multiple of its lot.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LegsState:
    """Where a package stands when a slice begins.

    slice_index, slices: which of how many equal slices begins, from 0. quantities, lot_sizes, filled: by leg
    [contracts], signed but for the lots. mids: what a contract of each leg is worth now [currency].
    """

    slice_index: int
    slices: int
    quantities: tuple[int, ...]
    lot_sizes: tuple[int, ...]
    filled: tuple[int, ...]
    mids: tuple[float, ...]

    @property
    def slices_left(self) -> int:
        """Slices to come, the one that begins included."""
        return self.slices - self.slice_index

    @property
    def leaves_quantities(self) -> IntArray:
        """Contracts still to trade by leg, signed."""
        return np.subtract(self.quantities, self.filled)


@runtime_checkable
class AdaptiveLegsSchedule(Protocol):
    """Says slice by slice what it wants of each leg, given the fills and the mids; keeps no memory."""

    @property
    def name(self) -> str:
        """The schedule's name."""
        ...

    def wanted(self, state: LegsState) -> IntArray:
        """Cumulative signed contracts of each leg wanted by the end of the slice that begins, shape (leg,).

        Lot multiples; the last slice wants the quantities.
        """
        ...


def whole_legs(holdings: FloatArray, quantities: Sequence[int], lot_sizes: Sequence[int] | None) -> IntArray:
    """Signed child quantities, shape (slice, leg), whose sums are never further than half a lot from ideal.

    holdings: what is left of each leg at each slice's edge, shape (slice + 1, leg), from the quantities to 0.
    """
    whole, lots = checked_legs(quantities, lot_sizes)
    left = np.floor(holdings / lots + 0.5).astype(np.int64)
    left[0], left[-1] = whole // lots, 0
    return -np.diff(left, axis=0) * lots


def checked_legs(quantities: Sequence[int], lot_sizes: Sequence[int] | None) -> tuple[IntArray, IntArray]:
    """Quantities and lots as arrays; ValueError unless whole, of a kind, and each a multiple of its lot."""
    whole = np.asarray(quantities)
    lots = np.ones(whole.shape, np.int64) if lot_sizes is None else np.asarray(lot_sizes)
    if whole.ndim != 1 or whole.size == 0 or whole.dtype.kind != "i" or lots.dtype.kind != "i":
        raise ValueError(f"expected a whole quantity and lot for each of one leg or more; got {quantities}")
    if lots.shape != whole.shape or (lots < 1).any() or (whole % lots != 0).any():
        raise ValueError(f"quantities {whole.tolist()} are not multiples of the lots {lots.tolist()}")
    if (np.abs(whole) > _LARGEST_QUANTITY).any():
        raise ValueError(f"expected quantities of at most 2^52 contracts; got {whole.tolist()}")
    return whole, lots


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlannedLegs:
    """A plan made beforehand, followed whatever happens.

    target: cumulative signed contracts, shape (slice, leg).
    """

    name: str
    target: IntArray

    def wanted(self, state: LegsState) -> IntArray:
        """Cumulative signed contracts of the plan by the end of the slice that begins, shape (leg,)."""
        wanted: IntArray = self.target[state.slice_index]
        return wanted


def legs_slice_by_slice(
    schedule: LegsSchedule | AdaptiveLegsSchedule,
    quantities: Sequence[int],
    slices: int,
    *,
    lot_sizes: Sequence[int] | None = None,
) -> AdaptiveLegsSchedule:
    """Turn any schedule of several legs into an adaptive one: an adaptive one as it is, others by their plan.

    ValueError where a leg of the plan trades back: an order has one side.
    """
    if isinstance(schedule, AdaptiveLegsSchedule):
        return schedule
    plan = schedule.plan(quantities, slices, lot_sizes=lot_sizes)
    _require_one_way(plan)
    return PlannedLegs(name=schedule.name, target=plan.cumsum(axis=0))


def leg_plans(name: str, plan: IntArray) -> tuple[PlannedSchedule, ...]:
    """Each leg's column of a plan as a schedule of its own order, whose quantity is unsigned.

    ValueError where a leg trades back: an order has one side.
    """
    _require_one_way(plan)
    return tuple(
        PlannedSchedule(name=name, target=tuple(np.abs(column).cumsum().tolist())) for column in plan.T
    )


def _require_one_way(plan: IntArray) -> None:
    if ((plan > 0).any(axis=0) & (plan < 0).any(axis=0)).any():
        raise ValueError("a leg of the plan trades back and forth; an order has one side")
