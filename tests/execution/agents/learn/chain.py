"""Five states in a row: right nears a prize, back pays a little, a third action is forbidden."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt

STATES = 5
DISCOUNT = 0.9
BACK, RIGHT, FORBIDDEN = 0, 1, 2
PRIZE, LITTLE = 1.0, 0.02


class Chain(gymnasium.vector.VectorEnv[Any, Any, Any]):
    """Markets side by side; taking the forbidden action is counted, and would pay well."""

    metadata = {"autoreset_mode": gymnasium.vector.AutoresetMode.SAME_STEP}  # noqa: RUF012

    def __init__(self, count: int) -> None:
        self.num_envs = count
        self.single_observation_space = gymnasium.spaces.Box(0.0, 1.0, (STATES,), np.float32)
        self.single_action_space = gymnasium.spaces.Discrete(3)
        self.state = np.zeros(count, dtype=np.int64)
        self.generator = np.random.default_rng(0)
        self.broken = 0

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        if seed is not None:
            self.generator = np.random.default_rng(seed)
        self.state[:] = self.generator.integers(0, STATES, self.num_envs)
        return self._seen(), {}

    def step(self, actions: npt.NDArray[np.int64]) -> Any:
        self.broken += int(np.count_nonzero(actions == FORBIDDEN))
        done = (actions == RIGHT) & (self.state == STATES - 1)
        reward = np.where(
            done, PRIZE, np.where(actions == BACK, LITTLE, np.where(actions == RIGHT, 0.0, 9.0))
        )
        self.state = np.where(actions == RIGHT, np.minimum(self.state + 1, STATES - 1), 0)
        last = self._seen()
        self.state[done] = self.generator.integers(0, STATES, np.count_nonzero(done))
        infos = {"final_obs": list(last)} if done.any() else {}
        return self._seen(), reward, done, np.zeros(self.num_envs, np.bool_), infos

    def action_masks(self) -> npt.NDArray[np.bool_]:
        return np.tile([True, True, False], (self.num_envs, 1))

    def _seen(self) -> npt.NDArray[np.float32]:
        return np.eye(STATES, dtype=np.float32)[self.state]


def best_values() -> npt.NDArray[np.float64]:
    """Q* of the permitted actions (state, 2) by value iteration."""
    values = np.zeros((STATES, 2))
    for _ in range(500):
        best = values.max(axis=1)
        values = np.stack(
            [LITTLE + DISCOUNT * np.full(STATES, best[0]), np.append(DISCOUNT * best[1:], PRIZE)], axis=1
        )
    return values
