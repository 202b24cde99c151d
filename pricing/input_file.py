"""The bytes of a file that the user names, with one clear sentence for each way that there are none."""

from __future__ import annotations

import stat
from pathlib import Path

from pricing.errors import InputError, InputProblem


def input_bytes(path: Path, *, kinds: str, row: str, maximum_bytes: int | None = None) -> bytes:
    """Read a file whole. Raises InputError where it is missing, unreadable, no file, too large or empty.

    kinds: what the file should be, as 'a CSV or parquet file'. row: what it holds at least one of.
    """
    try:
        status = path.stat()
        fits = maximum_bytes is None or status.st_size <= maximum_bytes
        # A device or a pipe may never end, so that it must not even be opened.
        content = path.read_bytes() if stat.S_ISREG(status.st_mode) and fits else b""
    except FileNotFoundError:
        raise unusable(path, "a file that exists") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise unusable(path, f"a file that can be read ({reason})") from None
    if not stat.S_ISREG(status.st_mode):
        nature = "directory" if stat.S_ISDIR(status.st_mode) else "device or pipe"
        raise unusable(path, f"{kinds}, not a {nature}")
    if not fits:
        raise unusable(path, f"a file of at most {maximum_bytes:,} bytes")
    if not content.strip():
        raise unusable(path, f"a header and at least one {row}; the file is empty")
    return content


def unusable(path: Path, expected: str) -> InputError:
    """The error of a file that cannot be used at all."""
    return InputError(InputProblem(file=path.name or str(path), expected=expected))
