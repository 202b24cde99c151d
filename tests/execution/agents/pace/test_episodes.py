"""Episodes of long orders: groups of equal markets, and rewards that add up."""

from __future__ import annotations

import numpy as np
import pytest

from execution.agents.pace.environment import PaceVectorEnv
from execution.agents.pace.episodes import PaceEpisodes, PaceReward
from execution.agents.pace.timelines import LongOrders
from execution.market.scenario import load_market

LAW = LongOrders(markets=[load_market("qdi")], hours=(0.2, 0.3), watch_minutes=(1.0, 2.0))


def episodes(*, groups: int = 2, members: int = 2, seed: int = 4) -> PaceEpisodes:
    return PaceEpisodes(LAW, PaceReward(), groups=groups, members=members, seed=np.random.SeedSequence(seed))


def test_members_of_a_group_see_the_same_and_are_rewarded_alike_for_the_same_actions() -> None:
    found = episodes()
    chosen = np.full(4, found.table.names.index("eager 1"))
    seen = found.desk.observation()
    np.testing.assert_array_equal(seen[0], seen[1])
    assert not np.array_equal(seen[0], seen[2])
    step = found.step(chosen)
    np.testing.assert_array_equal(step.reward, 0.0)
    np.testing.assert_array_equal(step.cost[0], step.cost[1])


def test_rewards_of_a_group_cancel_and_tell_its_members_apart() -> None:
    found = episodes()
    table = found.table.names
    step = found.step(np.array([table.index("brisk 2.5"), table.index("wait")] * 2))
    pairs = step.reward.reshape(2, 2)
    np.testing.assert_allclose(pairs.sum(axis=1), 0.0, atol=1e-12)
    assert (pairs[:, 0] != 0.0).all()


def test_one_member_alone_is_charged_cost_less_news_and_risk() -> None:
    found = episodes(members=1)
    step = found.step(np.full(2, found.table.names.index("leading 1")))
    charged = (step.cost - step.news + step.risk) / found.reward.ticks
    np.testing.assert_allclose(step.reward, -charged)


def test_a_group_is_renewed_together_when_its_time_is_up() -> None:
    found = episodes()
    chosen = np.full(4, found.table.names.index("eager 1"))
    quantity = found.desk.quantity.copy()
    for _ in range(8):
        mask = found.mask()
        step = found.step(np.where(mask[np.arange(4), chosen], chosen, mask.argmax(axis=1)))
        if step.done.any():
            break
    assert step.done.reshape(2, 2)[:, 0].tolist() == step.done.reshape(2, 2)[:, 1].tolist()
    new = np.flatnonzero(step.done)
    assert (found.desk.decision[new] == 0).all()
    assert (found.desk.quantity[new] != quantity[new]).all()
    np.testing.assert_array_equal(step.observation[new[0]], step.observation[new[1]])


def test_the_same_seed_gives_the_same_rewards() -> None:
    chosen = np.array([1, 5, 9, 13])
    first, second = (episodes().step(chosen).reward for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_the_environment_refuses_a_masked_action_and_resets_on_its_seed() -> None:
    env = PaceVectorEnv(LAW, groups=1, members=2)
    first, info = env.reset(seed=3)
    again, _ = env.reset(seed=3)
    np.testing.assert_array_equal(first, again)
    assert info["action_mask"].shape == (2, env.single_action_space.n)
    done = np.zeros(2, np.bool_)
    while not done.any():
        permitted = env.action_masks()
        _, _, done, _, info = env.step(permitted.argmax(axis=1))
    assert info["final_obs"].shape == first.shape
    while env.action_masks().all():
        env.step(np.zeros(2, np.int64))
    with pytest.raises(ValueError, match="masked"):
        env.step((~env.action_masks()).argmax(axis=1))
