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
    Memory,
    Network,
    SingleArray,
    choose,
    outputs_of,
    recall,
)
from execution.agents.policy import ExecutionPolicy
from execution.agents.whole_file import write_whole
from execution.errors import AgentError


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPolicy:
    """Takes the permitted action whose output is highest.

    Outputs are action values (DQN) or log-odds of actions (PPO); the answer to an observation depends on
    neither the other rows nor a generator. A network with a memory answers through what `begin` gives.
    AgentError where the network does not fit its card.
    """

    card: AgentCard
    network: Network

    def __post_init__(self) -> None:
        """Refuse a card that names other numbers of features or actions than the network has."""
        named = (len(self.card.feature_names), len(self.card.action_names))
        if named != (self.network.features, self.network.sizes[-1]):
            raise AgentError(
                f"agent {self.card.name} names {named[0]} features and {named[1]} actions, "
                f"its network has {self.network.features} and {self.network.sizes[-1]}"
            )

    @property
    def name(self) -> str:
        """The agent's name as typed on the command line."""
        return self.card.name

    def begin(self, markets: int) -> ExecutionPolicy:
        """The same for one order in each of so many markets, of which nothing is remembered yet."""
        return self if self.network.memory is None else RememberingPolicy(self, markets)

    def act(self, observation: SingleArray, mask: BoolArray) -> IntArray:
        """Actions (market,) for observations (market, feature), of those that mask (market, action) permits.

        Of equal outputs the first wins. AgentError where shapes differ from the card's, a feature is not
        finite, a row permits nothing, or the network has a memory.
        """
        return self.chosen(self._alone(observation), mask)

    def outputs(self, observation: SingleArray) -> SingleArray:
        """Outputs (market, action) for observations (market, feature); AgentError as of `act`."""
        return self.answers(self._alone(observation))

    def observed(self, observation: SingleArray) -> SingleArray:
        """Observations (market, feature) as the network takes them; AgentError for another shape."""
        seen = np.ascontiguousarray(observation, dtype=np.float32)
        if seen.ndim != 2 or seen.shape[1] != self.network.features:
            raise AgentError(
                f"observation has shape {seen.shape}, expected (market, {self.network.features})"
            )
        return seen

    def chosen(self, seen: SingleArray, mask: BoolArray) -> IntArray:
        """As `act`, from the network's inputs: features, and what is remembered where it has a memory."""
        network, permitted = self.network, np.ascontiguousarray(mask, dtype=np.bool_)
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

    def answers(self, seen: SingleArray) -> SingleArray:
        """As `outputs`, from the network's inputs."""
        network = self.network
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

    def _alone(self, observation: SingleArray) -> SingleArray:
        """Inputs of a network that sees one observation and no more."""
        if self.network.memory is not None:
            raise AgentError(f"agent {self.name} has a memory, which an order begins with: ask `begin`")
        return self.observed(observation)

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


@final
class RememberingPolicy:
    """A policy at work on one order in each market: its network remembers what it was shown of that."""

    def __init__(self, policy: NetworkPolicy, markets: int) -> None:
        self._policy = policy
        self._hidden, self._cell = np.zeros((2, markets, policy.network.units), np.float32)

    @property
    def name(self) -> str:
        """The agent's name as typed on the command line."""
        return self._policy.name

    def act(self, observation: SingleArray, mask: BoolArray) -> IntArray:
        """As of NetworkPolicy, once a decision; AgentError also for another number of markets than begun."""
        return self._policy.chosen(self._joined(observation), mask)

    def outputs(self, observation: SingleArray) -> SingleArray:
        """As of NetworkPolicy; it is remembered as `act` does."""
        return self._policy.answers(self._joined(observation))

    def restart(self, markets: BoolArray) -> None:
        """Forget what was seen in the markets of a mask, (market,), where another order begins."""
        self._hidden[markets], self._cell[markets] = 0.0, 0.0

    def _joined(self, observation: SingleArray) -> SingleArray:
        seen, network = self._policy.observed(observation), self._policy.network
        if len(seen) != len(self._hidden) or network.memory is None:
            raise AgentError(f"{len(seen)} observations, expected one of each of {len(self._hidden)} markets")
        joined = np.empty((len(seen), network.sizes[0]), np.float32)
        row = recall(seen, network.mean, network.scale, *network.memory, self._hidden, self._cell, joined)
        if row >= 0:
            raise AgentError(f"row {row} {_TROUBLES[True]}")
        return joined


_TROUBLES = {True: "has a feature that is not finite", False: "permits no action"}
_MEMORY = ("memory_input", "memory_recurrent", "memory_bias")


def policy_bytes(policy: NetworkPolicy) -> bytes:
    """The file's content: the same policy gives the same bytes."""
    arrays = {"mean": policy.network.mean, "scale": policy.network.scale}
    for place, layer in enumerate(policy.network.layers()):
        arrays[f"weights_{place}"], arrays[f"bias_{place}"] = layer
    arrays |= dict(zip(_MEMORY, policy.network.memory or (), strict=False))
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
    memory = Memory(*(arrays[name] for name in _MEMORY)) if arrays.keys() >= set(_MEMORY) else None
    plain = {name: array for name, array in arrays.items() if memory is None or name not in _MEMORY}
    depth = (len(plain) - 2) // 2
    names = {"mean", "scale", *(f"{part}_{place}" for part in ("weights", "bias") for place in range(depth))}
    if set(plain) != names or metadata["activation"] not in {"relu", "tanh"}:
        raise AgentError("the arrays are not those of an agent")
    layers = [Layer(plain[f"weights_{place}"], plain[f"bias_{place}"]) for place in range(depth)]
    is_tanh = metadata["activation"] == "tanh"
    return Network.of(layers, mean=plain["mean"], scale=plain["scale"], is_tanh=is_tanh, memory=memory)
