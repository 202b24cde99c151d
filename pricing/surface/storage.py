"""A fitted surface saved to a file and reloaded exactly: every query gives the same bits."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from pricing.curves import DiscountCurve, ForwardCurve
from pricing.errors import InputError, InputProblem
from pricing.input_file import input_bytes
from pricing.market import Source
from pricing.surface.arbitrage import ArbitrageCertificate
from pricing.surface.clocked import ClockedSurface
from pricing.surface.heston import BatesSurface, HestonSurface
from pricing.surface.smooth_surface import SmoothSurface
from pricing.surface.ssvi import SsviSurface
from pricing.surface.storage_codec import Decoder, encoded
from pricing.surface.surface import VolSurface
from pricing.surface.svi import SviSurface

FORMAT, VERSION = "hedger volatility surface", 1

SURFACE_KINDS: Mapping[str, type] = MappingProxyType(
    {
        "ssvi": SsviSurface,
        "svi": SviSurface,
        "smooth": SmoothSurface,
        "heston": HestonSurface,
        "bates": BatesSurface,
        "clocked": ClockedSurface,
    }
)
"""Name in the file -> the surface that it stands for."""

_LARGEST_BYTES = 64 * 1024 * 1024
_PROBE_LOG_MONEYNESS = np.array([-1.0, -0.1, 0.0, 0.1, 1.0])
_PROBE_YEARS = np.array([[0.01], [0.3], [5.0]])


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSurface:
    """What a file holds: the surface, and, where given, its curves, certificate and provenance."""

    surface: VolSurface
    underlying: str = ""
    as_of: datetime | None = None
    discount: DiscountCurve | None = None
    forward: ForwardCurve | None = None
    certificate: ArbitrageCertificate | None = None
    sources: tuple[Source, ...] = ()


def save_surface(path: Path, stored: StoredSurface) -> None:
    """Write a surface and what belongs to it as JSON, whole or not at all.

    Floats are written in their shortest form that reads back to the same bits. Raises InputError where the
    surface is of a kind that SURFACE_KINDS does not name, or the folder cannot be written.
    """
    content = {"format": FORMAT, "version": VERSION, **encoded(stored, SURFACE_KINDS)}
    text = json.dumps(content, indent=1, allow_nan=False) + "\n"
    try:
        _write_whole(path, text)
    except OSError as error:
        expected = f"a file that can be written ({error.strerror or error})"
        raise InputError(InputProblem(file=path.name, expected=expected)) from None


def load_surface(path: Path) -> StoredSurface:
    """Read what `save_surface` wrote.

    Raises InputError naming the field (as surface.slices.level) for whatever is missing, unknown, of the
    wrong type or shape, or no variance; for another format or version; and as `input_bytes` does.
    """
    content = input_bytes(path, kinds="a JSON file", row="field", maximum_bytes=_LARGEST_BYTES)
    try:
        tree = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _unusable(path, "", f"JSON ({error})") from None
    if not isinstance(tree, dict) or tree.pop("format", None) != FORMAT:
        raise _unusable(path, "format", f"'{FORMAT}'")
    version = tree.pop("version", None)
    if version != VERSION:
        raise _unusable(path, "version", str(VERSION), str(version))
    stored = Decoder(file=path.name, kinds=SURFACE_KINDS).decoded(tree, StoredSurface, "")
    if not isinstance(stored, StoredSurface):
        raise TypeError("the decoder returned another type than it was asked for")
    _check_variance(path, stored.surface)
    return stored


def _write_whole(path: Path, text: str) -> None:
    """A temporary file beside the target, moved into its place once it is on the disk."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _check_variance(path: Path, surface: VolSurface) -> None:
    """Numbers of the right shape may still be no surface."""
    with np.errstate(all="ignore"):
        variance: npt.NDArray[np.float64] = surface.total_variance(_PROBE_LOG_MONEYNESS, _PROBE_YEARS)
    if not np.all(np.isfinite(variance) & (variance >= 0.0)):
        raise _unusable(path, "surface", "numbers that give a total variance of zero or more everywhere")


def _unusable(path: Path, column: str, expected: str, value: str | None = None) -> InputError:
    return InputError(InputProblem(file=path.name, column=column or None, value=value, expected=expected))
