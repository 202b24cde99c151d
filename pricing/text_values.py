"""Values of a vendor's column, whatever type it was stored as: numbers, instants and words."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pricing.time import EXCHANGE_ZONE

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
SecondArray = npt.NDArray[np.datetime64]
IntArray = npt.NDArray[np.int64]
TextArray = npt.NDArray[np.str_]

# Digits since 1970: 9 or 10 of seconds, 12 or 13 of milli-, 15 or 16 of micro-, 18 or 19 of nanoseconds.
_EPOCH = re.compile(r"([0-9]{9,10}|[0-9]{12,13}|[0-9]{15,16}|[0-9]{18,19})(?:\.0*)?")
_FIRST_EPOCH = 631_152_000  # 1990: twelve digits of an older millisecond could be YYYYMMDDHHMM
_LARGEST_EPOCH = 9e18

_OTHER_DATE_FORMATS = (
    "%m/%d/%Y",
    "%m/%d/%y",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%d-%b-%Y",
    "%d%b%Y",
    "%d-%b-%y",
    "%Y/%m/%d",
)


def numbers(column: pa.ChunkedArray) -> tuple[FloatArray, BoolArray]:
    """Floats, NaN where the cell is empty, and a mask of the cells that hold no finite number."""
    column = _plain(column)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return _parsed_numbers(column)
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or _is_decimal(column)):
        return np.full(len(column), np.nan), np.ones(len(column), dtype=np.bool_)
    values = pc.cast(column, pa.float64(), safe=False)
    return _finite_or_bad(values, column)


def words(column: pa.ChunkedArray) -> tuple[TextArray, IntArray]:
    """The different words, surrounding blanks cut, and which of them each cell has; empty cells are ''."""
    column = _plain(column)
    try:
        filled = pc.fill_null(pc.cast(column, pa.string()), "")
    except pa.ArrowException:  # lists, structures and other cells that are no words: shown as they are
        filled = pa.chunked_array(
            [pa.array([cell_text(column, position) for position in range(len(column))])]
        )
    encoded = pc.dictionary_encode(filled.combine_chunks())
    spellings = np.array([word.strip() for word in encoded.dictionary.to_pylist()], dtype=np.str_)
    return spellings, encoded.indices.to_numpy().astype(np.int64)


def instants(column: pa.ChunkedArray) -> SecondArray:
    """Instants as datetime64[s] on New York's clock, NaT where the cell holds no date.

    Dates and times as vendors write them, and seconds, milli-, micro- or nanoseconds since 1970 (UTC), told
    apart by their number of digits. Midnight in UTC, when no US option trades, stands for its date.
    """
    column = _plain(column)
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        column = _on_exchange_clock(column)
    elif pa.types.is_floating(column.type):
        whole = pc.if_else(pc.less(pc.abs(column), _LARGEST_EPOCH), column, None)
        column = pc.cast(whole, pa.int64(), safe=False)
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        seconds = pc.cast(column, pa.timestamp("s"), safe=False)
        return _plausible(np.array(seconds.to_numpy(zero_copy_only=False), dtype="datetime64[s]"))
    # A chain repeats few dates many times: parse each spelling once.
    spellings, where = words(column)
    return _plausible(np.array([_instant(str(each)) for each in spellings], dtype="datetime64[s]"))[where]


def cell_text(column: pa.ChunkedArray, position: int) -> str:
    """One cell as a message shows it."""
    try:
        cell = column[position].as_py()
        return "" if cell is None else str(cell)
    except (OverflowError, ValueError):  # an instant that Python cannot hold
        return f"a {column.type} out of range"


def _plausible(moments: SecondArray) -> SecondArray:
    """NaT in place of what no market saw or will: before 1900 or from 2200 on."""
    moments[(moments < np.datetime64("1900")) | (moments >= np.datetime64("2200"))] = np.datetime64(
        "NaT", "s"
    )
    return moments


def _on_exchange_clock(column: pa.ChunkedArray) -> pa.ChunkedArray:
    utc = pc.cast(column, pa.timestamp("us", "UTC"), safe=False)
    naive = pc.cast(utc, pa.timestamp("us"))
    local = pc.local_timestamp(pc.cast(utc, pa.timestamp("us", EXCHANGE_ZONE.key)))
    return pc.if_else(pc.equal(naive, pc.floor_temporal(naive, unit="day")), naive, local)


def _instant(text: str) -> np.datetime64:
    if (epoch := _EPOCH.fullmatch(text)) is not None:
        return _from_epoch(epoch[1])
    with suppress(ValueError):
        stamp = datetime.fromisoformat(text)
        return np.datetime64(stamp if stamp.tzinfo is None else _in_new_york(stamp), "s")
    for pattern in _OTHER_DATE_FORMATS:
        with suppress(ValueError):
            return np.datetime64(datetime.strptime(text, pattern), "s")  # noqa: DTZ007 - New York's clock
    return np.datetime64("NaT", "s")


def _from_epoch(digits: str) -> np.datetime64:
    seconds = int(digits) // 10 ** (3 * ((len(digits) - 9) // 3))
    if seconds < _FIRST_EPOCH:
        return np.datetime64("NaT", "s")
    return np.datetime64(_in_new_york(datetime.fromtimestamp(seconds, UTC)), "s")


def _in_new_york(stamp: datetime) -> datetime:
    """Without its zone; midnight in UTC keeps its date."""
    utc = stamp.astimezone(UTC)
    is_date = utc.time() == datetime.min.time()
    return (utc if is_date else utc.astimezone(EXCHANGE_ZONE)).replace(tzinfo=None)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Undo dictionary encoding (pandas categoricals)."""
    if pa.types.is_dictionary(column.type):
        return pc.cast(column, column.type.value_type)
    return column


def _parsed_numbers(column: pa.ChunkedArray) -> tuple[FloatArray, BoolArray]:
    cells = pc.utf8_trim_whitespace(column)
    cells = pc.if_else(pc.equal(cells, ""), pa.scalar(None, cells.type), cells)
    try:
        return _finite_or_bad(pc.cast(cells, pa.float64()), cells)
    except pa.ArrowInvalid:
        parsed = [None if word is None else _number(word) for word in cells.to_pylist()]
        return _finite_or_bad(pa.chunked_array([pa.array(parsed, pa.float64())]), cells)


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        return float("nan")


def _finite_or_bad(values: pa.ChunkedArray, cells: pa.ChunkedArray) -> tuple[FloatArray, BoolArray]:
    floats = np.array(values.to_numpy(zero_copy_only=False), dtype=np.float64)
    filled = np.asarray(pc.is_valid(cells).to_numpy(zero_copy_only=False), dtype=np.bool_)
    bad = filled & ~np.isfinite(floats)
    floats[bad] = np.nan
    return floats, bad


def _is_decimal(column: pa.ChunkedArray) -> bool:
    return bool(pa.types.is_decimal(column.type))
