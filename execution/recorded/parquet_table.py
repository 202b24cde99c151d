"""Numbers out of parquet tables, with every cell that holds none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from execution.errors import RecordingError, RecordingProblem
from execution.recorded.messages import IntArray
from execution.recorded.quality import Finding, Flaw
from execution.recorded.raw_rows import Mask

# A double holds whole numbers exactly up to here.
LARGEST = 2.0**53
LARGEST_INTEGER = 2**63 - 1
NO_INTEGER = -(2**63)


def read_columns(path: Path, names: Sequence[str]) -> pa.Table:
    """The file's table, which must have columns of these names; RecordingError otherwise."""
    try:
        table = pyarrow.parquet.read_table(path)
    except (OSError, pa.ArrowException) as error:
        problem = RecordingProblem(file=str(path), value=str(error), expected="a readable parquet file")
        raise RecordingError(problem) from None
    missing = [name for name in names if name not in table.column_names]
    if missing:
        raise RecordingError(
            RecordingProblem(file=str(path), column=name, expected="a column of this name")
            for name in missing
        )
    return table


def numbers_of(table: pa.Table, name: str) -> npt.NDArray[Any]:
    """A column's numbers, integers as they are; NaN, or NO_INTEGER among integers, where there is none."""
    column = table.column(name)
    if pa.types.is_unsigned_integer(column.type):
        column = pc.if_else(pc.less_equal(column, pa.scalar(LARGEST_INTEGER, pa.uint64())), column, None)
    if pa.types.is_integer(column.type):
        return np.asarray(pc.fill_null(column.cast(pa.int64(), safe=False), NO_INTEGER).to_numpy())
    if not pa.types.is_floating(column.type):
        return np.full(table.num_rows, np.nan)
    return np.asarray(column.cast(pa.float64(), safe=False).to_numpy())


def is_number(values: npt.NDArray[Any], *, whole: bool) -> Mask:
    """Where there is a finite number, a whole one if need be, that a double holds exactly."""
    if values.dtype.kind == "i":
        return np.asarray(values != NO_INTEGER)
    numbers = values.astype(np.float64)
    fine = np.isfinite(numbers) & (np.abs(numbers) < LARGEST)
    return np.asarray(fine & (numbers == np.rint(numbers)) if whole else fine)


def not_numbers(
    path: Path, line: IntArray, name: str, values: npt.NDArray[Any], wrong: Mask
) -> list[Finding]:
    """The cells of a column that hold no number that can be used."""
    if not wrong.any():
        return []
    return [
        Finding(
            flaw=Flaw.UNREADABLE,
            file=str(path),
            lines=line[wrong],
            values=tuple("nothing" if v == NO_INTEGER else str(v) for v in values[wrong].tolist()),
            expected="a number",
            treatment="dropped",
            column=name,
        )
    ]
