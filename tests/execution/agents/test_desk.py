"""A desk's orders: every lot and every tick accounted for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from execution.agents.episodes import Episodes
from execution.agents.task import RewardTerms
from tests.execution.agents.small_markets import small_source, small_task


def random_choices(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.array([rng.choice(np.flatnonzero(row)) for row in mask])


@pytest.mark.parametrize("seed", [1, 2])
def test_the_named_costs_add_up_to_the_shortfall_of_the_accounts_exactly(seed: int) -> None:
    episodes = Episodes(small_source(), small_task(), count=6, seed=np.random.SeedSequence(seed))
    desk, rng, total, over = episodes.desk, np.random.default_rng(seed), np.zeros(6), np.zeros(6, bool)
    while not over.all():
        costs = desk.act(random_choices(desk.mask(), rng))
        total += costs.spread + costs.impact + costs.timing + costs.opportunity
        over = desk.is_over
        # What is left counts at the mid in the accounts' shortfall; while work goes on, as timing does.
        np.testing.assert_array_equal(total[over], desk.shortfall()[over])
    assert (desk.left >= 0).all()


def test_accounts_hold_what_the_order_has_traded_and_nothing_rests_at_the_end() -> None:
    episodes = Episodes(small_source(), small_task(), count=4, seed=np.random.SeedSequence(3))
    desk, rng = episodes.desk, np.random.default_rng(3)
    before = desk.markets.account["position"].copy()
    while not desk.is_over.all():
        desk.act(random_choices(desk.mask(), rng))
        traded = desk.memory["side"] * (desk.markets.account["position"] - before)
        np.testing.assert_array_equal(traded + desk.left, desk.memory["quantity"])
        assert (desk.memory["resting"] <= desk.left).all()
    assert (desk.memory["resting"] == 0).all()


@pytest.mark.parametrize(("share", "completes"), [(0.03, True), (0.5, False)])
def test_what_waits_is_crossed_at_the_end_as_far_as_the_book_goes(share: float, completes: bool) -> None:
    task = replace(small_task(), participation=(share, share))
    desk = Episodes(small_source("calm"), task, count=3, seed=np.random.SeedSequence(4)).desk
    for _ in range(12):
        costs = desk.act(np.zeros(3, np.int64))
    assert ((desk.left == 0) == completes).all()
    assert ((costs.opportunity == 0.0) == completes).all()
    assert (costs.spread > 0.0).all()
    assert (costs.impact >= 0.0).all()


def test_the_reward_is_minus_its_terms_and_news_are_taken_off_where_asked() -> None:
    both = [
        Episodes(small_source(), small_task(terms), count=3, seed=np.random.SeedSequence(5))
        for terms in (RewardTerms(), RewardTerms(news_control=True, ticks=2.0))
    ]
    for _ in range(5):
        plain, controlled = (one.step(np.full(3, 10)) for one in both)
        np.testing.assert_allclose(
            -plain.reward * plain.quantity, plain.costs.total + plain.completion, rtol=1e-12
        )
        np.testing.assert_allclose(
            2.0 * controlled.reward * plain.quantity, plain.reward * plain.quantity + plain.control, rtol=1e-9
        )


def test_a_market_does_not_depend_on_how_many_stand_beside_it() -> None:
    def first_rewards(count: int) -> list[float]:
        episodes = Episodes(small_source("calm"), small_task(), count=count, seed=np.random.SeedSequence(6))
        return [float(episodes.step(np.full(count, 10)).reward[0]) for _ in range(14)]

    assert first_rewards(1) == first_rewards(3)


def test_a_decision_that_is_done_again_is_as_many_steps() -> None:
    task = replace(small_task(), participation=(0.2, 0.2))
    often = Episodes(small_source(), task, count=3, seed=np.random.SeedSequence(8))
    seldom = Episodes(
        small_source(), replace(task, decisions=4, repeats=3), count=3, seed=np.random.SeedSequence(8)
    )
    for _ in range(3):
        each = [often.step(np.full(3, 12)).costs.total for _ in range(3)]
        np.testing.assert_allclose(np.sum(each, axis=0), seldom.step(np.full(3, 12)).costs.total, rtol=1e-12)
    np.testing.assert_array_equal(often.desk.memory, seldom.desk.memory)
