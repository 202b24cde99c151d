"""Action-value networks of DQN in torch: masked, and dueling where asked for."""

from __future__ import annotations

from typing import Any

import torch
from stable_baselines3.common.torch_layers import create_mlp
from stable_baselines3.dqn.policies import DQNPolicy, QNetwork

# Finite, since a value that does not count is multiplied by 0 at an episode's end.
FORBIDDEN = -1e9


class DuelingHead(torch.nn.Module):
    """Q(s, a) = V(s) + A(s, a) - mean over a of A(s, a), V and A from a layer of their own each.

    Reference: Z. Wang et al., Dueling network architectures for deep reinforcement learning, ICML 2016,
    equation 9.
    """

    def __init__(self, inputs: int, units: int, actions: int) -> None:
        super().__init__()
        self.value_hidden = torch.nn.Linear(inputs, units)
        self.value = torch.nn.Linear(units, 1)
        self.advantage_hidden = torch.nn.Linear(inputs, units)
        self.advantage = torch.nn.Linear(units, actions)

    def forward(self, trunk: torch.Tensor) -> torch.Tensor:
        """Action values (row, action)."""
        advantage: torch.Tensor = self.advantage(torch.relu(self.advantage_hidden(trunk)))
        value: torch.Tensor = self.value(torch.relu(self.value_hidden(trunk)))
        return value + advantage - advantage.mean(dim=1, keepdim=True)


class MaskedQNetwork(QNetwork):
    """Action values, FORBIDDEN where the mask behind the features does not permit the action."""

    def __init__(self, *args: Any, dueling_units: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if dueling_units:
            trunk = create_mlp(self.features_dim, -1, self.net_arch, self.activation_fn)
            head = DuelingHead(self.net_arch[-1], dueling_units, int(self.action_space.n))
            self.q_net = torch.nn.Sequential(*trunk, head)

    def forward(self, obs: Any) -> torch.Tensor:
        """Action values (row, action) of observations with masks (row, feature + action)."""
        values: torch.Tensor = super().forward(obs)
        return values.masked_fill(obs[:, self.features_dim :] < 0.5, FORBIDDEN)


class MaskedDqnPolicy(DQNPolicy):
    """DQNPolicy with MaskedQNetwork; dueling_units: of each stream, 0 for none."""

    def __init__(self, *args: Any, dueling_units: int, **kwargs: Any) -> None:
        self.dueling_units = dueling_units
        super().__init__(*args, **kwargs)

    def make_q_net(self) -> MaskedQNetwork:
        """One network; the policy has two, of which one is the target."""
        arguments = self._update_features_extractor(self.net_args, features_extractor=None)
        network = MaskedQNetwork(**arguments, dueling_units=self.dueling_units)
        return network.to(self.device)
