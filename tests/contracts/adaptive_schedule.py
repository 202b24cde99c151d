"""What every adaptive schedule promises, whatever volume comes and however much of what it wants is had."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from execution.schedules.schedule import AdaptiveSchedule, WorkState

volumes = st.lists(st.integers(0, 10**6), min_size=1, max_size=40)


def worked(
    schedule: AdaptiveSchedule, lots: int, lot_size: int, volume: list[int], had: float = 1.0
) -> list[tuple[WorkState, int]]:
    """Each slice's state and what was wanted in it; `had` is the part of what is behind that is had."""
    filled, traded, seen = 0, 0, []
    for k, others in enumerate(volume):
        state = WorkState(
            slice_index=k,
            slices=len(volume),
            quantity=lots * lot_size,
            lot_size=lot_size,
            filled=filled,
            market_volume=traded,
        )
        wanted = schedule.wanted(state)
        seen.append((state, wanted))
        own = int(max(0, wanted - filled) * had)
        filled, traded = filled + own, traded + own + others
    return seen


def is_an_adaptive_schedule_with_a_name(schedule: AdaptiveSchedule) -> None:
    assert isinstance(schedule, AdaptiveSchedule)
    assert schedule.name


def wants_whole_lots_from_nothing_to_the_quantity(schedule: AdaptiveSchedule) -> None:
    @settings(deadline=None, max_examples=25)
    @given(
        lots=st.integers(0, 10**5),
        lot_size=st.sampled_from([1, 5, 100]),
        volume=volumes,
        had=st.sampled_from([0.0, 0.37, 1.0]),
    )
    def holds(lots: int, lot_size: int, volume: list[int], had: float) -> None:
        for state, wanted in worked(schedule, lots, lot_size, volume, had):
            assert isinstance(wanted, int)
            assert 0 <= wanted <= state.quantity
            assert wanted % lot_size == 0

    holds()


def the_last_slice_wants_all(schedule: AdaptiveSchedule) -> None:
    @settings(deadline=None, max_examples=25)
    @given(lots=st.integers(0, 10**5), volume=volumes, had=st.sampled_from([0.0, 0.37, 1.0]))
    def holds(lots: int, volume: list[int], had: float) -> None:
        assert worked(schedule, lots, 1, volume, had)[-1][1] == lots

    holds()


def the_same_state_gives_the_same_answer(schedule: AdaptiveSchedule) -> None:
    state = WorkState(slice_index=3, slices=9, quantity=70, filled=20, market_volume=500)
    assert schedule.wanted(state) == schedule.wanted(state)


ADAPTIVE_SCHEDULE_PROMISES: tuple[Callable[[AdaptiveSchedule], None], ...] = (
    is_an_adaptive_schedule_with_a_name,
    wants_whole_lots_from_nothing_to_the_quantity,
    the_last_slice_wants_all,
    the_same_state_gives_the_same_answer,
)
