"""The environments: gymnasium's and stable-baselines3's own contracts, masks, one truth in both forms."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from stable_baselines3 import PPO
from stable_baselines3.common.env_checker import check_env as check_for_stable_baselines

from execution.agents.environment import ExecutionEnv
from execution.agents.observation import FEATURES
from execution.agents.vector_environment import ExecutionVectorEnv
from tests.execution.agents.small_markets import small_source, small_task


def test_gymnasium_and_stable_baselines_find_nothing_to_object_to() -> None:
    env = ExecutionEnv(small_source("calm"), small_task(), strict=False)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*alternative render modes.*")
        check_env(env)
        check_for_stable_baselines(env)


def test_stable_baselines_learns_in_it_as_it_is() -> None:
    env = ExecutionEnv(small_source("calm"), small_task(), strict=False)
    model = PPO("MlpPolicy", env, n_steps=24, batch_size=24, n_epochs=1, seed=0, device="cpu")
    assert model.learn(24).num_timesteps == 24


def test_an_episode_ends_with_the_horizon_and_its_terms_add_up_to_the_reward() -> None:
    env = ExecutionEnv(small_source("calm"), small_task())
    observation, info = env.reset(seed=1)
    assert observation.shape == (len(FEATURES),)
    for step in range(12):
        _, reward, ended, _, info = env.step(np.int64(0))
        terms = ("spread", "impact", "timing", "fees", "opportunity", "completion", "risk")
        assert reward == pytest.approx(-sum(info[name] for name in terms), abs=1e-9)
        assert ended == (step == 11)


def test_a_masked_action_is_refused_by_name() -> None:
    env = ExecutionEnv(small_source("calm"), small_task())
    _, info = env.reset(seed=1)
    masked = int(np.flatnonzero(~info["action_mask"])[0])
    with pytest.raises(ValueError, match=f"action {masked} is masked in market 0"):
        env.step(np.int64(masked))


def test_one_seed_gives_one_course_of_many_markets() -> None:
    def course() -> list[float]:
        env = ExecutionVectorEnv(small_source(), small_task(), count=3)
        env.reset(seed=5)
        return [float(reward) for _ in range(13) for reward in env.step(np.zeros(3, np.int64))[1]]

    assert course() == course()


def test_an_order_that_ends_is_followed_by_the_next_in_the_same_step() -> None:
    task = replace(small_task(), participation=(0.02, 0.03))
    env = ExecutionVectorEnv(small_source("calm"), task, count=2)
    env.reset(seed=2)
    for _ in range(12):
        observation, _, ended, _, info = env.step(np.zeros(2, np.int64))
    assert ended.all()
    np.testing.assert_array_equal(info["final_obs"][:, 0], 0.0)
    np.testing.assert_array_equal(observation[:, :2], 1.0)
