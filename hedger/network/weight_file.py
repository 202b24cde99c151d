"""Arrays of a network in a safetensors file: read, and refused where they are not what is expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from hedger.errors import UsageError

Arrays = Mapping[str, npt.NDArray[Any]]


def read_arrays(path: Path, kind: type, *, title: str) -> Arrays:
    """The arrays of a dataclass by the names of its fields. Raises UsageError for any other file.

    title: what the file should hold the weights of, for the message.
    """
    try:
        arrays: Arrays = load_file(path)
    except (OSError, SafetensorError) as error:
        raise UsageError(f"{path}: no weights of a {title} could be read: {error}") from error
    names = {field.name for field in fields(kind)}
    if set(arrays) != names:
        raise UsageError(f"{path}: expected the arrays {', '.join(sorted(names))}, found {', '.join(arrays)}")
    return arrays


def require_shapes(path: Path, arrays: Arrays, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Raise UsageError where an array has another shape or a number that is not finite."""
    for name, array in arrays.items():
        if array.shape != shapes[name] or not np.all(np.isfinite(array)):
            raise UsageError(f"{path}: '{name}' must be finite and of shape {shapes[name]}")


def array_bytes(network: Any) -> bytes:
    """The file's content from a dataclass of arrays; written whole or not at all by the caller."""
    return save({field.name: getattr(network, field.name) for field in fields(network)})
