from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.agents.queue_reactive_observation import BOOK_FEATURES, PAPER_FEATURES, observe
from execution.agents.queue_reactive_task import (
    FloatArray,
    QueueReactiveMarkets,
    QueueReactiveTask,
    published_market,
    still_market,
)
from execution.errors import OrderRejectedError

SEED = np.random.SeedSequence(3)


def markets(count: int = 16, seed: int = 1, **task: object) -> QueueReactiveMarkets:
    return QueueReactiveMarkets(
        published_market(),
        count=count,
        seed=np.random.SeedSequence(seed),
        task=QueueReactiveTask(**task),  # type: ignore[arg-type]
    )


def at_random(found: QueueReactiveMarkets, rng: np.random.Generator) -> FloatArray:
    total = np.zeros(len(found))
    while not found.is_over.all():
        chances = np.where(found.action_masks(), rng.random((len(found), 3)), -1.0)
        total += found.step(found.lots(chances.argmax(axis=1)))[0]
    return total


@settings(deadline=None, max_examples=5)
@given(st.integers(0, 2**20))
def test_rewards_add_up_to_the_account_whatever_is_done(seed: int) -> None:
    found = markets(seed=seed, quantity=3, decisions=6)
    total = at_random(found, np.random.default_rng(seed))
    assert (found.account["position"] == 3).all()
    expected = 0.01 * (3 * found.reference_ticks + found.account["cash"])
    assert total == pytest.approx(expected, abs=1e-12)


def test_what_the_book_does_not_have_costs_a_tick_more_than_its_last_level() -> None:
    found = markets(quantity=500, decisions=1)
    asks = found.depth[:, 1].astype(np.float64)
    lots, worst = asks[:, :, 1].sum(axis=1), asks[:, :, 0].max(axis=1)
    paid = (asks[:, :, 0] * asks[:, :, 1]).sum(axis=1) + (500 - lots) * (worst + 1)
    reward, _ = found.step(np.zeros(16, np.int64))
    assert reward == pytest.approx(0.01 * (500 * 0.5 - paid), abs=1e-9)


def test_a_book_starts_with_the_reference_in_its_middle() -> None:
    found = markets(count=400)
    assert (found.reference_ticks == 0.5).all()
    assert abs(float((found.mid_ticks - 0.5).mean())) < 0.1
    assert (found.depth[:, 0, 0, 0] <= 0).all()
    assert (found.ask_ticks >= 1).all()


def test_half_of_the_best_ask_is_rounded_down_and_never_more_than_is_left() -> None:
    found = markets(quantity=3)
    best = found.depth[:, 1, 0, 1]
    assert (found.lots(np.ones(16, np.int64)) == np.minimum(best // 2, 3)).all()
    assert (found.lots(np.full(16, 2)) == np.minimum(best, 3)).all()


def test_what_would_buy_nothing_is_masked_but_waiting_is_not() -> None:
    found = markets(count=200)
    masks, best = found.action_masks(), found.depth[:, 1, 0, 1]
    assert masks[:, 0].all()
    assert (masks[:, 1] == (best >= 2)).all()


def test_who_waits_buys_everything_at_the_end_and_is_reported_unfinished() -> None:
    found = markets(decisions=2)
    nothing = np.zeros(16, np.int64)
    assert not found.step(nothing)[1].any()
    reward, done = found.step(nothing)
    assert done.all()
    assert (found.unfinished == 25).all()
    assert (found.left == 0).all()
    assert (reward < 0.0).any()


def test_markets_whose_episode_is_over_are_left_alone() -> None:
    found = markets(quantity=1)
    found.step(np.ones(16, np.int64))
    before = found.depth.copy()
    reward, done = found.step(np.ones(16, np.int64))
    assert not done.any()
    assert (reward == 0.0).all()
    assert (found.depth == before).all()


def test_a_market_does_not_depend_on_the_others_beside_it() -> None:
    few, many = markets(count=3), markets(count=16)
    for _ in range(5):
        assert (few.depth == many.depth[:3]).all()
        few.step(np.ones(3, np.int64))
        many.step(np.ones(16, np.int64))


def test_an_episode_that_follows_has_the_law_of_a_first_one() -> None:
    forever = QueueReactiveMarkets(
        published_market(), count=1_500, seed=SEED, task=QueueReactiveTask(quantity=1), forever=True
    )
    first = forever.depth.copy()
    _, done = forever.step(np.ones(1_500, np.int64))
    assert done.all()
    assert (forever.left == 1).all()
    spreads = [float((each[:, 1, 0, 0] - each[:, 0, 0, 0]).mean()) for each in (first, forever.depth)]
    lots = [float(each[:, :, :, 1].mean()) for each in (first, forever.depth)]
    assert spreads[1] == pytest.approx(spreads[0], abs=0.06)
    assert lots[1] == pytest.approx(lots[0], abs=0.5)
    assert (np.abs(forever.mid_ticks - forever.reference_ticks) <= 3.0).all()


def test_nothing_can_be_won_in_a_still_market() -> None:
    found = QueueReactiveMarkets(still_market(), count=8, seed=SEED)
    assert at_random(found, np.random.default_rng(0)) == pytest.approx(np.full(8, -0.125), abs=1e-12)


def test_features_are_of_order_one_and_finite() -> None:
    found = markets(count=200)
    found.step(np.full(200, 3))
    for names in (BOOK_FEATURES, PAPER_FEATURES):
        seen = observe(found, names)
        assert seen.shape == (200, len(names))
        assert np.isfinite(seen).all()
        assert np.abs(seen).max() < 10.0


def test_the_book_s_features_do_not_know_the_price() -> None:
    found = markets()
    before = observe(found)
    found.reference_ticks = found.reference_ticks - 7.0
    assert (observe(found) == before).all()
    assert (observe(found, PAPER_FEATURES)[:, 2] >= 7.0).all()


@pytest.mark.parametrize(
    "wrong", [{"quantity": 0}, {"decisions": 0}, {"shares": (0.5, 1.0)}, {"tick": 0.0}, {"penalty": -1.0}]
)
def test_a_task_that_cannot_be_is_refused_by_the_name_of_its_field(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        replace(QueueReactiveTask(), **wrong)  # type: ignore[arg-type]


def test_selling_is_refused() -> None:
    with pytest.raises(OrderRejectedError, match="-1"):
        markets(count=2).step(np.array([1, -1]))
