"""Weights on disk: safetensors for the numbers, JSON for the card that says how they came about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from hedger.network.inference import BandNetwork
from hedger.network.ladder import FEATURES, OUTPUTS
from hedger.network.weight_file import Arrays, array_bytes, read_arrays, require_shapes

SHIPPED = Path(__file__).parent / "shipped"


@cache
def shipped_network() -> BandNetwork:
    """The universal network that every installation has."""
    return read_network(SHIPPED / "universal.safetensors")


def shipped_card() -> Mapping[str, Any]:
    """How the shipped weights came about: seeds, data, commands, scores, limits."""
    card: Mapping[str, Any] = json.loads((SHIPPED / "universal.json").read_text(encoding="utf-8"))
    return card


def read_network(path: Path) -> BandNetwork:
    """Read weights. Raises UsageError where the file is none of ours."""
    arrays = read_arrays(path, BandNetwork, title="band network")
    return layers_network(path, arrays, FEATURES, arrays["hidden"].shape[0], OUTPUTS)


def layers_network(path: Path, arrays: Arrays, inputs: int, hidden: int, outputs: int) -> BandNetwork:
    """A network of so many inputs, further hidden layers and outputs; UsageError where it is none."""
    width = arrays["first"].shape[-1]
    shapes = {
        **dict.fromkeys(("mean", "deviation", "lowest", "highest"), (inputs,)),
        "first": (inputs, width),
        "first_bias": (width,),
        "hidden": (hidden, width, width),
        "hidden_bias": (hidden, width),
        "last": (width, outputs),
        "last_bias": (outputs,),
    }
    require_shapes(path, arrays, shapes)
    return BandNetwork(
        **{name: np.ascontiguousarray(array, dtype=np.float32) for name, array in arrays.items()}
    )


def network_bytes(network: BandNetwork) -> bytes:
    """The file's content; written whole or not at all by the caller."""
    return array_bytes(network)
