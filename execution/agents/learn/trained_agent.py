"""What training hands back: a network without torch, and how it was come by."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import final

from execution.agents.card import AgentCard
from execution.agents.inference import Network
from execution.agents.network_policy import NetworkPolicy


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedAgent:
    """A network as it is after `steps` steps of all markets together; episode_reward: see Progress."""

    algorithm: str
    network: Network
    steps: int
    seed: int
    episode_reward: float

    def policy(self, card: AgentCard | None = None) -> NetworkPolicy:
        """The agent that decides without torch; without a card features and actions go by numbers."""
        return NetworkPolicy(card=card or self._plain_card(), network=self.network)

    def save(self, path: Path, card: AgentCard | None = None) -> None:
        """Write the policy's file; see NetworkPolicy.save."""
        self.policy(card).save(path)

    def _plain_card(self) -> AgentCard:
        return AgentCard(
            name=self.algorithm,
            algorithm=self.algorithm,
            feature_names=tuple(f"feature_{place}" for place in range(self.network.features)),
            action_names=tuple(f"action_{place}" for place in range(self.network.sizes[-1])),
            notes={"steps": str(self.steps), "seed": str(self.seed)},
        )
