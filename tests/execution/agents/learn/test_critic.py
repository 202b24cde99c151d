"""What the critic is taught: returns of its own lambda, from the rollout that the advantages come from."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from gymnasium.spaces import Box, Discrete
from stable_baselines3.common.buffers import RolloutBuffer

from execution.agents.learn.ppo import teach_critic

DISCOUNT = 0.97


def rollout(decay: float) -> tuple[RolloutBuffer, np.ndarray, np.ndarray]:
    """A rollout of 40 steps in three markets, the values behind it, and where its last steps end orders."""
    rng = np.random.default_rng(4)
    buffer = RolloutBuffer(
        40, Box(-1.0, 1.0, (2,)), Discrete(2), gae_lambda=decay, gamma=DISCOUNT, n_envs=3, device="cpu"
    )
    buffer.rewards[:], buffer.values[:] = rng.normal(size=(2, 40, 3))
    buffer.episode_starts[:] = rng.random((40, 3)) < 0.1
    last, ends = rng.normal(size=3).astype(np.float32), np.array([False, True, False])
    buffer.compute_returns_and_advantage(torch.from_numpy(last), ends)
    return buffer, last, ends


def test_its_returns_are_the_rewards_to_the_order_s_end_and_the_value_behind_the_rollout() -> None:
    buffer, last, ends = rollout(0.8)
    advantages = buffer.advantages.copy()
    teach_critic(buffer, DISCOUNT, 1.0)
    expected = np.where(ends, 0.0, last).astype(np.float64)
    for step in reversed(range(40)):
        following = expected
        if step < 39:
            following = np.where(buffer.episode_starts[step + 1] > 0, 0.0, expected)
        expected = buffer.rewards[step] + DISCOUNT * following
        np.testing.assert_allclose(buffer.returns[step], expected, atol=1e-4)
    np.testing.assert_array_equal(buffer.advantages, advantages)


@pytest.mark.parametrize("decay", [0.0, 0.6, 1.0])
def test_its_returns_are_the_usual_ones_where_the_lambda_is_the_same(decay: float) -> None:
    buffer, *_ = rollout(decay)
    usual = buffer.returns.copy()
    teach_critic(buffer, DISCOUNT, decay)
    np.testing.assert_allclose(buffer.returns, usual, atol=1e-5)
