"""A training's state in one safetensors file: networks, optimiser, counters, replay."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from execution.agents.whole_file import write_whole
from execution.errors import AgentError

Arrays = dict[str, npt.NDArray[Any]]

_POLICY, _OPTIMISER, _KEPT = "policy/", "optimiser/", "kept/"


class Learner(Protocol):
    """What a checkpoint reads and restores."""

    policy: Any

    def counters(self) -> dict[str, float]:
        """Numbers that go on from round to round."""
        ...

    def set_counters(self, counters: Mapping[str, float]) -> None:
        """Take over what `counters` gave."""
        ...

    def kept_arrays(self) -> Arrays:
        """What goes on beside networks and optimiser."""
        ...

    def restore_arrays(self, arrays: Arrays) -> None:
        """Take over what `kept_arrays` gave."""
        ...


def write_checkpoint(path: Path, learner: Learner, identity: str, rounds: int) -> None:
    """Write the state after so many rounds, whole or not at all."""
    arrays = {_POLICY + name: _array(tensor) for name, tensor in learner.policy.state_dict().items()}
    for place, state in learner.policy.optimizer.state_dict()["state"].items():
        arrays |= {f"{_OPTIMISER}{place}/{name}": _array(tensor) for name, tensor in state.items()}
    arrays |= {_KEPT + name: np.ascontiguousarray(array) for name, array in learner.kept_arrays().items()}
    told = {"identity": identity, "rounds": rounds, "counters": learner.counters()}
    write_whole(path, save(arrays, metadata={"state": json.dumps(told)}))


def rounds_done(path: Path) -> int:
    """Rounds behind a checkpoint, 0 where there is none; AgentError for a file that is none."""
    if not path.exists():
        return 0
    try:
        with safe_open(path, framework="np") as opened:
            return int(json.loads((opened.metadata() or {})["state"])["rounds"])
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise AgentError(f"{path} is no checkpoint of a training") from error


def read_checkpoint(path: Path, learner: Learner, identity: str) -> int:
    """Restore a learner and return how many rounds are done.

    AgentError for a file that is no checkpoint, or that of another training.
    """
    try:
        with safe_open(path, framework="numpy") as file:
            told = json.loads((file.metadata() or {}).get("state", "{}"))
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, ValueError, TypeError) as error:
        raise AgentError(f"{path}: no checkpoint could be read: {error}") from error
    if told.get("identity") != identity:
        raise AgentError(
            f"{path}: the checkpoint is that of another training: "
            f"found {told.get('identity')}, expected {identity}"
        )
    _restore(learner, arrays)
    learner.set_counters(told["counters"])
    return int(told["rounds"])


def _restore(learner: Learner, arrays: Arrays) -> None:
    policy = {name: torch.from_numpy(array) for name, array in _under(_POLICY, arrays).items()}
    learner.policy.load_state_dict(policy)
    optimiser = learner.policy.optimizer.state_dict()
    optimiser["state"] = {}
    for name, array in _under(_OPTIMISER, arrays).items():
        place, _, entry = name.partition("/")
        optimiser["state"].setdefault(int(place), {})[entry] = torch.from_numpy(array)
    learner.policy.optimizer.load_state_dict(optimiser)
    learner.restore_arrays(_under(_KEPT, arrays))


def _under(prefix: str, arrays: Arrays) -> Arrays:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _array(tensor: torch.Tensor) -> npt.NDArray[Any]:
    return np.array(tensor.detach().cpu().numpy())
