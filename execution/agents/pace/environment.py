"""Long orders by their pace as gymnasium's vectorised environment: many markets stepped in one call."""

from __future__ import annotations

from typing import final

import gymnasium
import numpy as np
import numpy.typing as npt

from execution.agents.pace.episodes import PaceEpisodes, PaceReward, PaceStep
from execution.agents.pace.observation import FEATURES, LARGEST_FEATURE
from execution.agents.pace.timelines import LongOrders
from execution.agents.vector_environment import OrderVectorEnv


@final
class PaceVectorEnv(OrderVectorEnv[PaceStep]):
    """Long orders in groups of markets; info has the interval's "cost", "news" and "risk"."""

    def __init__(
        self, law: LongOrders, *, groups: int, members: int = 4, reward: PaceReward | None = None
    ) -> None:
        self.episodes = PaceEpisodes(
            law, reward or PaceReward(), groups=groups, members=members, seed=np.random.SeedSequence(0)
        )
        observed = gymnasium.spaces.Box(-LARGEST_FEATURE, LARGEST_FEATURE, (len(FEATURES),), np.float32)
        super().__init__(self.episodes, observed=observed, actions=len(self.episodes.table))

    def told(self, step: PaceStep) -> dict[str, npt.NDArray[np.float64]]:
        """The interval's parts."""
        return {"cost": step.cost, "news": step.news, "risk": step.risk}
