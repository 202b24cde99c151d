"""The queue-reactive task as stable-baselines3 takes it: many markets, an episode after the other in each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

import gymnasium
import numpy as np
from stable_baselines3.common.vec_env import VecEnv

from execution.agents.queue_reactive_observation import BOOK_FEATURES, observe
from execution.agents.queue_reactive_task import (
    BoolArray,
    FloatArray,
    FloatArray32,
    IntArray,
    QueueReactiveMarkets,
)


@final
class QueueReactiveVecEnv(VecEnv):
    """`markets` (made with forever=True) with rewards to learn from, as a stable-baselines3 VecEnv.

    The reward of a step is minus what the lots still wanted have become dearer by, in units of `scale` ticks x
    lots, and at the end what the task's penalty charges for an unfinished episode. It is the task's own reward,
    shaped by the potential 'all that is left were bought at the ask now' (Ng, Harada and Russell 1999), which
    changes no ranking of policies at a discount of 1 and takes the price itself out of what must be learned.
    sign: -1 for an agent that is to learn the worst, for a control.
    """

    def __init__(
        self,
        markets: QueueReactiveMarkets,
        *,
        features: tuple[str, ...] = BOOK_FEATURES,
        scale: float = 10.0,
        sign: float = 1.0,
    ) -> None:
        self.markets, self.features = markets, features
        self._unit = sign / scale
        bound = np.full(len(features), np.inf, np.float32)
        super().__init__(
            len(markets),
            gymnasium.spaces.Box(-bound, bound, dtype=np.float32),
            gymnasium.spaces.Discrete(len(markets.task.shares)),
        )
        self._actions: IntArray = np.zeros(len(markets), np.int64)
        self._totals: FloatArray = np.zeros(len(markets))
        self._lengths: IntArray = np.zeros(len(markets), np.int64)

    def reset(self) -> FloatArray32:
        """The first observations; an episode that is under way goes on."""
        return observe(self.markets, self.features)

    def step_async(self, actions: IntArray) -> None:
        """Take actions (market,) for `step_wait`."""
        self._actions = np.asarray(actions, np.int64)

    def step_wait(self) -> tuple[FloatArray32, FloatArray32, BoolArray, list[dict[str, Any]]]:
        """Observations, shaped rewards, which episodes ended, and for those 'episode' in their info."""
        markets = self.markets
        owed = self._owed()
        earned, done = markets.step(markets.lots(self._actions))
        paid = markets.task.penalty * markets.unfinished
        shaped = (earned - paid) / markets.task.tick + owed - np.where(done, 0.0, self._owed())
        infos = self._infos(earned, done)
        return observe(markets, self.features), (self._unit * shaped).astype(np.float32), done, infos

    def action_masks(self) -> BoolArray:
        """Actions that are permitted, shape (market, action)."""
        return self.markets.action_masks()

    def _owed(self) -> FloatArray:
        """What all that is left would cost at the ask [ticks x lots]."""
        return np.asarray(self.markets.left * (self.markets.ask_ticks - self.markets.reference_ticks))

    def _infos(self, earned: FloatArray, done: BoolArray) -> list[dict[str, Any]]:
        self._totals += earned
        self._lengths += 1
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        for at in np.flatnonzero(done):
            infos[at]["episode"] = {"r": float(self._totals[at]), "l": int(self._lengths[at]), "t": 0.0}
        self._totals[done], self._lengths[done] = 0.0, 0
        return infos

    def close(self) -> None:
        """Nothing is open."""

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """The attribute, once for each market asked for; AttributeError where there is none."""
        return [getattr(self, attr_name)] * len(self._places(indices))

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """AttributeError: the markets are one thing."""
        raise AttributeError(f"'{attr_name}' cannot be set in markets that are stepped together")

    def env_method(
        self, method_name: str, *method_args: Any, indices: Any = None, **method_kwargs: Any
    ) -> list[Any]:
        """What a method that answers by market returns, for each market asked for."""
        answers = getattr(self, method_name)(*method_args, **method_kwargs)
        return [answers[at] for at in self._places(indices)]

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        """No market is."""
        return [False] * len(self._places(indices))

    def _places(self, indices: int | Sequence[int] | None) -> list[int]:
        return [int(at) for at in self._get_indices(indices)]
