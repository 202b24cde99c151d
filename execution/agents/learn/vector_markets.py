"""A gymnasium vector environment as stable-baselines3 wants its own, and masks beside observations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, final

import gymnasium
import numpy as np
import numpy.typing as npt
from stable_baselines3.common.vec_env import VecEnv, VecEnvWrapper
from stable_baselines3.common.vec_env.base_vec_env import VecEnvStepReturn

SingleArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]

MASKS = "action_masks"


@final
class StableBaselinesEnv(VecEnv):
    """Hands on a gymnasium.vector.VectorEnv that resets in the same step (AutoresetMode.SAME_STEP).

    An episode's last observation comes as info["terminal_observation"], its mask, where the environment's
    final_info has an "action_mask", as info["terminal_action_mask"]. Methods and attributes of the
    environment that are asked for are those of all markets: shape (market, ...).
    """

    def __init__(self, markets: gymnasium.vector.VectorEnv[Any, Any, Any]) -> None:
        self.markets = markets
        self._actions: npt.NDArray[Any] = np.empty(0)
        super().__init__(markets.num_envs, markets.single_observation_space, markets.single_action_space)

    def reset(self) -> npt.NDArray[Any]:
        """Start all markets anew, on the seed given last, which is used once. Shape (market, feature)."""
        seed = self._seeds[0]
        self._reset_seeds()
        observation, _ = self.markets.reset(seed=seed)
        return np.asarray(observation)

    def step_async(self, actions: npt.NDArray[Any]) -> None:
        """Take note of the actions, shape (market, ...)."""
        self._actions = actions

    def step_wait(self) -> VecEnvStepReturn:
        """Take the step: observation (market, feature), reward (market,), done (market,), infos."""
        observation, reward, terminated, truncated, infos = self.markets.step(self._actions)
        done = terminated | truncated
        told: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        for market in np.flatnonzero(done):
            told[market] = _told_at_end(infos, int(market), bool(truncated[market] & ~terminated[market]))
        # What is kept in a buffer must not change under it.
        return np.array(observation), np.asarray(reward, dtype=np.float32), done, told

    def close(self) -> None:
        """Close the markets."""
        self.markets.close()

    def get_attr(self, attr_name: str, indices: int | Iterable[int] | None = None) -> list[Any]:
        """The environment's attribute, once for each market asked for."""
        return [getattr(self.markets, attr_name)] * len(self._places(indices))

    def set_attr(self, attr_name: str, value: Any, indices: int | Iterable[int] | None = None) -> None:
        """Set the environment's attribute, which all markets share."""
        setattr(self.markets, attr_name, value)

    def env_method(
        self, method_name: str, *args: Any, indices: int | Iterable[int] | None = None, **kwargs: Any
    ) -> list[Any]:
        """What the environment's method answers, by market."""
        answer = getattr(self.markets, method_name)(*args, **kwargs)
        return [answer[place] for place in self._places(indices)]

    def env_is_wrapped(
        self, wrapper_class: type[gymnasium.Wrapper[Any, Any, Any, Any]], indices: Any = None
    ) -> list[bool]:
        """No market is wrapped one by one."""
        return [False] * len(self._places(indices))

    def _places(self, indices: int | Iterable[int] | None) -> Sequence[int]:
        return list(self._get_indices(indices))


def _told_at_end(infos: dict[str, Any], market: int, cut: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "terminal_observation": np.array(infos["final_obs"][market]),
        "TimeLimit.truncated": cut,
    }
    final = infos.get("final_info", {})
    if "action_mask" in final:
        told["terminal_action_mask"] = np.array(final["action_mask"][market])
    return told


@final
class MaskedObservations(VecEnvWrapper):
    """Appends what is permitted next, as zeros and ones, to each observation of a task of discrete actions.

    So masks go through a replay with the observations that they belong to, before and after the step. Where
    the environment has no method action_masks everything is permitted.
    """

    def __init__(self, venv: VecEnv) -> None:
        features, actions = venv.observation_space, venv.action_space
        if not isinstance(features, gymnasium.spaces.Box) or not isinstance(
            actions, gymnasium.spaces.Discrete
        ):
            raise TypeError("masks need an observation of numbers and discrete actions")
        self.features, self.actions = int(np.prod(features.shape)), int(actions.n)
        self.is_masked = venv.has_attr(MASKS)
        low = np.append(features.low.ravel(), np.zeros(self.actions)).astype(np.float32)
        high = np.append(features.high.ravel(), np.ones(self.actions)).astype(np.float32)
        super().__init__(venv, observation_space=gymnasium.spaces.Box(low, high, dtype=np.float32))

    def reset(self) -> SingleArray:
        """Observations with masks, shape (market, feature + action)."""
        return self._with_masks(self.venv.reset())

    def step_wait(self) -> VecEnvStepReturn:
        """The step, with masks in the observations and in those at an episode's end."""
        observation, reward, done, infos = self.venv.step_wait()
        for market in np.flatnonzero(done):
            permitted = infos[market].get("terminal_action_mask", np.ones(self.actions))
            last = np.append(infos[market]["terminal_observation"], permitted).astype(np.float32)
            infos[market]["terminal_observation"] = last
        return self._with_masks(observation), reward, done, infos

    def _with_masks(self, observation: Any) -> SingleArray:
        seen = np.empty((self.num_envs, self.features + self.actions), dtype=np.float32)
        seen[:, : self.features] = observation
        seen[:, self.features :] = np.stack(self.venv.env_method(MASKS)) if self.is_masked else 1.0
        return seen
