"""What every schedule of several legs promises; run for each implementation by its tests."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.schedules.multi_asset_schedule import AdaptiveLegsSchedule, LegsSchedule, LegsState

quantities = st.tuples(st.integers(-(10**7), 10**7), st.integers(-(10**7), 10**7))
lot_sizes = st.tuples(st.sampled_from([1, 5, 100]), st.sampled_from([1, 7]))


def children_are_lots_that_sum_exactly_to_the_quantities(schedule: LegsSchedule) -> None:
    @settings(deadline=None, max_examples=25)
    @given(lots=quantities, slices=st.integers(1, 60), lot_sizes=lot_sizes)
    def holds(lots: tuple[int, int], slices: int, lot_sizes: tuple[int, int]) -> None:
        whole = [count * lot for count, lot in zip(lots, lot_sizes, strict=True)]
        plan = schedule.plan(whole, slices, lot_sizes=lot_sizes)
        assert plan.shape == (slices, 2)
        assert plan.dtype.kind == "i"
        assert plan.sum(axis=0).tolist() == whole
        assert (plan % np.array(lot_sizes) == 0).all()

    holds()


def has_a_name_and_gives_the_same_plan_twice(schedule: LegsSchedule) -> None:
    assert isinstance(schedule, LegsSchedule)
    assert schedule.name
    assert schedule.plan((977, -13), 7).tolist() == schedule.plan((977, -13), 7).tolist()


def what_cannot_be_planned_is_refused(schedule: LegsSchedule) -> None:
    for wrong in [((10, 10), 0, (1, 1)), ((7, 10), 5, (2, 1)), ((7, 10), 5, (0, 1)), ((7, 10), 5, (1,))]:
        with pytest.raises(ValueError, match=r"slice|multiples"):
            schedule.plan(wrong[0], wrong[1], lot_sizes=wrong[2])
    for quantity in [(7,), (7, 8, 9), (0.5, 1.0)]:
        with pytest.raises(ValueError, match="quantity"):
            schedule.plan(quantity, 5)  # type: ignore[arg-type]


def a_buy_and_a_sale_are_one_problem(schedule: LegsSchedule) -> None:
    there, back = schedule.plan((1001, -350), 9), schedule.plan((-1001, 350), 9)
    assert (np.abs((there + back).cumsum(axis=0)) <= 1).all()


LEGS_SCHEDULE_PROMISES: tuple[Callable[[LegsSchedule], None], ...] = (
    children_are_lots_that_sum_exactly_to_the_quantities,
    has_a_name_and_gives_the_same_plan_twice,
    what_cannot_be_planned_is_refused,
    a_buy_and_a_sale_are_one_problem,
)


def worked(
    schedule: AdaptiveLegsSchedule, whole: list[int], lots: tuple[int, int], mids: list[tuple[float, float]]
) -> list[tuple[LegsState, list[int]]]:
    """Each slice's state and what was wanted in it, all of which is had."""
    filled, seen = [0, 0], []
    for k, mid in enumerate(mids):
        state = LegsState(
            slice_index=k,
            slices=len(mids),
            quantities=tuple(whole),
            lot_sizes=lots,
            filled=tuple(filled),
            mids=mid,
        )
        filled = schedule.wanted(state).tolist()
        seen.append((state, filled))
    return seen


mid_paths = st.lists(st.tuples(st.floats(50, 150), st.floats(50, 150)), min_size=1, max_size=12)


def wants_whole_lots_and_in_the_last_slice_all(schedule: AdaptiveLegsSchedule) -> None:
    @settings(deadline=None, max_examples=25)
    @given(lots=quantities, mids=mid_paths, lot_sizes=lot_sizes)
    def holds(lots: tuple[int, int], mids: list[tuple[float, float]], lot_sizes: tuple[int, int]) -> None:
        whole = [count * lot for count, lot in zip(lots, lot_sizes, strict=True)]
        seen = worked(schedule, whole, lot_sizes, mids)
        assert seen[-1][1] == whole
        assert all(want % lot == 0 for _, wants in seen for want, lot in zip(wants, lot_sizes, strict=True))

    holds()


def has_a_name_and_no_memory(schedule: AdaptiveLegsSchedule) -> None:
    assert isinstance(schedule, AdaptiveLegsSchedule)
    assert schedule.name
    state = worked(schedule, [700, -300], (1, 1), [(100.0, 50.0)] * 5)[2][0]
    assert schedule.wanted(state).tolist() == schedule.wanted(state).tolist()


ADAPTIVE_LEGS_SCHEDULE_PROMISES: tuple[Callable[[AdaptiveLegsSchedule], None], ...] = (
    wants_whole_lots_and_in_the_last_slice_all,
    has_a_name_and_no_memory,
)
