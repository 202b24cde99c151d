"""A task of memory: a cue is shown once, and some steps later the action must match it."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt

STEPS = 6
FEATURES = 2  # the cue, at the first step alone, and the share of steps that are over
FORBIDDEN = 2


class Recall(gymnasium.vector.VectorEnv[Any, Any, Any]):
    """Markets side by side; a third action is forbidden, would pay well and is counted."""

    metadata = {"autoreset_mode": gymnasium.vector.AutoresetMode.SAME_STEP}  # noqa: RUF012

    def __init__(self, count: int) -> None:
        self.num_envs = count
        self.single_observation_space = gymnasium.spaces.Box(-1.0, 1.0, (FEATURES,), np.float32)
        self.single_action_space = gymnasium.spaces.Discrete(3)
        self.generator = np.random.default_rng(0)
        self.broken = 0

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        if seed is not None:
            self.generator = np.random.default_rng(seed)
        self.cue = self.generator.integers(0, 2, self.num_envs)
        # Orders that begin at different times, as they do where some are done early.
        self.at = self.generator.integers(0, STEPS, self.num_envs)
        return self._seen(), {}

    def step(self, actions: npt.NDArray[np.int64]) -> Any:
        self.broken += int(np.count_nonzero(actions == FORBIDDEN))
        self.at += 1
        done = self.at == STEPS
        reward = np.where(actions == FORBIDDEN, 9.0, np.where(done, actions == self.cue, 0.0))
        last = self._seen()
        self.at[done] = 0
        self.cue[done] = self.generator.integers(0, 2, np.count_nonzero(done))
        infos = {"final_obs": list(last)} if done.any() else {}
        return self._seen(), reward, done, np.zeros(self.num_envs, np.bool_), infos

    def action_masks(self) -> npt.NDArray[np.bool_]:
        return np.tile([True, True, False], (self.num_envs, 1))

    def _seen(self) -> npt.NDArray[np.float32]:
        cue = np.where(self.at == 0, 2.0 * self.cue - 1.0, 0.0)
        return np.column_stack([cue, self.at / STEPS]).astype(np.float32)


def cued() -> npt.NDArray[np.float32]:
    """An episode of either cue, shape (step, market, feature)."""
    seen = np.zeros((STEPS, 2, FEATURES), np.float32)
    seen[0, :, 0] = [-1.0, 1.0]
    seen[:, :, 1] = np.arange(STEPS)[:, None] / STEPS
    return seen
