"""A trained actor that acts as it learns: by its probabilities instead of by its likeliest action."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from execution.agents.network_policy import NetworkPolicy


class SampledPolicy:
    """What PPO improves is this policy; the likeliest action is what is left of it when it is sure."""

    def __init__(self, policy: NetworkPolicy, *, seed: int) -> None:
        self._policy, self.name = policy, f"{policy.name}, sampled"
        self._rng = np.random.default_rng(seed)

    def act(self, observation: npt.NDArray[np.float32], mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Actions (market,) for observations (market, feature) and masks (market, action)."""
        odds = self._policy.outputs(observation) + self._rng.gumbel(size=mask.shape)
        chosen: npt.NDArray[np.int64] = np.argmax(np.where(mask, odds, -np.inf), axis=1)
        return chosen
