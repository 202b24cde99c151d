"""LOBSTER messages in a parquet table, with the best quotes after each where it has them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet

from execution.errors import RecordingError, RecordingProblem
from execution.recorded.assemble import RawRecording, assemble
from execution.recorded.book_history import NO_PRICE, BookHistory
from execution.recorded.lobster import PRICE_UNIT, USUAL_TICK, symbol_and_date
from execution.recorded.messages import IntArray
from execution.recorded.quality import Finding, Flaw, Tolerance
from execution.recorded.raw_rows import Mask, RawRows
from execution.recorded.recording import Recording

MESSAGE_COLUMNS = ("Secs", "Type", "OrderID", "Size", "Price", "TradeDirection")
_LEVEL = re.compile(r"^Askp(\d+)$")
# A double holds whole numbers exactly up to here.
_LARGEST = 2.0**53


def read_lobster_parquet(
    path: Path, *, tick_size: float | None = None, tolerance: Tolerance | None = None
) -> Recording:
    """Read columns Secs [s after midnight], Type, OrderID, Size, Price [dollars], TradeDirection, Askp1 ....

    Askp1, Asks1, Bidp1, Bids1, Askp2 ... are prices [dollars] and sizes after the message. Seconds are
    doubles in such a file, good to a nanosecond within a day. RecordingError as in read_lobster.
    """
    table = _table(path)
    line = np.arange(1, table.num_rows + 1)
    columns = {name: _column(table, name) for name in MESSAGE_COLUMNS}
    findings: list[Finding] = []
    bad = np.zeros(table.num_rows, np.bool_)
    for name, values in columns.items():
        wrong = ~bad & ~_is_number(values, whole=name not in ("Secs", "Price"))
        findings += _unreadable(path, line, name, values, wrong)
        bad |= wrong
    good = {name: values[~bad] for name, values in columns.items()}
    rows = RawRows(
        ts_ns=np.rint(good["Secs"] * 1e9).astype(np.int64),
        kind=good["Type"].astype(np.int64),
        order_id=good["OrderID"].astype(np.int64),
        side=good["TradeDirection"].astype(np.int64),
        quantity=good["Size"].astype(np.int64),
        price=np.rint(good["Price"] / PRICE_UNIT).astype(np.int64),
        line=line[~bad],
    )
    symbol, date = symbol_and_date(path)
    raw = RawRecording(
        file=str(path),
        symbol=symbol,
        date=date,
        origin="LOBSTER",
        rows=rows,
        read=table.num_rows,
        findings=findings,
        price_unit=PRICE_UNIT,
        usual_tick=USUAL_TICK,
        lot_size=1.0,
        book=_book(table, rows.ts_ns, ~bad),
    )
    return assemble(raw, tick_size=tick_size, tolerance=tolerance or Tolerance())


def _table(path: Path) -> pa.Table:
    try:
        table = pyarrow.parquet.read_table(path)
    except (OSError, pa.ArrowException) as error:
        problem = RecordingProblem(file=str(path), value=str(error), expected="a readable parquet file")
        raise RecordingError(problem) from None
    missing = [name for name in MESSAGE_COLUMNS if name not in table.column_names]
    if missing:
        raise RecordingError(
            RecordingProblem(file=str(path), column=name, expected="a column of this name")
            for name in missing
        )
    return table


def _column(table: pa.Table, name: str) -> npt.NDArray[Any]:
    """A column's numbers; NaN where there is none, integers as they are where there is one everywhere."""
    column = table.column(name)
    if pa.types.is_integer(column.type) and column.null_count == 0:
        return np.asarray(column.to_numpy())
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        return np.full(table.num_rows, np.nan)
    return np.asarray(column.cast(pa.float64(), safe=False).to_numpy())


def _is_number(values: npt.NDArray[Any], *, whole: bool) -> Mask:
    if values.dtype.kind in "iu":
        return np.ones(len(values), np.bool_)
    numbers = values.astype(np.float64)
    fine = np.isfinite(numbers) & (np.abs(numbers) < _LARGEST)
    return np.asarray(fine & (numbers == np.rint(numbers)) if whole else fine)


def _unreadable(
    path: Path, line: IntArray, name: str, values: npt.NDArray[Any], wrong: Mask
) -> list[Finding]:
    if not wrong.any():
        return []
    return [
        Finding(
            flaw=Flaw.UNREADABLE,
            file=str(path),
            lines=line[wrong],
            values=tuple(str(value) for value in values[wrong].tolist()),
            expected="a number",
            treatment="dropped",
            column=name,
        )
    ]


def _book(table: pa.Table, ts_ns: IntArray, kept: Mask) -> BookHistory | None:
    """The recorded levels in price units; a level without a number is no level."""
    levels = sorted(int(found[1]) for name in table.column_names if (found := _LEVEL.match(name)))
    names = [f"{what}{level}" for what in ("Askp", "Asks", "Bidp", "Bids") for level in levels]
    if not levels or any(name not in table.column_names for name in names):
        return None
    values = [_column(table, name)[kept].astype(np.float64) for name in names]
    whole = [np.where(np.isfinite(column) & (np.abs(column) < _LARGEST), column, 0.0) for column in values]
    ask, ask_size, bid, bid_size = (
        np.stack(whole[at : at + len(levels)], axis=1) for at in range(0, len(names), len(levels))
    )
    return BookHistory(
        ts_ns=ts_ns,
        bid_ticks=np.where(bid_size > 0, np.rint(bid / PRICE_UNIT), NO_PRICE).astype(np.int64),
        bid_volume=bid_size.astype(np.int64),
        ask_ticks=np.where(ask_size > 0, np.rint(ask / PRICE_UNIT), NO_PRICE).astype(np.int64),
        ask_volume=ask_size.astype(np.int64),
    )
