"""The execution task as a gymnasium environment of one market."""

from __future__ import annotations

from typing import Any, final

import gymnasium
import numpy as np
import numpy.typing as npt

from execution.agents.actions import ActionTable, BoolArray
from execution.agents.episodes import Episodes
from execution.agents.market_source import MarketSource
from execution.agents.task import ExecutionTask
from execution.agents.vector_environment import observation_space, refuse_masked, reward_terms

FloatArray32 = npt.NDArray[np.float32]


@final
class ExecutionEnv(gymnasium.Env[Any, np.int64]):
    """One parent order after the other in one market; the mask is in info["action_mask"].

    `action_masks` has the name that sb3-contrib's MaskablePPO looks for. A masked action raises ValueError
    unless `strict` is False: then what it asks for beyond what can be done is left undone, as an agent that
    knows no masks needs it.
    """

    metadata = {"render_modes": []}  # noqa: RUF012 - gymnasium's own

    def __init__(
        self,
        source: MarketSource,
        task: ExecutionTask,
        *,
        table: ActionTable | None = None,
        strict: bool = True,
    ) -> None:
        self.episodes = Episodes(source, task, count=1, seed=np.random.SeedSequence(0), table=table)
        self.observation_space = observation_space(self.episodes.desk.features)
        self.action_space = gymnasium.spaces.Discrete(len(self.episodes.table))
        self._strict = strict

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[FloatArray32, dict[str, Any]]:
        """Begin in a fresh market, from the seed where one is given."""
        super().reset(seed=seed, options=options)
        words = self.np_random.integers(0, 2**32, 4).tolist()
        observation = self.episodes.start(np.random.SeedSequence(words))
        return observation[0], {"action_mask": self.action_masks()}

    def step(self, action: np.int64) -> tuple[FloatArray32, float, bool, bool, dict[str, Any]]:
        """Do one decision; info has the reward's terms."""
        chosen = np.array([action], np.int64)
        if self._strict:
            refuse_masked(chosen, self.episodes.mask())
        step = self.episodes.step(chosen)
        terms = {name: float(value[0]) for name, value in reward_terms(step).items()}
        info = {"action_mask": self.action_masks(), **terms}
        return step.last[0], float(step.reward[0]), bool(step.done[0]), False, info

    def action_masks(self) -> BoolArray:
        """Which actions may be chosen now, shape (action,)."""
        mask: BoolArray = self.episodes.mask()[0]
        return mask
