"""Features standardised by what a wanderer at random sees, in torch."""

from __future__ import annotations

import gymnasium
import numpy as np
import torch
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from stable_baselines3.common.vec_env import VecEnv

from execution.agents.inference import CLIP
from execution.agents.learn.vector_markets import MASKS, BoolArray, SingleArray

_STILL = 1e-6


class StandardisedFeatures(BaseFeaturesExtractor):
    """The first `features` numbers of an observation, standardised and clipped; the mask behind is left."""

    mean: torch.Tensor
    scale: torch.Tensor

    def __init__(self, observation_space: gymnasium.spaces.Box, features: int) -> None:
        super().__init__(observation_space, features_dim=features)
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("scale", torch.ones(features))

    def forward(self, observation: torch.Tensor) -> torch.Tensor:
        """Standardised features, shape (row, feature)."""
        seen = observation[:, : self.mean.shape[0]]
        return ((seen - self.mean) / self.scale).clamp(-CLIP, CLIP)


def set_standard(policy: torch.nn.Module, mean: SingleArray, scale: SingleArray) -> None:
    """Give every feature extractor of a policy its mean and scale, shape (feature,)."""
    for module in policy.modules():
        if isinstance(module, StandardisedFeatures):
            module.mean.copy_(torch.from_numpy(mean))
            module.scale.copy_(torch.from_numpy(scale))


def standard_of(
    env: VecEnv, features: int, *, steps: int, generator: np.random.Generator
) -> tuple[SingleArray, SingleArray]:
    """Mean and deviation (feature,) along permitted actions taken at random, each as likely.

    steps: in all markets together; none gives means of 0 and scales of 1, and so does a feature's scale that
    does not move.
    """
    rounds = -(-steps // env.num_envs)
    if rounds == 0:
        return np.zeros(features, np.float32), np.ones(features, np.float32)
    seen = [np.asarray(env.reset())]
    for _ in range(rounds - 1):
        seen.append(np.asarray(env.step(random_actions(env, generator))[0]))
    rows = np.concatenate(seen)[:, :features].astype(np.float64)
    scale = rows.std(axis=0)
    scale[scale < _STILL] = 1.0
    return rows.mean(axis=0).astype(np.float32), scale.astype(np.float32)


def random_actions(env: VecEnv, generator: np.random.Generator) -> np.ndarray:
    """One permitted action for each market, each as likely; in a box, uniform."""
    if isinstance(env.action_space, gymnasium.spaces.Box):
        low, high = env.action_space.low, env.action_space.high
        drawn: np.ndarray = generator.uniform(low, high, (env.num_envs, *low.shape)).astype(np.float32)
        return drawn
    if not isinstance(env.action_space, gymnasium.spaces.Discrete):
        raise TypeError("actions are discrete or a box")
    permitted = np.ones((env.num_envs, int(env.action_space.n)), dtype=np.bool_)
    if env.has_attr(MASKS):
        permitted = np.stack(env.env_method(MASKS)).astype(np.bool_)
    return random_permitted(permitted, generator)


def random_permitted(permitted: BoolArray, generator: np.random.Generator) -> np.ndarray:
    """One of the permitted actions (row, action) for each row, each as likely."""
    chances = np.where(permitted, generator.random(permitted.shape), -1.0)
    chosen: np.ndarray = chances.argmax(axis=1)
    return chosen
