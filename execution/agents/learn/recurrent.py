"""Proximal policy optimisation with a memory: an actor and a critic that remember the order; masked."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, final

import torch
from sb3_contrib import RecurrentPPO
from sb3_contrib.common.recurrent.policies import RecurrentActorCriticPolicy
from stable_baselines3.common.distributions import Distribution
from stable_baselines3.common.torch_layers import MlpExtractor
from stable_baselines3.common.vec_env import VecEnv, VecMonitor

from execution.agents.learn.action_values import FORBIDDEN
from execution.agents.learn.ppo import ActorLearner, learning_arguments, network_arguments, prepared
from execution.agents.learn.rounds import ProgressCallback, train_rounds
from execution.agents.learn.settings import PpoSettings
from execution.agents.learn.standardise import StandardisedFeatures
from execution.agents.learn.trained_agent import TrainedAgent
from execution.agents.learn.vector_markets import MaskedObservations

States = tuple[torch.Tensor, torch.Tensor]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrentSettings:
    """Proximal policy optimisation with memory. ValueError for what cannot be trained.

    ppo: all else. Its rollout_steps are the longest sequence through which errors go back; sequences also end
    where an order does, and where a batch of consecutive steps does. memory_units: of the actor's long
    short-term memory, and of the critic's.
    """

    ppo: PpoSettings = field(default_factory=PpoSettings)
    memory_units: int = 32

    def __post_init__(self) -> None:
        """Refuse a memory without units."""
        if self.memory_units < 1:
            raise ValueError(f"memory_units is {self.memory_units}, must be at least 1")


class FeaturesBeforeMask(StandardisedFeatures):
    """Standardised features and behind them, not counted among the features, the mask for the last layer."""

    def forward(self, observation: torch.Tensor) -> torch.Tensor:
        """Shape (row, feature + action)."""
        return torch.cat([super().forward(observation), observation[:, self.features_dim :]], dim=1)


class LayersBeforeMask(MlpExtractor):
    """Layers of an actor and a critic that hand on the mask behind what they are given."""

    def __init__(self, inputs: int, **kwargs: Any) -> None:
        super().__init__(inputs, **kwargs)
        self._inputs = inputs

    def forward_actor(self, features: torch.Tensor) -> torch.Tensor:
        """What the actor found, the mask behind it."""
        return torch.cat([self.policy_net(features[:, : self._inputs]), features[:, self._inputs :]], dim=1)

    def forward_critic(self, features: torch.Tensor) -> torch.Tensor:
        """What the critic found; it needs no mask."""
        found: torch.Tensor = self.value_net(features[:, : self._inputs])
        return found


class MaskedRecurrentPolicy(RecurrentActorCriticPolicy):
    """sb3-contrib's policy with masks, and with the features themselves beside what is remembered of them.

    So the policy without a memory is among those that it can be.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What is seen early is kept until learning finds it useless (Jozefowicz et al. 2015).
        units = self.lstm_output_dim
        with torch.no_grad():
            for memory in ("lstm_actor", "lstm_critic"):
                self.get_parameter(f"{memory}.bias_hh_l0")[units : 2 * units] = 1.0

    def _build_mlp_extractor(self) -> None:
        self.mlp_extractor = LayersBeforeMask(
            self.features_dim + self.lstm_output_dim,
            net_arch=self.net_arch,
            activation_fn=self.activation_fn,
            device=self.device,
        )

    @staticmethod
    def _process_sequence(  # type: ignore[override] # sb3-contrib states one tensor and returns two
        features: torch.Tensor, lstm_states: States, episode_starts: torch.Tensor, lstm: torch.nn.LSTM
    ) -> tuple[torch.Tensor, States]:
        """Features, what is remembered and the mask side by side, of sequences one after the other."""
        sequences = lstm_states[0].shape[1]
        seen, mask = features[:, : lstm.input_size], features[:, lstm.input_size :]
        # The rollout cuts sequences where orders begin, so that no other step but the first can be one.
        kept = 1.0 - episode_starts.reshape(sequences, -1)[:, 0].view(1, sequences, 1)
        begun = (kept * lstm_states[0], kept * lstm_states[1])
        remembered, states = lstm(seen.reshape(sequences, -1, lstm.input_size).swapaxes(0, 1), begun)
        return torch.cat([seen, remembered.swapaxes(0, 1).flatten(0, 1), mask], dim=1), states

    def _get_action_dist_from_latent(self, latent_pi: torch.Tensor) -> Distribution:
        """The distribution over what the mask behind the actor's layers permits."""
        actions = int(self.action_space.n)  # type: ignore[attr-defined] # MaskedObservations sees to it
        odds = self.action_net(latent_pi[:, :-actions])
        odds = odds.masked_fill(latent_pi[:, -actions:] < 0.5, FORBIDDEN)
        return self.action_dist.proba_distribution(action_logits=odds)


@final
class RecurrentPpoLearner(ActorLearner, RecurrentPPO):
    """sb3-contrib's RecurrentPPO, which knows no masks itself: they are at the end of observations."""

    algorithm_name = "recurrent-ppo"

    def roll_out(self) -> None:
        """Fill the rollout buffer."""
        self.collect_rollouts(self.markets(), self._round_callback, self.rollout_buffer, self.n_steps)


def recurrent_learner(
    env: VecEnv, settings: RecurrentSettings, *, seed: int, device: str = "cpu"
) -> ActorLearner:
    """A learner whose first weights follow from the seed; TypeError where actions are not discrete."""
    markets = MaskedObservations(VecMonitor(env))
    network = network_arguments(settings.ppo, markets.features) | {
        "features_extractor_class": FeaturesBeforeMask,
        "lstm_hidden_size": settings.memory_units,
    }
    learner = RecurrentPpoLearner(
        MaskedRecurrentPolicy,
        markets,
        policy_kwargs=network,
        device=device,
        seed=seed,
        **learning_arguments(settings.ppo, env.num_envs),
    )
    return prepared(learner, settings.ppo, markets.features)


def train_recurrent_ppo(
    env: VecEnv,
    settings: RecurrentSettings,
    *,
    steps: int,
    seed: int,
    rounds: int = 10,
    progress: ProgressCallback | None = None,
    checkpoint: Path | None = None,
    device: str = "cpu",
) -> TrainedAgent:
    """Train an actor that remembers, in an environment of discrete actions; otherwise as `train_ppo`."""
    return train_rounds(
        recurrent_learner(env, settings, seed=seed, device=device),
        steps=steps,
        seed=seed,
        rounds=rounds,
        identity=json.dumps({"recurrent-ppo": asdict(settings)}),
        progress=progress,
        checkpoint=checkpoint,
    )
