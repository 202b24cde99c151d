"""Parquet to rows of text."""

from __future__ import annotations

import pyarrow as pa
from pyarrow import parquet

from hedger.portfolio.sheet import Sheet
from pricing.errors import InputError, InputProblem

_MAXIMUM_ROWS = 1_000_000


def parquet_rows(origin: str, content: bytes) -> Sheet:
    """Header, None, and the records numbered from 1. Raises InputError for damage and nested columns."""
    try:
        source = parquet.ParquetFile(pa.BufferReader(content))
        if source.metadata.num_rows > _MAXIMUM_ROWS:
            raise InputError(InputProblem(file=origin, expected=f"at most {_MAXIMUM_ROWS:,} rows"))
        table = source.read()
        nested = [field.name for field in table.schema if pa.types.is_nested(field.type)]
        columns = [_text(column) for column in table.columns if not pa.types.is_nested(column.type)]
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        sentence = str(error).partition("\n")[0]
        raise InputError(InputProblem(file=origin, expected=f"a whole parquet file ({sentence})")) from None
    if nested:
        raise InputError(
            [InputProblem(file=origin, column=name, expected="a column of single values") for name in nested]
        )
    rows = list(enumerate(zip(*columns, strict=True), 1)) if columns else []
    return Sheet(header=tuple(table.schema.names), header_row=None, rows=rows)


def _text(column: pa.ChunkedArray) -> list[str | None]:
    return [None if value is None else str(value) for value in column.to_pylist()]
