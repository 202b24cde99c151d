"""Twins of orders: the same market and chance, worked another way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from execution.agents.actions import default_actions
from execution.agents.episodes import Episodes
from execution.agents.no_signal import FairGameSource
from execution.agents.task import RewardTerms
from tests.execution.agents.small_markets import small_source, small_task

JOIN = default_actions().names.index("join 1")
IMPROVE = default_actions().names.index("improve 1, take 1")


def episodes(
    twin_action: int | None, *, count: int = 4, seed: int = 3, marked: bool = False, finish: float = 0.0
) -> Episodes:
    terms = RewardTerms(
        news_control=True,
        completion_ticks=5.0,
        twin_action=twin_action,
        marked_at_reference=marked,
        finish_ticks=finish,
    )
    return Episodes(small_source(), small_task(terms), count=count, seed=np.random.SeedSequence(seed))


def allowed(orders: Episodes, action: int) -> np.ndarray:
    mask = orders.mask()
    return np.where(mask[:, action], action, mask.argmax(axis=1))


def test_who_does_as_the_twin_does_earns_exactly_nothing_in_order_after_order() -> None:
    orders = episodes(JOIN)
    steps = [orders.step(np.full(4, JOIN)) for _ in range(40)]
    assert sum(step.done.sum() for step in steps) >= 8
    assert all((step.reward == 0.0).all() for step in steps)


def test_a_twin_changes_the_reward_by_what_the_twin_costs_and_nothing_else() -> None:
    plain, beside = episodes(None), episodes(JOIN)
    for _ in range(6):
        one, other = plain.step(allowed(plain, IMPROVE)), beside.step(allowed(beside, IMPROVE))
        np.testing.assert_array_equal(one.costs.total, other.costs.total)
        np.testing.assert_allclose(
            other.reward * other.quantity, one.reward * one.quantity + other.twin, atol=1e-9
        )


def test_a_twin_takes_most_of_the_chance_out_of_what_an_order_costs() -> None:
    def spread(twin_action: int | None) -> float:
        orders, total = episodes(twin_action, count=24), np.zeros(24)
        for _ in range(12):
            total += orders.step(allowed(orders, JOIN + 3)).reward
        return float(total.std())

    assert spread(JOIN) < 0.7 * spread(None)


def test_markets_that_cannot_be_copied_are_refused() -> None:
    task = replace(small_task(), reward=RewardTerms(twin_action=JOIN))
    with pytest.raises(ValueError, match="cannot be copied"):
        Episodes(FairGameSource(), task, count=2, seed=np.random.SeedSequence(1))


def rewards_of_first_orders(orders: Episodes) -> np.ndarray:
    """Reward by step and market, zero after the first order's end."""
    steps, works = [], np.ones(len(orders), np.bool_)
    while works.any():
        step = orders.step(allowed(orders, JOIN + 3))
        steps.append(np.where(works, step.reward, 0.0))
        works &= ~step.done
    return np.array(steps)


def test_marking_at_the_reference_moves_rewards_in_time_and_not_in_sum() -> None:
    plain, marked = (rewards_of_first_orders(episodes(JOIN, count=24, marked=one)) for one in (False, True))
    np.testing.assert_allclose(marked.sum(axis=0), plain.sum(axis=0), atol=1e-9)
    assert marked.std() < 0.5 * plain.std()


def test_markets_without_a_reference_are_not_marked_at_it() -> None:
    task = replace(small_task(), reward=RewardTerms(marked_at_reference=True))
    with pytest.raises(ValueError, match="no reference price"):
        Episodes(FairGameSource(), task, count=2, seed=np.random.SeedSequence(1))


def test_a_finish_that_is_charged_beforehand_changes_no_sum_beside_a_twin() -> None:
    plain, charged = (
        rewards_of_first_orders(episodes(JOIN, count=24, marked=True, finish=one)) for one in (0.0, 2.0)
    )
    np.testing.assert_allclose(charged.sum(axis=0), plain.sum(axis=0), atol=1e-9)
    assert np.abs(charged - plain).max() > 0.01
