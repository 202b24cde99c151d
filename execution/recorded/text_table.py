"""Comma-separated text, plain, gz or xz, read as text cells so that no digit of a number is lost."""

from __future__ import annotations

import gzip
import lzma
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from execution.errors import RecordingError, RecordingProblem
from execution.recorded.messages import IntArray
from execution.recorded.quality import Finding, Flaw

_INTEGER = r"^\s*[-+]?\d{1,18}\s*$"
_DECIMAL = r"^\s*[-+]?\d{1,9}(\.\d{0,20})?\s*$"
_COMPRESSED = {b"\x1f\x8b": gzip.decompress, b"\xfd7": lzma.decompress}


class TextTable(NamedTuple):
    """Text cells by column; line: (row,) lines in the file; ragged: (line, text) of others.

    header: lines at the top that are neither.
    """

    columns: dict[str, Any]
    line: IntArray
    ragged: list[tuple[int, str]]
    header: int = 0


def read_bytes(path: Path) -> bytes:
    """A file's content, gz or xz decompressed; RecordingError where it cannot be read.

    A pipe is refused: a recording is read once for its format and once more for its rows.
    """
    try:
        if path.is_fifo():
            raise OSError("a pipe")
        content = path.read_bytes()
        decompress = _COMPRESSED.get(content[:2])
        return decompress(content) if decompress else content
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        problem = RecordingProblem(
            file=str(path), value=reason, expected="a readable file, plain, .gz or .xz"
        )
        raise RecordingError(problem) from None


def read_table(content: bytes, names: list[str], *, skip_lines: int = 0) -> TextTable:
    """Cells of lines that have len(names) of them; other lines, empty ones too, are `ragged`."""
    ragged: list[tuple[int, str]] = []

    def keep(row: Any) -> str:
        ragged.append((row.number, row.text))
        return "skip"

    if not content[_start_of(content, skip_lines) :].strip():
        empty = pa.array([], pa.string())
        return TextTable(dict.fromkeys(names, empty), np.zeros(0, np.int64), [])
    text = content.decode("utf-8", "replace").encode() if not content.isascii() else content
    table = pyarrow.csv.read_csv(
        pa.BufferReader(text),
        read_options=pyarrow.csv.ReadOptions(column_names=names, skip_rows=skip_lines, use_threads=False),
        parse_options=pyarrow.csv.ParseOptions(
            invalid_row_handler=keep, ignore_empty_lines=False, quote_char=False
        ),
        convert_options=pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    )
    taken = np.zeros(table.num_rows + len(ragged) + skip_lines, np.bool_)
    taken[[number - 1 for number, _ in ragged]] = True
    taken[:skip_lines] = True
    columns = {name: table.column(name).combine_chunks() for name in names}
    return TextTable(columns, np.flatnonzero(~taken) + 1, ragged, skip_lines)


def integers(cells: Any) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """Whole numbers and where a cell holds none (the number there is 0)."""
    good = pc.match_substring_regex(cells, _INTEGER)
    text = pc.if_else(good, pc.utf8_trim_whitespace(cells), "0")
    plain = pc.replace_substring_regex(text, r"^\+", "")
    values = pc.cast(plain, pa.int64()).to_numpy(zero_copy_only=False)
    return values, ~good.to_numpy(zero_copy_only=False)


def scaled(cells: Any, digits: int) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """Decimal numbers times 10**digits, exact up to that digit, and where a cell holds none."""
    good = pc.match_substring_regex(cells, _DECIMAL)
    text = pc.utf8_trim_whitespace(pc.if_else(good, cells, "0"))
    exact = pc.round(pc.cast(text, pa.decimal128(38, 20)), digits)
    whole = pc.cast(exact, pa.decimal128(38, digits))
    # A decimal128 is a 128-bit integer, its low half first: nine digits and nine more fit that half.
    halves = np.frombuffer(whole.buffers()[1], np.int64)[::2]
    return halves[whole.offset : whole.offset + len(whole)].copy(), ~good.to_numpy(zero_copy_only=False)


def ragged_lines(path: Path, table: TextTable, expected: str) -> list[Finding]:
    """The lines that have another number of cells, half lines among them."""
    if not table.ragged:
        return []
    return [
        Finding(
            flaw=Flaw.UNREADABLE,
            file=str(path),
            lines=np.array([line for line, _ in table.ragged]),
            values=tuple(text for _, text in table.ragged),
            expected=expected,
            treatment="dropped",
        )
    ]


def unreadable_cells(
    path: Path, table: TextTable, column: str, name: str, wrong: npt.NDArray[np.bool_]
) -> list[Finding]:
    """The cells of a column that hold no number."""
    if not wrong.any():
        return []
    return [
        Finding(
            flaw=Flaw.UNREADABLE,
            file=str(path),
            lines=table.line[wrong],
            values=tuple(table.columns[column].filter(pa.array(wrong)).to_pylist()),
            expected="a number",
            treatment="dropped",
            column=name,
        )
    ]


def _start_of(content: bytes, line: int) -> int:
    start = 0
    for _ in range(line):
        start = content.find(b"\n", start) + 1
    return start
