"""The market correction on disk: safetensors for the numbers, JSON for the card that says where from."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from hedger.errors import UsageError
from hedger.network.correction import INPUTS, PARTS, MarketCorrection
from hedger.network.inference import BandNetwork


def read_correction(path: Path) -> MarketCorrection:
    """Read weights. Raises UsageError where the file is none of ours."""
    try:
        arrays = load_file(path)
    except (OSError, SafetensorError) as error:
        raise UsageError(f"{path}: no weights of a market correction could be read: {error}") from error
    names = {field.name for field in fields(BandNetwork)}
    if set(arrays) != names:
        raise UsageError(f"{path}: expected the arrays {', '.join(sorted(names))}, found {', '.join(arrays)}")
    width = arrays["first"].shape[-1]
    shapes = {
        **dict.fromkeys(("mean", "deviation", "lowest", "highest"), (INPUTS,)),
        "first": (INPUTS, width),
        "first_bias": (width,),
        "hidden": (1, width, width),
        "hidden_bias": (1, width),
        "last": (width, len(PARTS)),
        "last_bias": (len(PARTS),),
    }
    for name, array in arrays.items():
        if array.shape != shapes[name] or not np.all(np.isfinite(array)):
            raise UsageError(f"{path}: '{name}' must be finite and of shape {shapes[name]}")
    return MarketCorrection(
        network=BandNetwork(
            **{name: np.ascontiguousarray(array, dtype=np.float32) for name, array in arrays.items()}
        )
    )


def correction_bytes(correction: MarketCorrection) -> bytes:
    """The file's content; written whole or not at all by the caller."""
    return save({field.name: getattr(correction.network, field.name) for field in fields(BandNetwork)})
