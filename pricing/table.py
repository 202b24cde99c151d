"""Vendor tables (CSV or parquet) as columns, with one clear sentence for each way a file can be bad."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as parquet

from pricing.errors import InputError, InputProblem
from pricing.input_file import input_bytes, unusable

_PARQUET_MAGIC = b"PAR1"
_LONGEST_HEADER_BYTES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns under their field names. `row_numbers` say where in the file: a CSV's header is row 1."""

    file: str
    sha256: str
    headers: Mapping[str, str]
    columns: Mapping[str, pa.ChunkedArray]
    first_row: int


def read_table(path: Path, aliases: Mapping[str, Sequence[str]]) -> Table:
    """Read the columns of a CSV or parquet file that `aliases` (field -> accepted headers) names.

    Headers match without regard to case, blanks and punctuation; the first alias present wins.
    Raises InputError when the file cannot be opened, decoded or split into columns.
    """
    content = input_bytes(path, kinds="a CSV or parquet file", row="row")
    fingerprint = hashlib.sha256(content).hexdigest()
    if content.startswith(_PARQUET_MAGIC) or path.suffix in {".parquet", ".pq"}:
        headers, columns = _parquet_columns(path, content, aliases)
        first_row = 1
    else:
        headers, columns = _csv_columns(path, content, aliases)
        first_row = 2
    return Table(file=path.name, sha256=fingerprint, headers=headers, columns=columns, first_row=first_row)


def normalised(header: str) -> str:
    """A header's letters and digits in lower case: 'Quote_Date' and '[QUOTE DATE]' are the same."""
    return "".join(letter for letter in header.lower() if letter.isalnum())


def _parquet_columns(
    path: Path, content: bytes, aliases: Mapping[str, Sequence[str]]
) -> tuple[dict[str, str], dict[str, pa.ChunkedArray]]:
    try:
        source = parquet.ParquetFile(pa.BufferReader(content))
        headers = _matched_headers(path, source.schema_arrow.names, aliases)
        table = source.read(columns=_once(headers))
    except (pa.ArrowException, OSError) as error:
        raise unusable(path, f"a whole parquet file ({_first_sentence(error)})") from None
    return headers, {field: table.column(header) for field, header in headers.items()}


def _csv_columns(
    path: Path, content: bytes, aliases: Mapping[str, Sequence[str]]
) -> tuple[dict[str, str], dict[str, pa.ChunkedArray]]:
    content = content.removeprefix(b"\xef\xbb\xbf")
    names, delimiter = _csv_header(path, content)
    headers = _matched_headers(path, names, aliases)
    ragged: list[InputProblem] = []

    def reject(row: arrow_csv.InvalidRow) -> str:
        expected = f"{row.expected_columns} columns as in the header, found {row.actual_columns}"
        ragged.append(InputProblem(file=path.name, row=row.number, value=row.text, expected=expected))
        return "skip"

    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(content),
            # One thread, so that a ragged row knows its number.
            read_options=arrow_csv.ReadOptions(use_threads=False, block_size=1 << 24),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter, invalid_row_handler=reject),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=_once(headers),
                column_types=dict.fromkeys(headers.values(), pa.string()),
            ),
        )
    except pa.ArrowException as error:
        raise unusable(path, f"a well-formed CSV file ({_first_sentence(error)})") from None
    if ragged:
        raise InputError(ragged)
    return headers, {field: table.column(header) for field, header in headers.items()}


def _csv_header(path: Path, content: bytes) -> tuple[list[str], str]:
    end = content.find(b"\n")
    if end > _LONGEST_HEADER_BYTES or (end < 0 and len(content) > _LONGEST_HEADER_BYTES):
        raise unusable(path, f"a header line of column names shorter than {_LONGEST_HEADER_BYTES:,} bytes")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise unusable(path, f"UTF-8 text (byte {error.start:,} is not)") from None
    if b"\0" in content:
        raise unusable(path, "text without zero bytes (is it a binary or UTF-16 file?)")
    line = content.decode("utf-8").splitlines()[0]
    delimiter = max(",;\t|", key=line.count)
    return next(csv.reader([line], delimiter=delimiter), []), delimiter


def _matched_headers(
    path: Path, names: Sequence[str], aliases: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    by_key = {normalised(name): name for name in names}
    matched = {}
    for field, accepted in aliases.items():
        header = next((by_key[key] for key in map(normalised, accepted) if key in by_key), None)
        if header is not None:
            matched[field] = header
    repeated = [key for key, count in Counter(map(normalised, names)).items() if count > 1]
    used = set(map(normalised, matched.values())).intersection(repeated)
    if used:
        problems = [
            InputProblem(file=path.name, row=1, column=by_key[key], expected="each column once in the header")
            for key in sorted(used)
        ]
        raise InputError(problems)
    return matched


def _once(headers: Mapping[str, str]) -> list[str]:
    """Each header once: two fields may be read from the same column."""
    return list(dict.fromkeys(headers.values()))


def _first_sentence(error: BaseException) -> str:
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return text[:120].rstrip(" .")
