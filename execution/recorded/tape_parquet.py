"""The tape of a simulated market: whole numbers in a parquet table, the book beside each message."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pyarrow as pa

from execution.errors import RecordingError, RecordingProblem
from execution.recorded.assemble import RawRecording, assemble
from execution.recorded.book_rows import BookHistory
from execution.recorded.level_ladder import NO_PRICE
from execution.recorded.messages import IntArray
from execution.recorded.parquet_table import is_number, not_numbers, numbers_of, read_columns
from execution.recorded.quality import Finding, Tolerance
from execution.recorded.raw_rows import Mask, RawRows
from execution.recorded.recording import Recording

MESSAGE_COLUMNS = ("ts_ns", "type", "order_id", "size", "price_ticks", "direction")
_LEVEL = re.compile(r"^ask_price_ticks_(\d+)$")
_USUAL_TICK = 1


def read_tape(path: Path, *, tick_size: float | None = None, tolerance: Tolerance | None = None) -> Recording:
    """Read ts_ns, type (LOBSTER's), order_id, size [lots], price_ticks, direction, ask_price_ticks_1 ....

    ask_price_ticks_1, ask_size_1, bid_price_ticks_1, bid_size_1, ask_price_ticks_2 ... are the book after the
    message. The table's metadata has symbol, tick_size [currency] and lot_size; tick_size overrides it.
    RecordingError where a column or the metadata is missing, or a flaw goes beyond the tolerance.
    """
    table = read_columns(path, MESSAGE_COLUMNS)
    unit, lot_size = _size(table, path, "tick_size"), _size(table, path, "lot_size")
    line = np.arange(1, table.num_rows + 1)
    columns = {name: numbers_of(table, name) for name in MESSAGE_COLUMNS}
    findings: list[Finding] = []
    bad = np.zeros(table.num_rows, np.bool_)
    for name, values in columns.items():
        wrong = ~bad & ~is_number(values, whole=True)
        findings += not_numbers(path, line, name, values, wrong)
        bad |= wrong
    ts_ns, kind, order_id, quantity, price, side = (
        columns[name][~bad].astype(np.int64) for name in MESSAGE_COLUMNS
    )
    rows = RawRows(
        ts_ns=ts_ns, kind=kind, order_id=order_id, side=side, quantity=quantity, price=price, line=line[~bad]
    )
    raw = RawRecording(
        file=str(path),
        symbol=_told(table, "symbol") or path.name.split(".")[0],
        date="",
        origin="simulated",
        rows=rows,
        read=table.num_rows,
        findings=findings,
        price_unit=unit,
        usual_tick=_USUAL_TICK,
        lot_size=lot_size,
        book=_book(table, ts_ns, ~bad),
    )
    return assemble(raw, tick_size=tick_size or unit, tolerance=tolerance or Tolerance())


def _told(table: pa.Table, name: str) -> str:
    metadata = table.schema.metadata or {}
    return str(metadata.get(name.encode(), b"").decode("utf-8", "replace"))


def _size(table: pa.Table, path: Path, name: str) -> float:
    told = _told(table, name)
    try:
        size = float(told)
    except ValueError:
        size = math.nan
    if not 0.0 < size < math.inf:
        expected = "a positive number in the table's metadata"
        raise RecordingError(RecordingProblem(file=str(path), column=name, value=told, expected=expected))
    return size


def _book(table: pa.Table, ts_ns: IntArray, kept: Mask) -> BookHistory | None:
    """The levels that all four columns are there for; a cell without a number is no level."""
    levels = sorted(int(found[1]) for name in table.column_names if (found := _LEVEL.match(name)))
    parts = ("bid_price_ticks", "bid_size", "ask_price_ticks", "ask_size")
    names = {part: [f"{part}_{level}" for level in levels] for part in parts}
    if not levels or any(name not in table.column_names for part in names.values() for name in part):
        return None
    bid, bid_size, ask, ask_size = (
        np.stack([_whole(table, name)[kept] for name in names[part]], axis=1) for part in parts
    )
    return BookHistory(
        ts_ns=ts_ns,
        bid_ticks=np.where(bid_size > 0, bid, NO_PRICE),
        bid_volume=np.maximum(bid_size, 0),
        ask_ticks=np.where(ask_size > 0, ask, NO_PRICE),
        ask_volume=np.maximum(ask_size, 0),
    )


def _whole(table: pa.Table, name: str) -> IntArray:
    values = numbers_of(table, name)
    return np.where(is_number(values, whole=True), values, 0).astype(np.int64)
