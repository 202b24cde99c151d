"""Proximal policy optimisation: masked where actions are discrete, plain where they are a box."""

from __future__ import annotations

import json
from abc import abstractmethod
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar, final

import gymnasium
import numpy as np
import torch
from sb3_contrib import MaskablePPO
from stable_baselines3 import PPO
from stable_baselines3.common.buffers import RolloutBuffer
from stable_baselines3.common.on_policy_algorithm import OnPolicyAlgorithm
from stable_baselines3.common.vec_env import VecEnv, VecMonitor

from execution.agents.inference import Network
from execution.agents.learn.export import actor_network
from execution.agents.learn.rounds import ProgressCallback, RoundLearner, train_rounds
from execution.agents.learn.settings import FallingDeviation, FallingRate, PpoSettings
from execution.agents.learn.standardise import StandardisedFeatures
from execution.agents.learn.trained_agent import TrainedAgent
from execution.agents.learn.vector_markets import MASKS


class ActorLearner(RoundLearner, OnPolicyAlgorithm):
    """An algorithm of stable-baselines3 that learns from its own rollouts, in rounds."""

    algorithm_name = "ppo"
    critic_decay: float | None = None
    sharpening: float = 1.0
    _counters: ClassVar[tuple[str, ...]] = ("num_timesteps", "_n_updates")

    @abstractmethod
    def roll_out(self) -> None:
        """Fill the rollout buffer."""

    def advance(self, until: int, total: int) -> None:
        """Learn from whole rollouts until so many steps of `total` were taken."""
        while self.num_timesteps < until:
            self._sharpen()
            self.roll_out()
            if self.critic_decay is not None:
                teach_critic(self.rollout_buffer, self.gamma, self.critic_decay)
            self._update_current_progress_remaining(self.num_timesteps, total)
            self.train()
            self.average()

    def network(self) -> Network:
        """The actor as it is now, without torch."""
        return actor_network(self.policy)

    @torch.no_grad()
    def _sharpen(self) -> None:
        if self.sharpening > 1.0:
            for parameter in self.policy.action_net.parameters():
                parameter.mul_(self.sharpening)


@final
class BoxPpoLearner(ActorLearner, PPO):
    """stable-baselines3's PPO, for continuous actions; their deviation falls as laid down, or is learnt."""

    deviation: FallingDeviation | None = None

    def roll_out(self) -> None:
        """Fill the rollout buffer."""
        if self.deviation is not None:
            remaining = 1.0 - self.num_timesteps / self._total_timesteps
            self.policy.log_std.data.fill_(np.log(self.deviation(remaining)))
        self.collect_rollouts(self.markets(), self._round_callback, self.rollout_buffer, self.n_steps)


@final
class MaskedPpoLearner(ActorLearner, MaskablePPO):
    """sb3-contrib's MaskablePPO (Huang and Ontanon 2022), for discrete actions."""

    def roll_out(self) -> None:
        """Fill the rollout buffer, masked where the environment has masks."""
        env = self.markets()
        self.collect_rollouts(
            env, self._round_callback, self.rollout_buffer, self.n_steps, use_masking=env.has_attr(MASKS)
        )


def ppo_learner(env: VecEnv, settings: PpoSettings, *, seed: int, device: str = "cpu") -> ActorLearner:
    """A learner whose first weights follow from the seed; ValueError for a box's odds to be sharpened."""
    features = int(np.prod(env.observation_space.shape or (1,)))
    network = network_arguments(settings, features)
    is_box = isinstance(env.action_space, gymnasium.spaces.Box)
    if is_box and settings.sharpening > 1.0:
        raise ValueError("sharpening is of discrete actions' odds, a box has none")
    if is_box:
        network["log_std_init"] = float(np.log(settings.first_deviation))
    learner = (BoxPpoLearner if is_box else MaskedPpoLearner)(
        "MlpPolicy",
        VecMonitor(env),
        policy_kwargs=network,
        device=device,
        seed=seed,
        **learning_arguments(settings, env.num_envs),
    )
    if isinstance(learner, BoxPpoLearner) and settings.final_deviation is not None:
        learner.deviation = FallingDeviation(settings.first_deviation, settings.final_deviation)
        learner.policy.log_std.requires_grad_(False)
    return prepared(learner, settings, features)


def learning_arguments(settings: PpoSettings, markets: int) -> dict[str, Any]:
    """How an algorithm of stable-baselines3 learns in so many markets."""
    return {
        "learning_rate": FallingRate(
            settings.learning_rate, settings.learning_rate * settings.final_rate_share
        ),
        "n_steps": settings.rollout_steps,
        "batch_size": min(settings.batch_size, settings.rollout_steps * markets),
        "n_epochs": settings.epochs,
        "gamma": settings.discount,
        "gae_lambda": settings.advantage_decay,
        "clip_range": settings.clip,
        "ent_coef": settings.entropy_share,
        "vf_coef": settings.value_share,
        "max_grad_norm": settings.largest_gradient,
    }


def network_arguments(settings: PpoSettings, features: int) -> dict[str, Any]:
    """What a policy of stable-baselines3 is made of."""
    units = list(settings.hidden)
    return {
        "net_arch": {"pi": units, "vf": units},
        "activation_fn": torch.nn.Tanh if settings.tanh else torch.nn.ReLU,
        "features_extractor_class": StandardisedFeatures,
        "features_extractor_kwargs": {"features": features},
        "optimizer_kwargs": {"fused": True, "eps": 1e-5},
    }


def prepared(learner: ActorLearner, settings: PpoSettings, features: int) -> ActorLearner:
    """A learner with what stable-baselines3 does not ask for: its first odds, its critic, its averaging."""
    with torch.no_grad():
        for action, odds in settings.first_odds:
            learner.policy.get_parameter("action_net.bias")[action] += odds
    learner.standard_steps, learner.averaged_share = settings.standard_steps, settings.averaged_share
    learner.features, learner.critic_decay = features, settings.critic_decay
    learner.sharpening = settings.sharpening
    return learner


def teach_critic(rollout: RolloutBuffer, discount: float, decay: float) -> None:
    """Put returns of another lambda than the advantages' before the critic, from a rollout just collected."""
    after, begins = rollout.values[1:], rollout.episode_starts[1:]
    error = rollout.advantages.copy()  # the last step's own, which knows the value behind it
    error[:-1] = rollout.rewards[:-1] + discount * after * (1.0 - begins) - rollout.values[:-1]
    for step in reversed(range(len(error) - 1)):
        error[step] += discount * decay * (1.0 - begins[step]) * error[step + 1]
    rollout.returns = error + rollout.values


def train_ppo(
    env: VecEnv,
    settings: PpoSettings,
    *,
    steps: int,
    seed: int,
    rounds: int = 10,
    progress: ProgressCallback | None = None,
    checkpoint: Path | None = None,
    device: str = "cpu",
) -> TrainedAgent:
    """Train an actor in an environment of discrete actions or of a box; otherwise as `train_dqn`.

    The agent's outputs are log-odds of discrete actions up to a constant, or the means of continuous ones,
    which the caller clips to the box as stable-baselines3 does.
    """
    return train_rounds(
        ppo_learner(env, settings, seed=seed, device=device),
        steps=steps,
        seed=seed,
        rounds=rounds,
        identity=json.dumps({"ppo": asdict(settings)}),
        progress=progress,
        checkpoint=checkpoint,
    )
