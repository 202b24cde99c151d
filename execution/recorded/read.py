"""Any recording from its files: the format is found from what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from execution.errors import RecordingError, RecordingProblem
from execution.recorded.lobster import read_lobster
from execution.recorded.lobster_parquet import read_lobster_parquet
from execution.recorded.quality import Tolerance
from execution.recorded.recording import Recording


def read_recording(
    paths: Path | Sequence[Path], *, tick_size: float | None = None, tolerance: Tolerance | None = None
) -> Recording:
    """Read a recording of one file or of the files that belong together.

    tick_size [currency]: found from the prices when left out. RecordingError where no format fits or a flaw
    goes beyond the tolerance.
    """
    files = [paths] if isinstance(paths, Path) else list(paths)
    if len(files) == 1 and files[0].suffix == ".parquet":
        return read_lobster_parquet(files[0], tick_size=tick_size, tolerance=tolerance)
    if 1 <= len(files) <= 2:
        return read_lobster(files[0], *files[1:], tick_size=tick_size, tolerance=tolerance)
    raise RecordingError(RecordingProblem(file=", ".join(map(str, files)), expected="one recording's files"))
