"""What every schedule promises. `SCHEDULE_PROMISES` is run for each implementation by its tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.schedules.schedule import Schedule


def is_a_schedule_with_a_name(schedule: Schedule) -> None:
    assert isinstance(schedule, Schedule)
    assert schedule.name


def children_are_lots_that_sum_exactly_to_the_quantity(schedule: Schedule) -> None:
    @settings(deadline=None)
    @given(lots=st.integers(0, 10**7), slices=st.integers(1, 500), lot_size=st.sampled_from([1, 5, 100]))
    def holds(lots: int, slices: int, lot_size: int) -> None:
        plan = schedule.plan(lots * lot_size, slices, lot_size=lot_size)
        assert plan.shape == (slices,)
        assert plan.dtype.kind == "i"
        assert plan.sum() == lots * lot_size
        assert (plan >= 0).all()
        assert (plan % lot_size == 0).all()

    holds()


def cumulative_quantity_never_falls_and_ends_at_the_quantity(schedule: Schedule) -> None:
    cumulative = schedule.plan(977, 13).cumsum()
    assert (cumulative[1:] >= cumulative[:-1]).all()
    assert cumulative[-1] == 977


def the_same_call_gives_the_same_plan(schedule: Schedule) -> None:
    assert schedule.plan(1234, 17).tolist() == schedule.plan(1234, 17).tolist()


def what_cannot_be_planned_is_refused(schedule: Schedule) -> None:
    for quantity, slices, lot_size in [(10, 0, 1), (-1, 5, 1), (7, 5, 2), (7, 5, 0)]:
        with pytest.raises(ValueError, match=r"slice|multiple"):
            schedule.plan(quantity, slices, lot_size=lot_size)


SCHEDULE_PROMISES: tuple[Callable[[Schedule], None], ...] = (
    is_a_schedule_with_a_name,
    children_are_lots_that_sum_exactly_to_the_quantity,
    cumulative_quantity_never_falls_and_ends_at_the_quantity,
    the_same_call_gives_the_same_plan,
    what_cannot_be_planned_is_refused,
)
