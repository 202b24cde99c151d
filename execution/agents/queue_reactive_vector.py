"""The queue-reactive task as gymnasium's vectorised environment: episode after episode in many markets."""

from __future__ import annotations

from typing import Any, final

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from execution.agents.queue_reactive_observation import BOOK_FEATURES, observe
from execution.agents.queue_reactive_task import (
    BoolArray,
    FloatArray,
    FloatArray32,
    IntArray,
    QueueReactiveMarkets,
    QueueReactiveTask,
    published_market,
)
from execution.market.flows.queue_law import QueueReactive

_LARGEST_FEATURE = 1e6


@final
class QueueReactiveVectorEnv(VectorEnv[FloatArray32, IntArray, npt.NDArray[Any]]):
    """Buyers in `count` markets, with rewards to learn from [`unit` ticks x lots].

    A step's reward is minus what the lots still wanted have become dearer by, and at the end minus the task's
    penalty for what is left: the task's own reward shaped by the potential 'all that is left is bought at the
    present ask' (Ng, Harada and Russell 1999). At a discount of 1 that ranks policies as the task does, and
    takes out of what must be learned how far the price has come. sign: -1 to learn what is dearest.
    starts_anywhere: as `starts` of QueueReactiveMarkets.

    info: "action_mask" (market, action), "reward" (market,) of the task [currency], without the penalty, and
    where an episode has ended "final_obs", which is the next episode's first. ValueError for a masked action.
    """

    metadata = {"autoreset_mode": AutoresetMode.SAME_STEP, "render_modes": []}  # noqa: RUF012 - gymnasium's

    def __init__(
        self,
        *,
        count: int,
        model: QueueReactive | None = None,
        task: QueueReactiveTask | None = None,
        features: tuple[str, ...] = BOOK_FEATURES,
        unit: float = 10.0,
        sign: float = 1.0,
        starts_anywhere: bool = False,
    ) -> None:
        self.num_envs, self.features = count, features
        self._model, self._task = model or published_market(), task or QueueReactiveTask()
        self._unit, self._sign, self._starts_anywhere = unit, sign, starts_anywhere
        self.single_observation_space = gymnasium.spaces.Box(
            -_LARGEST_FEATURE, _LARGEST_FEATURE, (len(features),), np.float32
        )
        self.single_action_space = gymnasium.spaces.Discrete(len(self._task.shares))
        self.observation_space = batch_space(self.single_observation_space, count)
        self.action_space = batch_space(self.single_action_space, count)
        self.markets = self._new_markets(np.random.SeedSequence(0))

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[FloatArray32, dict[str, Any]]:
        """Make the markets anew, from the seed where one is given."""
        if seed is not None or self._np_random is None:
            super().reset(seed=seed, options=options)  # type: ignore[arg-type]
        self.markets = self._new_markets(
            np.random.SeedSequence(self.np_random.integers(0, 2**32, 4).tolist())
        )
        return observe(self.markets, self.features), {"action_mask": self.action_masks()}

    def step(
        self, actions: IntArray
    ) -> tuple[FloatArray32, npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any], dict[str, Any]]:
        """Decide once in every market and let a step pass."""
        actions, markets = np.asarray(actions, np.int64), self.markets
        self._refuse_masked(actions)
        owed = self._owed()
        earned, done = markets.step(markets.lots(actions))
        gained = earned / markets.task.tick + owed - np.where(done, 0.0, self._owed())
        fine = markets.task.penalty * markets.unfinished / markets.task.tick
        shaped = (self._sign * gained - fine) / self._unit
        seen, never = observe(markets, self.features), np.zeros(self.num_envs, np.bool_)
        info: dict[str, Any] = {"action_mask": self.action_masks(), "reward": earned}
        if done.any():
            info["final_obs"], info["_final_obs"] = seen, done
        return seen, shaped, done, never, info

    def action_masks(self) -> BoolArray:
        """Which actions may be chosen now, shape (market, action)."""
        return self.markets.action_masks()

    def _new_markets(self, seed: np.random.SeedSequence) -> QueueReactiveMarkets:
        books, starts = seed.spawn(2)
        return QueueReactiveMarkets(
            self._model,
            count=self.num_envs,
            seed=books,
            task=self._task,
            forever=True,
            starts=np.random.default_rng(starts) if self._starts_anywhere else None,
        )

    def _owed(self) -> FloatArray:
        """What all that is left would cost at the ask, beyond the reference [ticks x lots]."""
        return np.asarray(self.markets.left * (self.markets.ask_ticks - self.markets.reference_ticks))

    def _refuse_masked(self, actions: IntArray) -> None:
        wrong = np.flatnonzero(~self.action_masks()[np.arange(self.num_envs), actions])
        if len(wrong):
            raise ValueError(f"action {int(actions[wrong[0]])} is masked in market {int(wrong[0])}")
