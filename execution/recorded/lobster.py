"""LOBSTER recordings: a message file, with the file of the order book beside it or without.

Huang and Polak (2011), LOBSTER: Limit Order Book Reconstruction System. A message has a time [seconds after
midnight, as text], a type 1 to 7, an order id, a size [shares], a price [1e-4 dollars] and the resting
order's direction; a row of the order book has (ask price, ask size, bid price, bid size) for each level AFTER
the message.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from execution.errors import RecordingError, RecordingProblem
from execution.recorded.assemble import RawRecording, assemble
from execution.recorded.book_rows import BookHistory
from execution.recorded.level_ladder import NO_PRICE
from execution.recorded.messages import IntArray
from execution.recorded.quality import Finding, Flaw, Tolerance
from execution.recorded.raw_rows import Mask, RawRows
from execution.recorded.recording import Recording
from execution.recorded.text_table import (
    TextTable,
    integers,
    ragged_lines,
    read_bytes,
    read_table,
    scaled,
    unreadable_cells,
)

PRICE_UNIT = 1e-4
USUAL_TICK = 100
_NO_LEVEL = 9_999_999_999
_NAME = re.compile(r"^(?P<symbol>[A-Za-z0-9.\-]+)_(?P<date>\d{4}-\d{2}-\d{2})")
_HEADER = re.compile(r"^\ufeff?\"?[A-Za-z_][^,]*(,\s*\"?[A-Za-z_][^,]*)+$")
MESSAGE_COLUMNS = ("time", "type", "order_id", "size", "price", "direction")


def read_lobster(
    messages: Path,
    orderbook: Path | None = None,
    *,
    tick_size: float | None = None,
    tolerance: Tolerance | None = None,
) -> Recording:
    """Read a message file and, where there is one, its order book; both CSV, plain or gz or xz.

    tick_size [dollars]: found from the prices when left out. A seventh and further columns of the message
    file are not read. RecordingError names every row that goes beyond the tolerance.
    """
    table = _table(messages, len(MESSAGE_COLUMNS), 0)
    rows, findings = _rows(messages, table)
    book = None
    if orderbook is not None:
        count = len(table.line) + len(table.ragged)
        rows, book, found = _with_book(rows, messages, orderbook, header=table.header, count=count)
        findings += found
    symbol, date = symbol_and_date(messages)
    raw = RawRecording(
        file=str(messages),
        symbol=symbol,
        date=date,
        origin="LOBSTER",
        rows=rows,
        read=len(table.line) + len(table.ragged),
        findings=findings,
        price_unit=PRICE_UNIT,
        usual_tick=USUAL_TICK,
        lot_size=1.0,
        book=book,
    )
    return assemble(raw, tick_size=tick_size, tolerance=tolerance or Tolerance())


def symbol_and_date(path: Path) -> tuple[str, str]:
    """What LOBSTER's file names begin with, as AMZN_2012-06-21; another name is the symbol itself."""
    named = _NAME.match(path.name)
    return (named["symbol"], named["date"]) if named else (path.name.split(".")[0], "")


def _table(path: Path, least: int, multiple: int) -> TextTable:
    """The file's cells under the names '0', '1' ...; its width is its first line's that can be one."""
    content = read_bytes(path)
    head = [line.count(b",") + 1 for line in content[:65536].splitlines()[:20]]
    widths = [width for width in head if width >= least and (multiple == 0 or width % multiple == 0)]
    if not widths:
        expected = f"at least {least} columns" + (f", a multiple of {multiple}" if multiple else "")
        raise RecordingError(
            RecordingProblem(file=str(path), row=1, value=_first_line(content), expected=expected)
        )
    width = max(set(widths), key=widths.count)
    names = [str(column) for column in range(width)]
    return read_table(content, names, skip_lines=int(bool(_HEADER.match(_first_line(content)))))


def _first_line(content: bytes) -> str:
    return (content[:200].decode("utf-8", "replace").splitlines() or [""])[0]


def _rows(path: Path, table: TextTable) -> tuple[RawRows, list[Finding]]:
    """Rows that can be read, and a finding a column for those that cannot."""
    read = {name: integers(table.columns[str(at)]) for at, name in enumerate(MESSAGE_COLUMNS) if at}
    read["time"] = scaled(table.columns["0"], 9)
    findings = ragged_lines(path, table, f"{len(table.columns)} columns")
    bad = np.zeros(len(table.line), np.bool_)
    for at, name in enumerate(MESSAGE_COLUMNS):
        wrong = read[name][1] & ~bad
        findings += unreadable_cells(path, table, str(at), name, wrong)
        bad |= wrong
    rows = RawRows(
        ts_ns=read["time"][0],
        kind=read["type"][0],
        order_id=read["order_id"][0],
        side=read["direction"][0],
        quantity=read["size"][0],
        price=read["price"][0],
        line=table.line,
    )
    return rows.rows(~bad), findings


def _with_book(
    rows: RawRows, messages: Path, path: Path, *, header: int, count: int
) -> tuple[RawRows, BookHistory, list[Finding]]:
    """Messages that have a row of the order book on the same line of its file, and those rows.

    header: lines of names above the messages; count: lines of messages. A header of either is not counted.
    """
    table = _table(path, 4, 4)
    cells = [integers(table.columns[name]) for name in table.columns]
    findings = ragged_lines(path, table, f"{len(table.columns)} columns")
    bad = np.zeros(len(table.line), np.bool_)
    for at, (_, wrong) in enumerate(cells):
        findings += unreadable_cells(path, table, str(at), f"column {at + 1}", wrong & ~bad)
        bad |= wrong
    line = table.line[~bad]
    alone = ~np.isin(rows.line, line + header - table.header)
    findings += rows.finding(
        Flaw.UNREADABLE, str(messages), alone, "line", f"a row of {path.name} on the same line", "dropped"
    )
    values = np.stack([value for value, _ in cells], axis=1)[~bad]
    findings += _book_findings(path, messages, line, values, line - table.header > count)
    rows = rows.rows(~alone)
    kept = np.searchsorted(line, rows.line + table.header - header)
    return rows, _book(rows.ts_ns, values[kept]), findings


def _book_findings(
    path: Path, messages: Path, line: IntArray, values: IntArray, alone: Mask
) -> list[Finding]:
    """Rows of the order book that no message has, and sizes below zero."""
    negative = (values[:, 1::2] < 0).any(axis=1)
    return [
        Finding(
            flaw=flaw,
            file=str(path),
            lines=line[wrong],
            values=tuple(str(size) for size in values[wrong, 1::2].min(axis=1).tolist()),
            expected=expected,
            treatment=treatment,
            column="size",
        )
        for flaw, wrong, expected, treatment in (
            (Flaw.BAD_QUANTITY, negative, "a size that is not negative", "taken for no level"),
            (Flaw.UNREADABLE, alone, f"a message in {messages.name} on the same line", "dropped"),
        )
        if wrong.any()
    ]


def _book(ts_ns: IntArray, values: IntArray) -> BookHistory:
    ask_price, ask_size, bid_price, bid_size = (values[:, at::4] for at in range(4))
    no_ask, no_bid = (ask_price >= _NO_LEVEL) | (ask_size <= 0), (bid_price <= -_NO_LEVEL) | (bid_size <= 0)
    return BookHistory(
        ts_ns=ts_ns,
        bid_ticks=np.where(no_bid, NO_PRICE, bid_price),
        bid_volume=np.where(no_bid, 0, bid_size),
        ask_ticks=np.where(no_ask, NO_PRICE, ask_price),
        ask_volume=np.where(no_ask, 0, ask_size),
    )
