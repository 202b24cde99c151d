"""CSV with any usual delimiter, a byte order mark and # comments, to rows of text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice

from hedger.portfolio.columns import is_header
from hedger.portfolio.export_frame import LONGEST_TITLE_LINES, framed
from hedger.portfolio.sheet import Sheet
from pricing.errors import InputError, InputProblem

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",;\t|"


def csv_rows(origin: str, content: bytes) -> Sheet:
    """Header, the line it stands on, and the rows below it with their lines.

    Blank lines, lines that start with #, a title and footnotes are left out. Raises InputError for text that
    is not UTF-8, for bad quoting and for rows whose number of cells is not the header's.
    """
    text = _decoded(origin, content)
    lines, notes = framed(list(_records(origin, text)))
    if not lines:
        raise InputError(InputProblem(file=origin, expected="a header line of column names"))
    (header_row, header), body = lines[0], lines[1:]
    width = len(header)
    problems = [
        InputProblem(
            file=origin,
            row=number,
            value=",".join(cells),
            expected=f"{width} cells as in the header, not {len(cells)}",
        )
        for number, cells in body
        if len(cells) < width or any(cell.strip() for cell in cells[width:])
    ]
    if problems:
        raise InputError(problems)
    rows = [(number, cells[:width]) for number, cells in body]
    return Sheet(header=tuple(header), header_row=header_row, rows=rows, notes=notes)


def _decoded(origin: str, content: bytes) -> str:
    if content.startswith(_UTF16_MARKS):
        raise InputError(InputProblem(file=origin, expected="text in UTF-8, not in UTF-16"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        found = content[error.start : error.start + 1].hex()
        problem = InputProblem(
            file=origin,
            row=row,
            value=f"byte 0x{found}",
            expected="text in UTF-8 (is it Windows-1252?)",
        )
        raise InputError(problem) from None
    if (at := text.find("\0")) >= 0:
        row = text.count("\n", 0, at) + 1
        raise InputError(InputProblem(file=origin, row=row, expected="text without NUL characters"))
    return text


def _records(origin: str, text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith("#"):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(InputProblem(file=origin, row=line, expected=f"well-formed CSV ({error})")) from None


def _delimiter(text: str) -> str:
    """The delimiter that the header uses most; a comma where there is one column only."""
    lines = (line for line in io.StringIO(text) if line.strip() and not line.lstrip().startswith("#"))
    top = list(islice(lines, LONGEST_TITLE_LINES))
    headers = (line for line in top if any(is_header(line.split(mark)) for mark in _DELIMITERS))
    header = next(headers, top[0] if top else "")
    return max(_DELIMITERS, key=header.count)
