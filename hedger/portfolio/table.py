"""A portfolio file as a table of text, whatever its format, with the row numbers that its author sees."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hedger.portfolio.csv_table import csv_rows
from hedger.portfolio.json_table import json_rows
from hedger.portfolio.parquet_table import parquet_rows
from hedger.portfolio.sheet import Sheet
from pricing.input_file import input_bytes, unusable

Row = tuple[int, Sequence[str | None]]
Reader = Callable[[str, bytes], Sheet]

MAXIMUM_BYTES = 200_000_000
MAXIMUM_ROWS = 1_000_000
MAXIMUM_COLUMNS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Header and cells as text. rows: number in the file, then one cell per column, None where there is none.

    Row numbers are file lines for CSV (the header is usually row 1) and the position of the object or record,
    counted from 1, for JSON and parquet, whose header_row is None.
    """

    origin: str
    sha256: str
    header: tuple[str, ...]
    header_row: int | None
    rows: Sequence[Row]
    notes: tuple[str, ...] = ()


def read_table(path: Path) -> Table:
    """Read a CSV, JSON or parquet file, told apart by its first bytes and its name.

    Raises InputError when the file cannot be opened, decoded or split into cells.
    """
    content = input_bytes(
        path, kinds="a CSV, JSON or parquet file", row="position", maximum_bytes=MAXIMUM_BYTES
    )
    reader = _reader(path, content)
    sheet = reader(path.name, content)
    if len(sheet.header) > MAXIMUM_COLUMNS or len(sheet.rows) > MAXIMUM_ROWS:
        raise unusable(path, f"at most {MAXIMUM_COLUMNS:,} columns and {MAXIMUM_ROWS:,} rows")
    if not sheet.rows:
        raise unusable(path, "at least one position below the header")
    sha256 = hashlib.sha256(content).hexdigest()
    return Table(
        origin=path.name,
        sha256=sha256,
        header=sheet.header,
        header_row=sheet.header_row,
        rows=sheet.rows,
        notes=sheet.notes,
    )


def _reader(path: Path, content: bytes) -> Reader:
    if content.startswith(b"PAR1") or path.suffix.lower() in {".parquet", ".pq"}:
        return parquet_rows
    if path.suffix.lower() == ".json" or content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"[", b"{"}:
        return json_rows
    return csv_rows
