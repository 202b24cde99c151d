"""Which actions may be chosen, and what they ask for."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.agents.actions import Action, ActionTable, Placement, default_actions

TABLE = default_actions()
LOTS = st.integers(0, 10**6)


def mask_of(left: int, decisions: int, spread: int, far: int, resting: int) -> np.ndarray:
    slice_lots = -(-left // decisions)
    return TABLE.mask(
        slice_lots=np.array([slice_lots]),
        left=np.array([left]),
        spread_ticks=np.array([[spread]]),
        far_lots=np.array([[far]]),
        resting=np.array([[resting]]),
    )[0]


@given(LOTS.filter(bool), st.integers(1, 200), st.integers(1, 50), LOTS, LOTS)
@settings(deadline=None)
def test_an_action_may_always_be_chosen_and_none_asks_for_more_than_is_left(
    left: int, decisions: int, spread: int, far: int, resting: int
) -> None:
    mask, chosen = mask_of(left, decisions, spread, far, resting), np.arange(len(TABLE))
    wanted = TABLE.wanted(
        chosen,
        slice_lots=np.full(len(TABLE), -(-left // decisions)),
        left=np.full(len(TABLE), left),
        side=np.ones(len(TABLE), np.int64),
        touch=np.tile([100, 101], (len(TABLE), 1, 1)),
        resting_price=np.zeros((len(TABLE), 1), np.int64),
    )
    assert mask.any()
    assert (wanted.take + wanted.rest <= left).all()


@given(LOTS.filter(bool), st.integers(1, 200), LOTS.filter(bool))
@settings(deadline=None)
def test_no_two_permitted_amounts_to_take_are_the_same(left: int, decisions: int, far: int) -> None:
    mask, slice_lots = mask_of(left, decisions, 2, far, 1), -(-left // decisions)
    keeps = [k for k, one in enumerate(TABLE.actions) if one.placement is Placement.KEEP and mask[k]]
    amounts = [min(int(np.floor(TABLE.actions[k].take * slice_lots + 0.5)), left) for k in keeps]
    assert len(set(amounts)) == len(amounts)


def test_a_spread_of_one_tick_cannot_be_improved() -> None:
    improves = [one.placement is Placement.IMPROVE for one in TABLE.actions]
    assert not mask_of(100, 10, 1, 50, 0)[improves].any()
    assert mask_of(100, 10, 2, 50, 0)[improves].any()


def test_nothing_can_be_taken_from_an_empty_side() -> None:
    takes = [one.take > 0 for one in TABLE.actions]
    assert not mask_of(100, 10, 2, 0, 0)[takes].any()


def test_prices_stand_by_the_near_touch_on_both_sides() -> None:
    pegs = (Placement.JOIN, Placement.IMPROVE, Placement.BEHIND)
    table = ActionTable(tuple(Action(placement=one, rest=1.0) for one in pegs))
    for side, near in ((1, 100), (-1, 103)):
        wanted = table.wanted(
            np.arange(3),
            slice_lots=np.full(3, 10),
            left=np.full(3, 100),
            side=np.full(3, side),
            touch=np.tile([near, 203 - near], (3, 1, 1)),
            resting_price=np.zeros((3, 1), np.int64),
        )
        assert wanted.price_ticks[:, 0].tolist() == [near, near + side, near - side]


def test_an_action_says_nothing_of_the_venues_that_it_does_not_name() -> None:
    table = default_actions(2)
    chosen = np.array([table.names.index("join 4, take 1 at 2")])
    wanted = table.wanted(
        chosen,
        slice_lots=np.array([10]),
        left=np.array([100]),
        side=np.array([1]),
        touch=np.array([[[100, 102], [99, 101]]]),
        resting_price=np.zeros((1, 2), np.int64),
    )
    assert wanted.placement.tolist() == [[Placement.JOIN, Placement.AS_BEFORE]]
    assert wanted.rest.tolist() == [[40, 0]]
    assert wanted.take.tolist() == [[0, 10]]
    assert wanted.price_ticks[0, 0] == 100


def test_venues_are_masked_one_by_one() -> None:
    table = default_actions(2)
    permitted = table.mask(
        slice_lots=np.array([10]),
        left=np.array([100]),
        spread_ticks=np.array([[1, 2]]),
        far_lots=np.array([[0, 50]]),
        resting=np.array([[5, 0]]),
    )[0]
    found = {name for name, may in zip(table.names, permitted, strict=True) if may}
    assert {"as before", "withdraw", "improve 1 at 2", "join 1, take 1 at 2"} <= found
    assert {"withdraw everywhere", "improve 1 everywhere"} <= found
    assert not {"withdraw at 2", "improve 1", "as before, take 1"} & found


def test_an_action_everywhere_is_done_at_each_venue_by_its_own_touch() -> None:
    table = default_actions(2)
    wanted = table.wanted(
        np.array([table.names.index("join 1 everywhere")]),
        slice_lots=np.array([10]),
        left=np.array([100]),
        side=np.array([-1]),
        touch=np.array([[[102, 100], [101, 99]]]),
        resting_price=np.zeros((1, 2), np.int64),
    )
    assert wanted.rest.tolist() == [[10, 10]]
    assert wanted.price_ticks.tolist() == [[102, 101]]


def test_one_venue_has_the_actions_that_shipped_agents_know() -> None:
    names = default_actions().names
    assert len(names) == 18
    assert names[:4] == ("keep", "keep, take 1", "keep, take 3", "withdraw")
    assert len(set(default_actions(3).names)) == len(default_actions(3)) == 21 * 7
