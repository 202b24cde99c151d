"""LOBSTER messages in a parquet table, with the best quotes after each where it has them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pyarrow as pa

from execution.recorded.assemble import RawRecording, assemble
from execution.recorded.book_rows import BookHistory
from execution.recorded.level_ladder import NO_PRICE
from execution.recorded.lobster import PRICE_UNIT, USUAL_TICK, symbol_and_date
from execution.recorded.messages import IntArray
from execution.recorded.parquet_table import LARGEST, is_number, not_numbers, numbers_of, read_columns
from execution.recorded.quality import Finding, Tolerance
from execution.recorded.raw_rows import Mask, RawRows
from execution.recorded.recording import Recording

MESSAGE_COLUMNS = ("Secs", "Type", "OrderID", "Size", "Price", "TradeDirection")
_LARGEST = {"Secs": 1e9, "Price": 1e12}  # beyond them the whole numbers they become leave 64 bits
_LEVEL = re.compile(r"^Askp(\d+)$")


def read_lobster_parquet(
    path: Path, *, tick_size: float | None = None, tolerance: Tolerance | None = None
) -> Recording:
    """Read columns Secs [s after midnight], Type, OrderID, Size, Price [dollars], TradeDirection, Askp1 ....

    Askp1, Asks1, Bidp1, Bids1, Askp2 ... are prices [dollars] and sizes after the message. Seconds are
    doubles in such a file, good to a nanosecond within a day. RecordingError as in read_lobster.
    """
    table = read_columns(path, MESSAGE_COLUMNS)
    line = np.arange(1, table.num_rows + 1)
    columns = {name: numbers_of(table, name) for name in MESSAGE_COLUMNS}
    findings: list[Finding] = []
    bad = np.zeros(table.num_rows, np.bool_)
    for name, values in columns.items():
        wrong = ~bad & ~is_number(values, whole=name not in ("Secs", "Price"))
        if name in _LARGEST:
            wrong |= ~bad & ~(np.abs(values.astype(np.float64)) <= _LARGEST[name])
        findings += not_numbers(path, line, name, values, wrong)
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


def _book(table: pa.Table, ts_ns: IntArray, kept: Mask) -> BookHistory | None:
    """The recorded levels in price units; a level without a number is no level."""
    levels = sorted(int(found[1]) for name in table.column_names if (found := _LEVEL.match(name)))
    names = [f"{what}{level}" for what in ("Askp", "Asks", "Bidp", "Bids") for level in levels]
    if not levels or any(name not in table.column_names for name in names):
        return None
    values = [numbers_of(table, name)[kept].astype(np.float64) for name in names]
    whole = [np.where(np.isfinite(column) & (np.abs(column) < LARGEST), column, 0.0) for column in values]
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
