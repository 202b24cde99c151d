"""Weights on disk: safetensors for the numbers, JSON for the card that says how they came about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from hedger.errors import UsageError
from hedger.network.inference import BandNetwork
from hedger.network.ladder import FEATURES, OUTPUTS

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
    try:
        arrays = load_file(path)
    except (OSError, SafetensorError) as error:
        raise UsageError(f"{path}: no weights of a band network could be read: {error}") from error
    names = {field.name for field in fields(BandNetwork)}
    if set(arrays) != names:
        raise UsageError(f"{path}: expected the arrays {', '.join(sorted(names))}, found {', '.join(arrays)}")
    width = arrays["first"].shape[-1]
    shapes = {
        **dict.fromkeys(("mean", "deviation", "lowest", "highest"), (FEATURES,)),
        "first": (FEATURES, width),
        "first_bias": (width,),
        "hidden": (arrays["hidden"].shape[0], width, width),
        "hidden_bias": (arrays["hidden"].shape[0], width),
        "last": (width, OUTPUTS),
        "last_bias": (OUTPUTS,),
    }
    for name, array in arrays.items():
        if array.shape != shapes[name] or not np.all(np.isfinite(array)):
            raise UsageError(f"{path}: '{name}' must be finite and of shape {shapes[name]}")
    return BandNetwork(
        **{name: np.ascontiguousarray(array, dtype=np.float32) for name, array in arrays.items()}
    )


def network_bytes(network: BandNetwork) -> bytes:
    """The file's content; written whole or not at all by the caller."""
    return save({field.name: getattr(network, field.name) for field in fields(BandNetwork)})
