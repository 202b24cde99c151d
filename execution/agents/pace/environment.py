"""Long orders by their pace as gymnasium's vectorised environment: many markets stepped in one call."""

from __future__ import annotations

from typing import Any, final

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from execution.agents.pace.actions import BoolArray
from execution.agents.pace.episodes import PaceEpisodes, PaceReward
from execution.agents.pace.observation import FEATURES, LARGEST_FEATURE
from execution.agents.pace.timelines import LongOrders
from execution.agents.vector_environment import refuse_masked

FloatArray32 = npt.NDArray[np.float32]


@final
class PaceVectorEnv(VectorEnv[FloatArray32, npt.NDArray[np.int64], npt.NDArray[Any]]):
    """Long orders in groups of markets; one that ends is followed by the next one in the same step.

    info: "action_mask" (market, action), the interval's "cost", "news" and "risk" (market,), and, where an
    order has ended, "final_obs". A masked action raises ValueError.
    """

    metadata = {"autoreset_mode": AutoresetMode.SAME_STEP, "render_modes": []}  # noqa: RUF012 - gymnasium's

    def __init__(
        self, law: LongOrders, *, groups: int, members: int = 4, reward: PaceReward | None = None
    ) -> None:
        self.episodes = PaceEpisodes(
            law, reward or PaceReward(), groups=groups, members=members, seed=np.random.SeedSequence(0)
        )
        self.num_envs = len(self.episodes)
        self.single_observation_space = gymnasium.spaces.Box(
            -LARGEST_FEATURE, LARGEST_FEATURE, (len(FEATURES),), np.float32
        )
        self.single_action_space = gymnasium.spaces.Discrete(len(self.episodes.table))
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.action_space = batch_space(self.single_action_space, self.num_envs)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[FloatArray32, dict[str, Any]]:
        """Make the markets anew, from the seed where one is given."""
        if seed is not None or self._np_random is None:
            super().reset(seed=seed, options=options)
        words = self.np_random.integers(0, 2**32, 4).tolist()
        observation = self.episodes.start(np.random.SeedSequence(words))
        return observation, {"action_mask": self.action_masks()}

    def step(
        self, actions: npt.NDArray[np.int64]
    ) -> tuple[FloatArray32, npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any], dict[str, Any]]:
        """Do one decision in every market."""
        refuse_masked(actions, self.action_masks())
        step = self.episodes.step(np.asarray(actions, np.int64))
        info: dict[str, Any] = {"action_mask": self.action_masks()}
        info |= {"cost": step.cost, "news": step.news, "risk": step.risk}
        if step.done.any():
            info["final_obs"], info["_final_obs"] = step.last, step.done
        never = np.zeros(self.num_envs, np.bool_)
        return step.observation, step.reward, step.done, never, info

    def action_masks(self) -> BoolArray:
        """Which actions may be chosen now, shape (market, action)."""
        return self.episodes.mask()
