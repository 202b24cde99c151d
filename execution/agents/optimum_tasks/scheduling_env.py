"""A scheduling task as gymnasium's vectorised environment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

import gymnasium
import numpy as np
import numpy.typing as npt

from execution.agents.network_policy import NetworkPolicy
from execution.agents.optimum_tasks.lockstep_env import REACH, LockstepEnv, SingleArray
from execution.agents.optimum_tasks.scheduling_task import FloatArray, SchedulingTask

BoolArray = npt.NDArray[np.bool_]

FEATURES = ("time_left", "log_time_left", "quantity_left", "log_pace", "displacement")
# Multiples of the even pace, none and by equal factors from a quarter to four times; its own is always
# permitted, and alone so at the last trade.
MULTIPLES = (0.0, *(2.0 ** (power / 3.0) for power in range(-6, 7)))
_LEAST = 1e-9


@final
class SchedulingEnv(LockstepEnv):
    """An order whose impact decays. Observation: FEATURES.

    With multiples an action trades that multiple of the even pace, which is what is left over the trades
    left; multiples that exceed what is left are masked, and at the last trade all but 1. Without, an action a
    in [-3, 3] trades the share of what is left whose log-odds are those of the even pace plus a; the last
    trade is all.
    The multiple 1, or 0 in a box, is the even schedule.
    """

    left: FloatArray
    displacement: FloatArray

    def __init__(self, task: SchedulingTask, *, count: int, multiples: Sequence[float] | None = None) -> None:
        self.task = task
        self.multiples = None if multiples is None else np.asarray(multiples, dtype=np.float64)
        if self.multiples is not None and 1.0 not in self.multiples:
            raise ValueError("the even pace must be among the multiples")
        choices: gymnasium.Space[Any] = (
            gymnasium.spaces.Box(-REACH, REACH, (1,), np.float32)
            if self.multiples is None
            else gymnasium.spaces.Discrete(len(self.multiples))
        )
        super().__init__(count=count, trades=task.trades, features=len(FEATURES), actions=choices)

    def action_masks(self) -> BoolArray:
        """Which multiples may be chosen now, shape (market, action); without multiples everything may."""
        trades_left = self.task.trades - self.trade
        if self.multiples is None:
            return np.ones((self.num_envs, 1), np.bool_)
        permitted = self.multiples == 1.0 if trades_left == 1 else self.multiples <= trades_left
        return np.tile(permitted, (self.num_envs, 1))

    def _traded(self, actions: npt.NDArray[Any]) -> FloatArray:
        quantity = self.left * self._shares(actions)
        cost = self.task.step_cost(self.left, self.displacement, quantity)
        self.displacement = self.task.next_displacement(self.displacement, quantity)
        self.left = self.left - quantity
        return cost

    def _finish_cost(self) -> FloatArray:
        return self.task.finish_cost(self.left, self.displacement, self.task.trades - self.trade)

    def _start(self) -> None:
        self.left, self.displacement, self.trade = np.ones(self.num_envs), np.zeros(self.num_envs), 0

    def _shares(self, actions: npt.NDArray[Any]) -> FloatArray:
        """Share of what is left that is traded now, shape (market,)."""
        trades_left = self.task.trades - self.trade
        if self.multiples is not None:
            if not self.action_masks()[np.arange(self.num_envs), actions].all():
                raise ValueError("a masked action was taken")
            shares: FloatArray = self.multiples[actions] / trades_left
            return shares
        if trades_left == 1:
            return np.ones(self.num_envs)
        odds: FloatArray = np.exp(actions.reshape(-1).astype(np.float64)) / (trades_left - 1)
        return odds / (1.0 + odds)

    def _seen(self) -> SingleArray:
        time_left = 1.0 - self.trade / self.task.trades
        pace = np.log((self.left + _LEAST) / (time_left + _LEAST))
        # At the end, where nothing is decided, the logarithm stays where it was.
        log_time_left = np.log(max(time_left, 1.0 / self.task.trades))
        times = np.tile([time_left, log_time_left], (self.num_envs, 1))
        return np.column_stack([times, self.left, pace, self.displacement]).astype(np.float32)


def schedule_of(policy: NetworkPolicy, env: SchedulingEnv) -> FloatArray:
    """The shares (trade,) that a policy trades in the environment's first market."""
    observation, _ = env.reset()
    shares = np.empty(env.task.trades)
    for trade in range(env.task.trades):
        before = env.left[0]
        if env.multiples is None:
            actions: npt.NDArray[Any] = np.clip(policy.outputs(observation), -REACH, REACH)
        else:
            actions = policy.act(observation, env.action_masks())
        observation, _, done, _, _ = env.step(actions)
        shares[trade] = before - (0.0 if done[0] else env.left[0])
    return shares
