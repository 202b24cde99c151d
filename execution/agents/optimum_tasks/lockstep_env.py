"""Markets in step with one another as gymnasium's vectorised environment: what orders have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from execution.schedules.schedule import FloatArray

SingleArray = npt.NDArray[np.float32]

# Of the log-odds of the share that is traded against those of the even pace.
REACH = 3.0
SCALE = 10.0


class LockstepEnv(VectorEnv[SingleArray, npt.NDArray[Any], npt.NDArray[Any]], ABC):
    """The same order in `count` markets, which all trade at once and so all end at once, after `trades`.

    Reward: what a trade saves if all that it leaves is traded evenly, against trading all evenly from before
    it, in tenths of what the even schedule costs; so rewards sum to what is saved against that, and trading
    evenly earns 0 from anywhere. This shaping leaves the best schedule as it is (Ng, Harada and Russell
    1999), and nothing is given away about it.
    """

    trade: int
    metadata = {"autoreset_mode": AutoresetMode.SAME_STEP, "render_modes": []}  # noqa: RUF012 - gymnasium's

    def __init__(self, *, count: int, trades: int, features: int, actions: gymnasium.Space[Any]) -> None:
        self.num_envs, self.trades = count, trades
        self.single_observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (features,), np.float32)
        self.single_action_space = actions
        self.observation_space = batch_space(self.single_observation_space, count)
        self.action_space = batch_space(self.single_action_space, count)
        self._start()

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[SingleArray, dict[str, Any]]:
        """Start anew; nothing is random."""
        super().reset(seed=seed, options=options)
        self._start()
        return self._seen(), {}

    def step(
        self, actions: npt.NDArray[Any]
    ) -> tuple[SingleArray, npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any], dict[str, Any]]:
        """Trade once in every market."""
        saved = self._finish_cost() - self._traded(np.asarray(actions))
        self.trade += 1
        saved -= self._finish_cost()
        never, done = np.zeros((2, self.num_envs), np.bool_)
        infos: dict[str, Any] = {}
        if self.trade == self.trades:
            done[:] = True
            infos = {"final_obs": self._seen(), "_final_obs": done}
            self._start()
        return self._seen(), SCALE * saved, done, never, infos

    @abstractmethod
    def _start(self) -> None:
        """All is left and no trade is done."""

    @abstractmethod
    def _traded(self, actions: npt.NDArray[Any]) -> FloatArray:
        """Trade once; what that costs, shape (market,), over the cost of the even schedule."""

    @abstractmethod
    def _finish_cost(self) -> FloatArray:
        """What it costs to trade what is left evenly, shape (market,), over the cost of the even schedule."""

    @abstractmethod
    def _seen(self) -> SingleArray:
        """The observations, shape (market, feature)."""
