"""A liquidation of several legs as gymnasium's vectorised environment, with continuous actions."""

from __future__ import annotations

from typing import Any, final

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from execution.agents.network_policy import NetworkPolicy
from execution.agents.optimum_tasks.liquidation_task import LiquidationTask
from execution.agents.optimum_tasks.scheduling_env import REACH, SCALE, SingleArray
from execution.schedules.schedule import FloatArray

_LEAST = 1e-9


@final
class LiquidationEnv(VectorEnv[SingleArray, npt.NDArray[Any], npt.NDArray[Any]]):
    """The same legs in `count` markets, from the start in step with one another.

    Observation: the time left and its logarithm, what is left of each leg, and the logarithm of that over the
    time left. Action (leg,) in [-3, 3]: the share of what is left of a leg that is traded has the log-odds of
    the even pace plus that; the last trade is all. Reward: as `SchedulingEnv`'s, what is saved against
    trading evenly from here; 0 is the even schedule, and nothing is given away about the best one.
    """

    left: FloatArray
    trade: int
    metadata = {"autoreset_mode": AutoresetMode.SAME_STEP, "render_modes": []}  # noqa: RUF012 - gymnasium's

    def __init__(self, task: LiquidationTask, *, count: int) -> None:
        self.task, self.num_envs, self.legs = task, count, task.model.legs
        width = 2 + 2 * self.legs
        self.single_observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (width,), np.float32)
        self.single_action_space = gymnasium.spaces.Box(-REACH, REACH, (self.legs,), np.float32)
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
        parts = self.left * self._shares(np.asarray(actions))
        saved = self._finish_cost() - self.task.step_cost(self.left, parts)
        self.left, self.trade = self.left - parts, self.trade + 1
        saved -= self._finish_cost()
        never, done = np.zeros((2, self.num_envs), np.bool_)
        infos: dict[str, Any] = {}
        if self.trade == self.task.trades:
            done[:] = True
            infos = {"final_obs": self._seen(), "_final_obs": done}
            self._start()
        return self._seen(), SCALE * saved, done, never, infos

    def _finish_cost(self) -> FloatArray:
        return self.task.finish_cost(self.left, self.task.trades - self.trade)

    def _start(self) -> None:
        self.left, self.trade = np.ones((self.num_envs, self.legs)), 0

    def _shares(self, actions: npt.NDArray[Any]) -> FloatArray:
        """Share of what is left that is traded now, shape (market, leg)."""
        trades_left = self.task.trades - self.trade
        if trades_left == 1:
            return np.ones((self.num_envs, self.legs))
        odds: FloatArray = np.exp(np.clip(actions.astype(np.float64), -REACH, REACH)) / (trades_left - 1)
        return odds / (1.0 + odds)

    def _seen(self) -> SingleArray:
        time_left = 1.0 - self.trade / self.task.trades
        log_time_left = np.log(max(time_left, 1.0 / self.task.trades))
        times = np.tile([time_left, log_time_left], (self.num_envs, 1))
        pace = np.log((self.left + _LEAST) / (time_left + _LEAST))
        return np.column_stack([times, self.left, pace]).astype(np.float32)


def parts_of(policy: NetworkPolicy, env: LiquidationEnv) -> FloatArray:
    """The parts of the quantities (trade, leg) that a policy trades in the environment's first market."""
    observation, _ = env.reset()
    parts = np.empty((env.task.trades, env.legs))
    for trade in range(env.task.trades):
        before = env.left[0].copy()
        observation, _, done, _, _ = env.step(np.clip(policy.outputs(observation), -REACH, REACH))
        parts[trade] = before - (0.0 if done[0] else env.left[0])
    return parts
