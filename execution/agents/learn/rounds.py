"""Training in rounds: each begins with markets and randomness of its own, so that a kill costs one round.

What a round does depends on the weights, optimiser, counters and replay that it finds and on (seed, round)
alone. All that goes into the checkpoint after each round; so training that was killed and taken up again ends
with the same weights, to the bit, as training that never was.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import torch
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback, CallbackList
from stable_baselines3.common.vec_env import VecEnv

from execution.agents.inference import Network
from execution.agents.learn.checkpoint import read_checkpoint, write_checkpoint
from execution.agents.learn.standardise import set_standard, standard_of
from execution.agents.learn.trained_agent import TrainedAgent
from execution.agents.learn.weight_mean import WeightMean


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where training stands after a round. episode_reward: mean of the last 100 episodes, nan without any."""

    round: int
    rounds: int
    steps: int
    agent: TrainedAgent


ProgressCallback = Callable[[Progress], None]


class RoundLearner(BaseAlgorithm):
    """A stable-baselines3 algorithm that learns in rounds."""

    algorithm_name: ClassVar[str]
    features: int
    standard_steps: int
    averaged_share: float = 0.0
    _counters: ClassVar[tuple[str, ...]]
    _round_callback: BaseCallback

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.weight_mean = WeightMean()

    @abstractmethod
    def advance(self, until: int, total: int) -> None:
        """Learn until so many steps of `total` were taken."""

    @abstractmethod
    def network(self) -> Network:
        """The network as it is now, without torch."""

    def standardise(self, seed: int) -> None:
        """Standardise features by what is seen at random, before anything is learnt."""
        generator = np.random.default_rng(seed)
        env = self.markets()
        env.seed(seed)
        set_standard(
            self.policy, *standard_of(env, self.features, steps=self.standard_steps, generator=generator)
        )

    def open_round(self, seed: int, total: int) -> None:
        """Start markets and randomness from a seed; total: steps of the whole training."""
        self.set_random_seed(seed)
        self._last_obs = None
        _, self._round_callback = self._setup_learn(
            total - self.num_timesteps, CallbackList([]), reset_num_timesteps=False
        )
        self._update_current_progress_remaining(self.num_timesteps, total)
        if self.ep_info_buffer is not None:
            self.ep_info_buffer.clear()

    def episode_reward(self) -> float:
        """Mean reward of the round's last episodes, at most a hundred; nan without any."""
        rewards = [float(told["r"]) for told in self.ep_info_buffer or ()]
        return float(np.mean(rewards)) if rewards else float("nan")

    def markets(self) -> VecEnv:
        """The environment, which is always there while training."""
        if self.env is None:
            raise ValueError("there is no environment to learn in")
        return self.env

    def counters(self) -> dict[str, float]:
        """Numbers that go on from round to round."""
        return {name: getattr(self, name) for name in self._counters}

    def set_counters(self, counters: Mapping[str, float]) -> None:
        """Take over what `counters` gave."""
        for name in self._counters:
            setattr(self, name, counters[name])

    def average(self) -> None:
        """Take the weights into their mean, where the last averaged_share of all steps has begun."""
        if self._current_progress_remaining < self.averaged_share:
            self.weight_mean.add(self.policy)

    def kept_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """What goes on from round to round beside networks and optimiser."""
        return self.weight_mean.arrays()

    def restore_arrays(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        """Take over what `kept_arrays` gave."""
        self.weight_mean.restore(arrays, self.device)


def train_rounds(
    learner: RoundLearner,
    *,
    steps: int,
    seed: int,
    rounds: int,
    identity: str,
    progress: ProgressCallback | None = None,
    checkpoint: Path | None = None,
) -> TrainedAgent:
    """Train for so many steps in so many rounds; from the checkpoint's round where there is one.

    identity: text of the settings that determine the result; AgentError where the checkpoint has others.
    progress is told after each round and may evaluate the agent that it is given.
    """
    identity = f"{identity} {steps} steps in {rounds} rounds from seed {seed}"
    done = 0
    with _one_thread():
        if checkpoint is not None and checkpoint.exists():
            done = read_checkpoint(checkpoint, learner, identity)
        else:
            learner.standardise(round_seed(seed, rounds))
        for number in range(done, rounds):
            learner.open_round(round_seed(seed, number), steps)
            learner.advance(steps * (number + 1) // rounds, steps)
            if progress is not None:  # before the checkpoint: a kill between them tells it again, not never
                agent = _agent(learner, seed)
                progress(Progress(round=number + 1, rounds=rounds, steps=learner.num_timesteps, agent=agent))
            if checkpoint is not None:
                write_checkpoint(checkpoint, learner, identity, number + 1)
    return _agent(learner, seed)


def round_seed(seed: int, number: int) -> int:
    """The seed of a round, below 2^31."""
    return int(np.random.SeedSequence(seed, spawn_key=(number,)).generate_state(1)[0] >> 1)


def _agent(learner: RoundLearner, seed: int) -> TrainedAgent:
    with learner.weight_mean.in_place(learner.policy):
        network = learner.network()
    return TrainedAgent(
        algorithm=learner.algorithm_name,
        network=network,
        steps=learner.num_timesteps,
        seed=seed,
        episode_reward=learner.episode_reward(),
    )


@contextmanager
def _one_thread() -> Iterator[None]:
    """Sums of floats depend on how many threads share them; small networks are faster on one anyway."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
