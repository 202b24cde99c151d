"""Deep Q-learning: double, dueling, prioritised, over several steps, among permitted actions alone."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar, final

import numpy as np
import numpy.typing as npt
import torch
from stable_baselines3 import DQN
from stable_baselines3.common.noise import ActionNoise
from stable_baselines3.common.type_aliases import TrainFreq, TrainFrequencyUnit
from stable_baselines3.common.vec_env import VecEnv, VecMonitor

from execution.agents.inference import Network
from execution.agents.learn.action_values import MaskedDqnPolicy
from execution.agents.learn.export import value_network
from execution.agents.learn.replay import PrioritisedReplay, ReplayBatch
from execution.agents.learn.rounds import ProgressCallback, RoundLearner, train_rounds
from execution.agents.learn.settings import DqnSettings, FallingRate
from execution.agents.learn.standardise import StandardisedFeatures, random_permitted
from execution.agents.learn.trained_agent import TrainedAgent
from execution.agents.learn.vector_markets import MaskedObservations


@final
class DqnLearner(RoundLearner, DQN):
    """stable-baselines3's DQN with masks, priorities and the double estimator."""

    algorithm_name = "dqn"
    _counters: ClassVar[tuple[str, ...]] = (
        "num_timesteps",
        "exploration_rate",
        "_n_calls",
        "_n_updates",
        "_episode_num",
    )
    policy: MaskedDqnPolicy
    settings: DqnSettings
    generator: np.random.Generator
    replay_buffer: PrioritisedReplay

    def open_round(self, seed: int, total: int) -> None:
        """Start markets and randomness from a seed; what follows is no part of earlier episodes."""
        super().open_round(seed, total)
        self.generator = np.random.default_rng(seed)
        if self.replay_buffer.size() > 0:
            self.replay_buffer.cut()

    def advance(self, until: int, total: int) -> None:
        """Learn until so many steps of `total` were taken."""
        every = TrainFreq(self.settings.train_every, TrainFrequencyUnit.STEP)
        while self.num_timesteps < until:
            self.collect_rollouts(
                self.markets(), self._round_callback, every, self.replay_buffer, log_interval=None
            )
            if self.num_timesteps >= self.learning_starts:
                self.train(self.settings.gradient_steps, self.batch_size)
                self.average()

    def network(self) -> Network:
        """The action values as they are now, without torch."""
        return value_network(self.policy.q_net)

    def kept_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The replay, beside what every learner keeps."""
        return super().kept_arrays() | self.replay_buffer.arrays()

    def restore_arrays(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        """Take over what `kept_arrays` gave."""
        super().restore_arrays(arrays)
        self.replay_buffer.restore(arrays)

    def train(self, gradient_steps: int, batch_size: int = 128) -> None:
        """Descend so many batches of the replay."""
        self.policy.set_training_mode(True)
        self._update_learning_rate(self.policy.optimizer)
        grown = (1.0 - self.settings.importance) * (1.0 - self._current_progress_remaining)
        for _ in range(gradient_steps):
            batch = self.replay_buffer.draw(batch_size, self.settings.importance + grown, self.generator)
            taken = self.q_net(batch.observations).gather(1, batch.actions.long())
            error = taken - self._target(batch)
            loss = torch.nn.functional.huber_loss(error, torch.zeros_like(error), reduction="none")
            self.policy.optimizer.zero_grad()
            torch.autograd.backward((batch.weights * loss).mean())
            torch.nn.utils.clip_grad_norm_(self.q_net.parameters(), self.max_grad_norm)
            self.policy.optimizer.step()
            self.replay_buffer.learn(batch.leaves, error.detach().cpu().numpy()[:, 0])
        self._n_updates += gradient_steps

    @torch.no_grad()
    def _target(self, batch: ReplayBatch) -> torch.Tensor:
        values = self.q_net_target(batch.next_observations)
        choosing = self.q_net(batch.next_observations) if self.settings.double else values
        best: torch.Tensor = values.gather(1, choosing.argmax(dim=1, keepdim=True))
        return batch.returns + batch.discounts * best

    def _sample_action(
        self, learning_starts: int, action_noise: ActionNoise | None = None, n_envs: int = 1
    ) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        seen = np.asarray(self._last_obs)
        permitted = seen[:, self.features :] > 0.5
        wandering = np.ones(n_envs, dtype=np.bool_)
        if self.num_timesteps >= self.learning_starts:
            wandering = self.generator.random(n_envs) < self.exploration_rate
        actions = random_permitted(permitted, self.generator)
        if (usual := self.settings.usual_action) is not None:
            half = self.generator.random(n_envs) < 0.5
            actions = np.where(half & permitted[:, usual], usual, actions)
        if not wandering.all():
            with torch.no_grad():
                values = self.q_net(torch.from_numpy(seen).to(self.device))
            actions = np.where(wandering, actions, values.argmax(dim=1).cpu().numpy())
        return actions, actions


def dqn_learner(env: VecEnv, settings: DqnSettings, *, seed: int, device: str = "cpu") -> DqnLearner:
    """A learner whose first weights follow from the seed."""
    markets = MaskedObservations(VecMonitor(env))
    learner = DqnLearner(
        MaskedDqnPolicy,
        markets,
        learning_rate=FallingRate(settings.learning_rate, settings.learning_rate * settings.final_rate_share),
        buffer_size=settings.buffer_steps,
        learning_starts=settings.learning_starts,
        batch_size=settings.batch_size,
        gamma=settings.discount,
        tau=settings.target_share,
        target_update_interval=max(settings.target_every, env.num_envs),
        exploration_fraction=settings.exploration_share,
        exploration_final_eps=settings.exploration_final,
        max_grad_norm=settings.largest_gradient,
        replay_buffer_class=PrioritisedReplay,
        replay_buffer_kwargs={
            "n_steps": settings.n_steps,
            "discount": settings.discount,
            "priority_exponent": settings.priority_exponent,
        },
        policy_kwargs={
            "net_arch": list(settings.hidden),
            "dueling_units": settings.dueling_units,
            "features_extractor_class": StandardisedFeatures,
            "features_extractor_kwargs": {"features": markets.features},
            "optimizer_kwargs": {"fused": True},
        },
        device=device,
        seed=seed,
    )
    learner.settings = settings
    learner.standard_steps, learner.features = settings.standard_steps, markets.features
    learner.averaged_share = settings.averaged_share
    return learner


def train_dqn(
    env: VecEnv,
    settings: DqnSettings,
    *,
    steps: int,
    seed: int,
    rounds: int = 10,
    progress: ProgressCallback | None = None,
    checkpoint: Path | None = None,
    device: str = "cpu",
) -> TrainedAgent:
    """Train action values in an environment of discrete actions; on one machine a seed gives the same bits.

    env: masks what its method action_masks() does not permit. steps: of all markets together. progress: told
    after each of `rounds` rounds, which all begin with markets reset on seeds of their own. checkpoint:
    written after each round and, where it is there already, taken up; see execution.agents.learn.rounds.
    stable-baselines3 seeds the global generators of random, numpy and torch. AgentError for a checkpoint of
    another training.
    """
    return train_rounds(
        dqn_learner(env, settings, seed=seed, device=device),
        steps=steps,
        seed=seed,
        rounds=rounds,
        identity=json.dumps({"dqn": asdict(settings)}),
        progress=progress,
        checkpoint=checkpoint,
    )
