"""Any recording from its files: the format is found from what they hold, not from what they are called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from execution.errors import RecordingError, RecordingProblem
from execution.recorded.binance import read_binance
from execution.recorded.binance_tables import DEPTH_COLUMNS, QUOTE_COLUMNS, TRADE_COLUMNS
from execution.recorded.bitstamp import is_orders_table, read_bitstamp
from execution.recorded.lobster import MESSAGE_COLUMNS as LOBSTER_COLUMNS
from execution.recorded.lobster import read_lobster
from execution.recorded.lobster_parquet import MESSAGE_COLUMNS as PARQUET_COLUMNS
from execution.recorded.lobster_parquet import read_lobster_parquet
from execution.recorded.quality import Tolerance
from execution.recorded.recording import Recording
from execution.recorded.tape_parquet import MESSAGE_COLUMNS as TAPE_COLUMNS
from execution.recorded.tape_parquet import read_tape
from execution.recorded.text_table import read_bytes

_LOG_LINE = re.compile(r"^\d{10,16} \w+ \{")
_NUMBERS = re.compile(r"^\s*[-+]?[\d.]+\s*(,[^,]*)*$")


class FileKind(Enum):
    """What a file of a recording is, as said in an error."""

    LOBSTER_MESSAGES = "LOBSTER messages"
    LOBSTER_BOOK = "a LOBSTER order book"
    LOBSTER_TABLE = "a LOBSTER parquet table"
    TAPE = "a simulated market's tape"
    BITSTAMP = "a Bitstamp feed"
    BINANCE_DEPTH = "Binance level changes"
    BINANCE_TRADES = "Binance trades"
    BINANCE_QUOTES = "Binance best quotes"


_PARQUET = (
    (FileKind.LOBSTER_TABLE, PARQUET_COLUMNS),
    (FileKind.TAPE, TAPE_COLUMNS),
    (FileKind.BINANCE_TRADES, TRADE_COLUMNS),
    (FileKind.BINANCE_QUOTES, QUOTE_COLUMNS),
    (FileKind.BINANCE_DEPTH, DEPTH_COLUMNS),
)
_TOGETHER = (
    "LOBSTER messages with or without their order book, a LOBSTER parquet table, a simulated "
    "market's tape, a Bitstamp feed, or Binance "
    "level changes with or without trades and best quotes"
)


def read_recording(
    paths: Path | Sequence[Path], *, tick_size: float | None = None, tolerance: Tolerance | None = None
) -> Recording:
    """Read a recording of one file or of the files that belong together, in any order.

    tick_size [currency]: found from the prices when left out. RecordingError where no format fits or a flaw
    goes beyond the tolerance.
    """
    files = [paths] if isinstance(paths, Path) else list(paths)
    kinds = {file_kind(path): path for path in files}
    found = set(kinds)
    if len(kinds) == len(files):
        if found <= {FileKind.LOBSTER_MESSAGES, FileKind.LOBSTER_BOOK} and FileKind.LOBSTER_MESSAGES in found:
            messages, book = kinds[FileKind.LOBSTER_MESSAGES], kinds.get(FileKind.LOBSTER_BOOK)
            return read_lobster(messages, book, tick_size=tick_size, tolerance=tolerance)
        if found == {FileKind.LOBSTER_TABLE}:
            return read_lobster_parquet(files[0], tick_size=tick_size, tolerance=tolerance)
        if found == {FileKind.TAPE}:
            return read_tape(files[0], tick_size=tick_size, tolerance=tolerance)
        if found == {FileKind.BITSTAMP}:
            return read_bitstamp(files[0], tick_size=tick_size, tolerance=tolerance)
        if FileKind.BINANCE_DEPTH in found and found <= set(list(FileKind)[-3:]):
            depth, trades, quotes = (kinds.get(kind) for kind in list(FileKind)[-3:])
            if depth is not None:
                return read_binance(depth, trades, quotes, tick_size=tick_size, tolerance=tolerance)
    raise RecordingError(
        RecordingProblem(file=str(path), value=file_kind(path).value, expected=_TOGETHER) for path in files
    )


def file_kind(path: Path) -> FileKind:
    """What a file holds; RecordingError where it is nothing that we read."""
    content = read_bytes(path)
    if content[:4] == b"PAR1":
        return _parquet_kind(path)
    lines = content[:65536].decode("utf-8", "replace").splitlines()[:20]
    if any(_LOG_LINE.match(line) for line in lines):
        return FileKind.BITSTAMP
    if is_orders_table(content):
        return FileKind.BITSTAMP
    widths = [line.count(",") + 1 for line in lines if _NUMBERS.match(line)]
    width = max(set(widths), key=widths.count, default=0)
    if width in (len(LOBSTER_COLUMNS), len(LOBSTER_COLUMNS) + 1):
        return FileKind.LOBSTER_MESSAGES
    if width and width % 4 == 0:
        return FileKind.LOBSTER_BOOK
    first = lines[0] if lines else "nothing"
    raise RecordingError(RecordingProblem(file=str(path), row=1, value=first, expected=_TOGETHER))


def _parquet_kind(path: Path) -> FileKind:
    try:
        names = set(pyarrow.parquet.read_schema(path).names)
    except (OSError, pa.ArrowException) as error:
        problem = RecordingProblem(file=str(path), value=str(error), expected="a readable parquet file")
        raise RecordingError(problem) from None
    missing = {kind: [column for column in columns if column not in names] for kind, columns in _PARQUET}
    nearest = min(missing, key=lambda kind: len(missing[kind]))
    if missing[nearest]:
        raise RecordingError(
            RecordingProblem(file=str(path), column=column, expected=f"this column of {nearest.value}")
            for column in missing[nearest]
        )
    return nearest
