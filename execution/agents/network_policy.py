"""A trained agent that decides without torch, and its file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from execution.agents.card import AgentCard
from execution.agents.inference import (
    ANSWERED,
    NOT_FINITE,
    BoolArray,
    IntArray,
    Layer,
    Network,
    SingleArray,
    choose,
    outputs_of,
)
from execution.agents.whole_file import write_whole
from execution.errors import AgentError


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPolicy:
    """Takes the permitted action whose output is highest.

    Outputs are action values (DQN) or log-odds of actions (PPO); the answer to an observation depends on
    neither the other rows nor a generator. AgentError where the network does not fit its card.
    """

    card: AgentCard
    network: Network

    def __post_init__(self) -> None:
        """Refuse a card that names other numbers of features or actions than the network has."""
        named = (len(self.card.feature_names), len(self.card.action_names))
        if named != (self.network.sizes[0], self.network.sizes[-1]):
            raise AgentError(
                f"agent {self.card.name} names {named[0]} features and {named[1]} actions, "
                f"its network has {self.network.sizes[0]} and {self.network.sizes[-1]}"
            )

    @property
    def name(self) -> str:
        """The agent's name as typed on the command line."""
        return self.card.name

    def act(self, observation: SingleArray, mask: BoolArray) -> IntArray:
        """Actions (market,) for observations (market, feature), of those that mask (market, action) permits.

        Of equal outputs the first wins. AgentError where shapes differ from the card's, a feature is not
        finite, or a row permits nothing.
        """
        seen, permitted = self._observed(observation), np.ascontiguousarray(mask, dtype=np.bool_)
        network = self.network
        if permitted.shape != (len(seen), network.sizes[-1]):
            raise AgentError(
                f"mask has shape {permitted.shape}, expected {(len(seen), int(network.sizes[-1]))}"
            )
        chosen = np.empty(len(seen), dtype=np.int64)
        trouble, row = choose(
            seen,
            permitted,
            network.mean,
            network.scale,
            network.sizes,
            network.parameters,
            network.is_tanh,
            chosen,
        )
        if trouble != ANSWERED:
            raise AgentError(f"row {row} {_TROUBLES[trouble == NOT_FINITE]}")
        return chosen

    def outputs(self, observation: SingleArray) -> SingleArray:
        """Outputs (market, action) for observations (market, feature); AgentError as of `act`."""
        seen, network = self._observed(observation), self.network
        out = np.empty((len(seen), network.sizes[-1]), dtype=np.float32)
        row = outputs_of(
            seen,
            network.mean,
            network.scale,
            network.sizes,
            network.parameters,
            network.is_tanh,
            out,
        )
        if row >= 0:
            raise AgentError(f"row {row} {_TROUBLES[True]}")
        return out

    def _observed(self, observation: SingleArray) -> SingleArray:
        seen = np.ascontiguousarray(observation, dtype=np.float32)
        if seen.ndim != 2 or seen.shape[1] != self.network.sizes[0]:
            raise AgentError(
                f"observation has shape {seen.shape}, expected (market, {int(self.network.sizes[0])})"
            )
        return seen

    def save(self, path: Path) -> None:
        """Write weights and card to one safetensors file, whole or not at all."""
        write_whole(path, policy_bytes(self))

    @classmethod
    def load(
        cls, path: Path, *, features: Sequence[str] | None = None, actions: Sequence[str] | None = None
    ) -> NetworkPolicy:
        """Read what `save` wrote.

        features, actions: names that the caller will use; AgentError where the agent was trained on others,
        and for a file that is none of ours.
        """
        arrays, metadata = _content(path)
        try:
            card = AgentCard.parse(metadata.get("card", ""))
            card.require_names(features=features, actions=actions)
            policy = cls(card=card, network=_network(arrays, metadata))
        except ValueError as error:
            raise AgentError(f"{path}: {error}") from error
        return policy


_TROUBLES = {True: "has a feature that is not finite", False: "permits no action"}


def policy_bytes(policy: NetworkPolicy) -> bytes:
    """The file's content: the same policy gives the same bytes."""
    arrays = {"mean": policy.network.mean, "scale": policy.network.scale}
    for place, layer in enumerate(policy.network.layers()):
        arrays[f"weights_{place}"], arrays[f"bias_{place}"] = layer
    # One entry of metadata: safetensors writes several in an order of chance.
    activation = "tanh" if policy.network.is_tanh else "relu"
    content: bytes = save(arrays, metadata={"card": f"{activation}\n{policy.card.text()}"})
    return content


def _content(path: Path) -> tuple[dict[str, npt.NDArray[Any]], dict[str, str]]:
    try:
        with safe_open(path, framework="numpy") as file:
            written = (file.metadata() or {}).get("card", "\n")
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, TypeError) as error:
        raise AgentError(f"{path}: no agent could be read: {error}") from error
    activation, _, card = written.partition("\n")
    return arrays, {"activation": activation, "card": card}


def _network(arrays: dict[str, npt.NDArray[Any]], metadata: dict[str, str]) -> Network:
    depth = (len(arrays) - 2) // 2
    names = {"mean", "scale", *(f"{part}_{place}" for part in ("weights", "bias") for place in range(depth))}
    if set(arrays) != names or metadata["activation"] not in {"relu", "tanh"}:
        raise AgentError("the arrays are not those of an agent")
    layers = [Layer(arrays[f"weights_{place}"], arrays[f"bias_{place}"]) for place in range(depth)]
    is_tanh = metadata["activation"] == "tanh"
    return Network.of(layers, mean=arrays["mean"], scale=arrays["scale"], is_tanh=is_tanh)
