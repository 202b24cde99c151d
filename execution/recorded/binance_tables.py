"""The tables of a Binance recording, row by row, with every row that cannot be used."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

import numpy as np

from execution.recorded.messages import IntArray
from execution.recorded.parquet_table import is_number, not_numbers, numbers_of, read_columns
from execution.recorded.quality import Finding, Flaw
from execution.recorded.raw_rows import Mask, in_order

DEPTH_COLUMNS = ("exch_ns", "side", "price", "qty", "u")
TRADE_COLUMNS = ("exch_ns", "aggressor", "price", "qty", "id")
QUOTE_COLUMNS = ("exch_ns", "bid", "bidq", "ask", "askq", "u")
_UNITS = 1e8
_LARGEST_MONEY = 9e9  # in units of 1e-8 it is still an int64
_MONEY = ("price", "qty", "bid", "bidq", "ask", "askq")


class Source(IntEnum):
    """Which feed told; at one instant trades come before the quotes and levels that show them."""

    TRADE = 0
    QUOTE = 1
    DEPTH = 2


class Told(NamedTuple):
    """One level, or one trade against a level, as told; price and volume in 1e-8, line counted from 1.

    side is the level's, +1 bids: a trade's aggressor has the other.
    """

    ts_ns: int
    source: Source
    update: int
    line: int
    side: int
    price: int
    volume: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A table's rows that can be used, what is wrong with the others, and how many there were."""

    told: list[Told]
    findings: list[Finding]
    rows: int


def read_depth(path: Path) -> Feed:
    """Levels after a change: DEPTH_COLUMNS; qty 0 where a level is gone, u the same for one packet."""
    columns, line, findings, rows = _read(path, DEPTH_COLUMNS, side="side", positive="")
    names = ("exch_ns", "u", "side", "price", "qty")
    return Feed(
        told=_told(Source.DEPTH, line, [columns[name] for name in names]), findings=findings, rows=rows
    )


def read_trades(path: Path) -> Feed:
    """Trades: TRADE_COLUMNS; aggressor +1 buys."""
    columns, line, findings, rows = _read(path, TRADE_COLUMNS, side="aggressor", positive="qty")
    told = [columns["exch_ns"], columns["id"], -columns["aggressor"], columns["price"], columns["qty"]]
    return Feed(told=_told(Source.TRADE, line, told), findings=findings, rows=rows)


def read_quotes(path: Path) -> Feed:
    """Best quotes: QUOTE_COLUMNS; a row becomes a bid and an ask."""
    columns, line, findings, rows = _read(path, QUOTE_COLUMNS, side="", positive="")
    told = []
    for sign, price, volume in ((1, "bid", "bidq"), (-1, "ask", "askq")):
        sides = np.full(len(line), sign)
        told += _told(
            Source.QUOTE, line, [columns["exch_ns"], columns["u"], sides, columns[price], columns[volume]]
        )
    return Feed(told=told, findings=findings, rows=rows)


def _told(source: Source, line: IntArray, columns: list[IntArray]) -> list[Told]:
    ts_ns, update, side, price, volume = (column.tolist() for column in columns)
    every = zip(ts_ns, update, line.tolist(), side, price, volume, strict=True)
    return [Told(ts, source, u, at, s, p, v) for ts, u, at, s, p, v in every]


def _read(
    path: Path, names: tuple[str, ...], *, side: str, positive: str
) -> tuple[dict[str, IntArray], IntArray, list[Finding], int]:
    """Whole columns of the rows that can be used, their lines, and what is wrong with the others."""
    table = read_columns(path, names)
    line = np.arange(1, table.num_rows + 1)
    bad = np.zeros(table.num_rows, np.bool_)
    findings: list[Finding] = []
    columns: dict[str, IntArray] = {}
    for name in names:
        values = numbers_of(table, name)
        wrong = ~is_number(values, whole=name not in _MONEY) & ~bad
        if name in _MONEY:
            wrong |= ~(np.abs(values.astype(np.float64)) <= _LARGEST_MONEY) & ~bad
        findings += not_numbers(path, line, name, values, wrong)
        bad |= wrong
        whole = np.where(bad, 0, values)
        columns[name] = (np.rint(whole * _UNITS) if name in _MONEY else whole).astype(np.int64)
    checks: list[tuple[Flaw, str, Mask, str]] = [
        (Flaw.BAD_QUANTITY, name, columns[name] < int(name == positive), "a size that is not negative")
        for name in names
        if name in ("qty", "bidq", "askq")
    ]
    if "price" in columns:
        checks.append((Flaw.UNREADABLE, "price", columns["price"] <= 0, "a positive price"))
    if side:
        checks.append((Flaw.BAD_SIDE, side, np.abs(columns[side]) != 1, "1 or -1"))
    for flaw, name, wrong, expected in checks:
        wrong = wrong & ~bad
        findings += _finding(flaw, path, line, columns[name], wrong, name, expected)
        bad |= wrong
    repeated = _repeated(columns, bad)
    findings += _finding(Flaw.DUPLICATE, path, line, columns["exch_ns"], repeated, "exch_ns", "each row once")
    bad |= repeated
    columns, line = {name: column[~bad] for name, column in columns.items()}, line[~bad]
    mended, wrong = in_order(columns["exch_ns"])
    findings += _finding(
        Flaw.TIME_BACKWARDS,
        path,
        line,
        columns["exch_ns"],
        wrong,
        "exch_ns",
        "a time between those around it",
        "given the time before it",
    )
    return columns | {"exch_ns": mended}, line, findings, table.num_rows


def _repeated(columns: dict[str, IntArray], bad: Mask) -> Mask:
    """Rows equal to an earlier good one in every column."""
    every = np.stack(list(columns.values()), axis=1)
    _, first = np.unique(every, axis=0, return_index=True)
    again = np.ones(len(every), np.bool_)
    again[first] = False
    return np.asarray(again & ~bad)


def _finding(
    flaw: Flaw,
    path: Path,
    line: IntArray,
    values: IntArray,
    wrong: Mask,
    column: str,
    expected: str,
    treatment: str = "dropped",
) -> list[Finding]:
    if not wrong.any():
        return []
    return [
        Finding(
            flaw=flaw,
            file=str(path),
            lines=line[wrong],
            values=tuple(str(value) for value in values[wrong].tolist()),
            expected=expected,
            treatment=treatment,
            column=column,
        )
    ]
