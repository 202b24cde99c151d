"""The desk of the pace: exact costs, nothing overfilled, and styles that differ as they say."""

from __future__ import annotations

import numpy as np
import pytest

from execution.agents.pace.actions import pace_actions
from execution.agents.pace.observation import FEATURES, LARGEST_FEATURE
from tests.execution.agents.pace.small_orders import chosen, small_desk

NAMES = pace_actions().names


@pytest.mark.parametrize("name", ["patient 1", "leading 2.5", "eager 1", "brisk 1.5"])
def test_costs_add_up_to_the_shortfall_and_the_order_is_done_at_the_end(name: str) -> None:
    desk = small_desk()
    total = np.zeros(2)
    for _ in range(3):
        mask = desk.mask()
        wanted = chosen(name)
        total += desk.act(np.where(mask[[0, 1], wanted], wanted, mask.argmax(axis=1)))
    np.testing.assert_array_equal(desk.left, 0)
    np.testing.assert_allclose(total, desk.shortfall())
    account = desk.markets.account
    np.testing.assert_array_equal(account["position"], 3000 * desk.side)
    paid = -1.0 * account["cash"] - account["position"] * desk.arrival_ticks + desk.fees
    np.testing.assert_allclose(desk.shortfall(), paid)


def test_an_order_that_waits_trades_nothing_until_its_last_interval() -> None:
    desk = small_desk()
    desk.act(chosen("wait"))
    np.testing.assert_array_equal(desk.left, 3000)
    assert (desk.markets.account["maker_lots"] == 0).all()
    desk.act(chosen("wait"))
    desk.act(chosen("brisk 1"))
    np.testing.assert_array_equal(desk.left, 0)


def test_patient_orders_rest_and_brisk_ones_take() -> None:
    patient, brisk = small_desk(), small_desk()
    patient.act(chosen("patient 1"))
    brisk.act(chosen("brisk 1"))
    assert (patient.markets.account["taker_lots"] == 0).all()
    assert (patient.markets.account["maker_lots"] > 0).all()
    np.testing.assert_array_equal(brisk.markets.account["taker_lots"], 1000)
    assert (brisk.markets.account["maker_lots"] == 0).all()


def test_an_eager_order_is_never_behind_at_the_end_of_an_interval() -> None:
    desk = small_desk()
    desk.act(chosen("eager 1"))
    np.testing.assert_array_equal(desk.left, 2000)


def test_a_faster_pace_trades_more() -> None:
    slow, fast = small_desk(), small_desk()
    slow.act(chosen("eager 0.5"))
    fast.act(chosen("eager 1.5"))
    np.testing.assert_array_equal(slow.left, 2500)
    np.testing.assert_array_equal(fast.left, 1500)


def test_orders_whose_time_is_up_wait_whatever_is_chosen() -> None:
    desk = small_desk(decisions=1)
    desk.act(chosen("brisk 1"))
    before = desk.markets.account.copy()
    desk.act(chosen("brisk 1"))
    assert desk.is_over.all()
    np.testing.assert_array_equal(desk.markets.account["position"], before["position"])


def test_what_is_seen_is_finite_and_bounded_from_the_first_look_to_the_last() -> None:
    desk = small_desk()
    for name in ("wait", "leading 1.5", "eager 1"):
        seen = desk.observation()
        assert seen.shape == (2, len(FEATURES))
        assert np.isfinite(seen).all()
        assert (np.abs(seen) <= LARGEST_FEATURE).all()
        desk.act(chosen(name))
    seen = dict(zip(FEATURES, desk.observation()[0], strict=True))
    assert seen["inventory_left"] == seen["time_left"] == 0.0
    assert seen["last_led"] == seen["last_crossed"] == 1.0


def test_the_own_order_is_no_part_of_the_depth_that_is_seen() -> None:
    waits, rests = small_desk(quantity=300_000), small_desk(quantity=300_000)
    waits.act(chosen("wait"))
    rests.act(chosen("patient 1"))
    near = FEATURES.index("near_depth")
    np.testing.assert_allclose(rests.observation()[:, near], waits.observation()[:, near], atol=0.7)
