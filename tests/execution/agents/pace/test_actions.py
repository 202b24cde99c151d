"""Paces and styles: what they ask for, and which may be chosen."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.agents.pace.actions import Style, pace_actions

TABLE = pace_actions()
WHOLE = st.integers(min_value=0, max_value=10**9)


def test_the_first_action_waits_and_every_other_has_a_name_of_its_own() -> None:
    assert TABLE.names[0] == "wait"
    assert len(set(TABLE.names)) == len(TABLE)
    assert {action.style for action in TABLE.actions} == set(Style)


@settings(deadline=None)
@given(left=WHOLE, decisions_left=st.integers(min_value=0, max_value=500))
def test_an_action_may_always_be_chosen_and_none_asks_for_more_than_is_left(
    left: int, decisions_left: int
) -> None:
    count = len(TABLE)
    mask = TABLE.mask(np.array([left]), np.array([decisions_left]))[0]
    lots = TABLE.lots(np.arange(count), np.full(count, left), np.full(count, decisions_left))
    assert mask.any()
    assert ((lots >= 0) & (lots <= left)).all()


@settings(deadline=None)
@given(left=st.integers(min_value=1, max_value=10**9))
def test_the_last_decision_does_all_that_is_left_at_the_even_pace(left: int) -> None:
    mask = TABLE.mask(np.array([left]), np.array([1]))[0]
    chosen = np.flatnonzero(mask)
    assert {TABLE.actions[at].pace for at in chosen} == {1.0}
    assert (TABLE.lots(chosen, np.full(len(chosen), left), np.ones(len(chosen), np.int64)) == left).all()


def test_of_two_paces_that_take_all_only_the_lesser_may_be_chosen() -> None:
    mask = TABLE.mask(np.array([1000]), np.array([2]))[0]
    permitted = {TABLE.names[at] for at in np.flatnonzero(mask)}
    assert "eager 2.5" in permitted
    assert TABLE.lots(np.array([TABLE.names.index("eager 2.5")]), np.array([1000]), np.array([2]))[0] == 1000
    mask = TABLE.mask(np.array([1000]), np.array([1]))[0]
    assert not any(name.endswith("2.5") for name in np.array(TABLE.names)[mask])


def test_who_has_nothing_left_waits() -> None:
    mask = TABLE.mask(np.array([0, 0]), np.array([10, 1]))
    np.testing.assert_array_equal(mask.sum(axis=1), 1)
    assert mask[:, 0].all()
