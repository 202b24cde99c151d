"""A CSV or parquet file as rows of text with the row numbers that its author sees."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from execution.errors import RecordingError, RecordingProblem
from execution.recorded.text_table import read_bytes

_DELIMITERS = ",;\t|"
_PARQUET_MAGIC = b"PAR1"

Row = tuple[int, Sequence[str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRows:
    """Header and rows as text, None where a cell is empty in parquet.

    A row's number is its line in a CSV file, the header's being 1, and counts from 1 in parquet. nanoseconds:
    columns that held instants, given as counts of nanoseconds since 1970; naive: those of them without a
    zone. ragged: rows that have another number of cells than the header.
    """

    file: str
    header: tuple[str, ...]
    rows: Sequence[Row]
    nanoseconds: frozenset[str] = frozenset()
    naive: frozenset[str] = frozenset()
    ragged: tuple[RecordingProblem, ...] = ()


def read_rows(path: Path, is_header: Callable[[Sequence[str]], bool]) -> TextRows:
    """Read a CSV file (any usual delimiter; gz and xz too) or a parquet file.

    is_header: tells the header line of a CSV file, so that titles above it are passed over; without one the
    first line is taken. Raises RecordingError where the file cannot be read, is empty or is no text.
    """
    content = read_bytes(path)
    if content.startswith(_PARQUET_MAGIC):
        return _parquet_rows(path, content)
    return _csv_rows(path.name, _decoded(path.name, content), is_header)


def problem(file: str, expected: str, **place: str | int | None) -> RecordingError:
    """The error of a file that cannot be used at all."""
    return RecordingError(RecordingProblem(file=file, expected=expected, **place))  # type: ignore[arg-type]


def _decoded(file: str, content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise problem(file, "text in UTF-8", row=row, value=f"byte 0x{content[error.start]:02x}") from None
    if "\0" in text:
        raise problem(file, "text without NUL characters", row=text.count("\n", 0, text.index("\0")) + 1)
    if not text.strip():
        raise problem(file, "a header and at least one row; the file is empty")
    return text


def _csv_rows(file: str, text: str, is_header: Callable[[Sequence[str]], bool]) -> TextRows:
    top = [line for line in islice(io.StringIO(text), 20) if line.strip() and not line.startswith("#")]
    headed = (line for line in top if any(is_header(line.split(mark)) for mark in _DELIMITERS))
    header_line = next(headed, top[0] if top else "")
    delimiter = max(_DELIMITERS, key=header_line.count)
    records = _records(file, text, delimiter)
    wanted = [cell.strip() for cell in next(csv.reader([header_line], delimiter=delimiter), [])]
    header = next((cells for _, cells in records if [cell.strip() for cell in cells] == wanted), [])
    rows: list[Row] = []
    ragged: list[RecordingProblem] = []
    for number, cells in records:
        if len(cells) < len(header) or any(cell.strip() for cell in cells[len(header) :]):
            expected = f"{len(header)} cells as in the header, not {len(cells)}"
            ragged.append(
                RecordingProblem(file=file, row=number, value=delimiter.join(cells), expected=expected)
            )
        else:
            rows.append((number, cells[: len(header)]))
    names = tuple(name.strip() for name in header)
    return TextRows(file=file, header=names, rows=rows, ragged=tuple(ragged))


def _records(file: str, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line that they begin on; blank lines and lines that start with # are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith("#"):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise problem(file, f"well-formed CSV ({error})", row=line) from None


def _parquet_rows(path: Path, content: bytes) -> TextRows:
    try:
        table = pyarrow.parquet.read_table(pa.BufferReader(content))
    except (pa.ArrowException, OSError) as error:
        raise problem(path.name, f"a whole parquet file ({str(error).partition(chr(10))[0]})") from None
    if not table.num_rows:
        raise problem(path.name, "at least one row")
    instants = {field.name: field.type for field in table.schema if pa.types.is_timestamp(field.type)}
    columns = [_text(table.column(at)) for at in range(table.num_columns)]
    return TextRows(
        file=path.name,
        header=tuple(table.schema.names),
        rows=list(enumerate(zip(*columns, strict=True), 1)),
        nanoseconds=frozenset(instants),
        naive=frozenset(name for name, kind in instants.items() if kind.tz is None),
    )


def _text(column: pa.ChunkedArray) -> list[str | None]:
    if pa.types.is_timestamp(column.type):
        column = pc.cast(pc.cast(column, pa.timestamp("ns", column.type.tz)), pa.int64())
    return [None if value is None else str(value) for value in column.to_pylist()]
