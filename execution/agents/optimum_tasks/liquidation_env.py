"""A liquidation of several legs as gymnasium's vectorised environment, with continuous actions."""

from __future__ import annotations

from typing import Any, final

import gymnasium
import numpy as np
import numpy.typing as npt

from execution.agents.network_policy import NetworkPolicy
from execution.agents.optimum_tasks.liquidation_task import LiquidationTask
from execution.agents.optimum_tasks.lockstep_env import REACH, LockstepEnv, SingleArray
from execution.schedules.schedule import FloatArray

_LEAST = 1e-9


@final
class LiquidationEnv(LockstepEnv):
    """Several legs at once.

    Observation: the time left and its logarithm, what is left of each leg, and the logarithm of that over the
    time left. Action (leg,) in [-3, 3]: the share of what is left of a leg that is traded has the log-odds of
    the even pace plus that; the last trade is all, and 0 is the even schedule.
    """

    left: FloatArray

    def __init__(self, task: LiquidationTask, *, count: int) -> None:
        self.task, self.legs = task, task.model.legs
        choices = gymnasium.spaces.Box(-REACH, REACH, (self.legs,), np.float32)
        super().__init__(count=count, trades=task.trades, features=2 + 2 * self.legs, actions=choices)

    def _traded(self, actions: npt.NDArray[Any]) -> FloatArray:
        parts = self.left * self._shares(actions)
        cost = self.task.step_cost(self.left, parts)
        self.left = self.left - parts
        return cost

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
