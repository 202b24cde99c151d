from __future__ import annotations

import numpy as np
import pytest
from gymnasium.utils.env_checker import data_equivalence

from execution.agents.queue_reactive_play import play, posted_share, twap
from execution.agents.queue_reactive_task import (
    FloatArray,
    QueueReactiveMarkets,
    QueueReactiveTask,
    published_market,
)
from execution.agents.queue_reactive_vector import QueueReactiveVectorEnv

SEED = np.random.SeedSequence(9)
RULES = {"TWAP": twap, "POPV1": posted_share(1, 1), "POPV3": posted_share(3, 2)}
PUBLISHED = {"TWAP": -0.365, "POPV1": -0.343, "POPV3": -0.400}


def test_twap_buys_one_at_each_of_25_decisions() -> None:
    found = play(twap, episodes=20, seed=SEED)
    assert (found.decisions == 25).all()
    assert (found.unfinished == 0).all()


def test_the_same_seed_gives_the_same_markets_again_and_to_fewer_episodes() -> None:
    rule = posted_share(2, 1)
    all_of_them, some = play(rule, episodes=270, seed=SEED), play(rule, episodes=250, seed=SEED)
    assert (all_of_them.reward[:250] == some.reward).all()


def test_waiting_to_the_end_leaves_everything_unfinished() -> None:
    found = play(lambda markets: np.zeros(len(markets), np.int64), episodes=10, seed=SEED)
    assert (found.unfinished == 25).all()


def test_rules_come_out_as_published_within_their_errors() -> None:
    found = {name: play(rule, episodes=600, seed=SEED).reward for name, rule in RULES.items()}
    for name, reward in found.items():
        error = reward.std() / np.sqrt(600)
        assert reward.mean() == pytest.approx(PUBLISHED[name], abs=3.5 * error + 0.03), name


def shaped_sums(env: QueueReactiveVectorEnv, steps: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Of the first episode of each market: shaped rewards, the task's rewards, the ask at the start."""
    _, info = env.reset(seed=4)
    ask = env.markets.ask_ticks - env.markets.reference_ticks
    shaped, earned = np.zeros(env.num_envs), np.zeros(env.num_envs)
    is_first = np.ones(env.num_envs, np.bool_)
    rng = np.random.default_rng(0)
    for _ in range(steps):
        chances = np.where(info["action_mask"], rng.random((env.num_envs, 3)), -1.0)
        _, reward, done, _, info = env.step(chances.argmax(axis=1))
        shaped += np.where(is_first, reward, 0.0)
        earned += np.where(is_first, info["reward"], 0.0)
        is_first &= ~done
    return shaped, earned, ask


def test_shaped_rewards_add_up_to_the_task_s_and_the_ask_at_the_start() -> None:
    task = QueueReactiveTask(quantity=5, penalty=0.0)
    env = QueueReactiveVectorEnv(count=32, task=task, unit=1.0)
    shaped, earned, ask = shaped_sums(env, 25)
    assert shaped == pytest.approx(earned / 0.01 + 5 * ask, abs=1e-9)


def test_the_penalty_is_charged_for_what_the_last_decision_leaves_whatever_the_sign() -> None:
    for sign in (1.0, -1.0):
        charged = [
            QueueReactiveVectorEnv(
                count=4, task=QueueReactiveTask(decisions=1, penalty=penalty), unit=1.0, sign=sign
            )
            for penalty in (0.0, 0.5)
        ]
        rewards = []
        for env in charged:
            env.reset(seed=1)
            rewards.append(env.step(np.zeros(4, np.int64))[1])
        assert rewards[0] - rewards[1] == pytest.approx(np.full(4, 25 * 50.0))


def test_a_masked_action_is_refused() -> None:
    env = QueueReactiveVectorEnv(count=64)
    env.reset(seed=1)
    masked = np.flatnonzero(~env.action_masks()[:, 1])
    actions = np.zeros(64, np.int64)
    actions[masked] = 1
    with pytest.raises(ValueError, match=f"market {masked[0]}"):
        env.step(actions)


def test_a_seed_gives_the_same_markets_and_spaces_hold_what_is_seen() -> None:
    first, second = QueueReactiveVectorEnv(count=8), QueueReactiveVectorEnv(count=8)
    seen, _ = first.reset(seed=5)
    assert data_equivalence(seen, second.reset(seed=5)[0])
    assert first.observation_space.contains(seen)
    assert data_equivalence(first.step(np.zeros(8, np.int64))[0], second.step(np.zeros(8, np.int64))[0])


def test_episodes_of_a_learner_begin_anywhere_when_asked_for() -> None:
    markets = QueueReactiveMarkets(
        published_market(), count=400, seed=SEED, forever=True, starts=np.random.default_rng(0)
    )
    assert set(markets.left) == set(range(1, 26))
    assert set(markets.decision) == set(range(25))
