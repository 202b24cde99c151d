"""One file of output: new, and written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from hedger.errors import UsageError


def require_new(path: Path) -> None:
    """Raise UsageError where something is there already or the folder is not."""
    if path.exists():
        raise UsageError(f"the output '{path}' exists already; name a file that does not exist yet")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"the output '{path}' has no folder to be in; make '{path.parent}' first")


def write_new(path: Path, fill: Callable[[Path], None]) -> None:
    """Let `fill` write a hidden file beside `path`, then rename it into place in one step."""
    require_new(path)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.absolute().parent)
    except OSError as error:
        raise UsageError(f"the output '{path}' cannot be made: {error.strerror}") from None
    os.close(handle)
    building = Path(name)
    try:
        fill(building)
        building.chmod(0o644)
        building.rename(path)
    except OSError as error:
        raise UsageError(f"the output '{path}' cannot be written: {error.strerror}") from None
    finally:
        building.unlink(missing_ok=True)
