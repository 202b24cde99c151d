"""Quotes, trades or bars from CSV or parquet to a market tape, with every row that cannot be used."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from execution.errors import RecordingError, RecordingProblem
from execution.recorded.text_table import read_bytes, read_table
from execution.tca import cells
from execution.tca.blotter import NO_TIME
from execution.tca.fill_columns import MARKET_ALIASES, MatchedColumns, match_columns
from execution.tca.market_tape import FloatArray, IntArray, MarketTape, SymbolTape
from execution.tca.table_file import problem

BoolArray = npt.NDArray[np.bool_]

_NUMBER = r"^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?\s*$"
_NO_NUMBER = ("", "nan", "NaN", "null", "None", "-")
_TRADE_KINDS = ("4", "5", "trade", "Trade", "TRADE", "t", "T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """A file's columns: text or typed, with the row number of each."""

    file: str
    matched: MatchedColumns
    table: dict[str, Any]
    row: IntArray
    tick_size: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """One file's rows as numbers; NaN where a row has none. problems: of the rows that hold no number."""

    symbol: npt.NDArray[np.str_]
    ts_ns: IntArray
    bid: FloatArray
    ask: FloatArray
    price: FloatArray
    size: FloatArray
    problems: tuple[RecordingProblem, ...]
    notes: tuple[str, ...]


def read_market(
    paths: Sequence[Path], *, skip_bad_rows: bool = False
) -> tuple[MarketTape, tuple[RecordingProblem, ...]]:
    """Read market data and the problems of the rows that were left out, empty unless skip_bad_rows.

    A file has a time and quotes (bid, ask), or trades (price, size), or both in its rows; with a column
    'open' its rows are bars, whose close counts from the next bar on. Names are those of
    `fill_columns.MARKET_ALIASES`. Sides that are missing, zero, beyond 1e30 or crossed are no quote. Prices
    in ticks (parquet of 'hedger market simulate') are read by the file's tick size. Raises RecordingError
    with every bad row, and for a file without a row or such columns.
    """
    read = [_rows(_columns(path)) for path in paths]
    problems = tuple(found for rows in read for found in rows.problems)
    if problems and not skip_bad_rows:
        raise RecordingError(problems)
    names = sorted({str(name) for rows in read for name in np.unique(rows.symbol)})
    tape = MarketTape(
        symbols={name: _symbol_tape(read, name) for name in names},
        notes=tuple(note for rows in read for note in rows.notes),
    )
    return tape, problems


def _columns(path: Path) -> _Columns:
    content = read_bytes(path)
    if not content.strip():
        raise problem(path.name, "a header and at least one row; the file is empty")
    read = _parquet(path.name, content) if content.startswith(b"PAR1") else _csv(path.name, content)
    if not len(read.row):
        raise problem(path.name, "a header and at least one row; there is only the header")
    return read


def _csv(file: str, content: bytes) -> _Columns:
    line, _, _ = content.partition(b"\n")
    header = next(csv.reader([line.decode("utf-8-sig", "replace").strip()]), [])
    names = [name.strip() for name in header]
    matched = _matched(names, file)
    places = [f"{name}#{at}" for at, name in enumerate(names)]
    read = read_table(content, places, skip_lines=1)
    ragged = [(number, text) for number, text in read.ragged if text.strip()]
    if ragged:
        raise RecordingError(
            RecordingProblem(
                file=file, row=number, value=text, expected=f"{len(names)} cells as in the header"
            )
            for number, text in ragged
        )
    table = {field: read.columns[places[names.index(name)]] for field, name in matched.headers.items()}
    return _Columns(file=file, matched=matched, table=table, row=read.line)


def _parquet(file: str, content: bytes) -> _Columns:
    try:
        source = pyarrow.parquet.ParquetFile(pa.BufferReader(content))
        schema = source.schema_arrow
        matched = _matched(schema.names, file)
        read = source.read(columns=list(matched.headers.values()))
    except (pa.ArrowException, OSError) as error:
        raise problem(file, f"a whole parquet file ({str(error).partition(chr(10))[0]})") from None
    table = {field: read.column(name).combine_chunks() for field, name in matched.headers.items()}
    told = (schema.metadata or {}).get(b"tick_size", b"1")
    return _Columns(
        file=file, matched=matched, table=table, row=np.arange(1, read.num_rows + 1), tick_size=float(told)
    )


def _matched(names: Sequence[str], file: str) -> MatchedColumns:
    matched = match_columns(names, MARKET_ALIASES, file=file)
    quotes, trades = "bid" in matched and "ask" in matched, "price" in matched
    if "time" not in matched or not (quotes or trades):
        expected = "columns of a time and of bid and ask, or price and size (see docs/tca.md)"
        raise problem(file, expected, row=1, value=", ".join(names))
    return matched


def _rows(columns: _Columns) -> _Rows:
    problems: list[RecordingProblem] = []
    count = len(columns.row)
    ts_ns = _times(columns, problems)
    bid, ask, price, size = (_numbers(columns, field, problems) for field in ("bid", "ask", "price", "size"))
    for values in (bid, ask, price):
        values[~((values > 1.0 / cells.LARGEST) & (values < cells.LARGEST))] = np.nan
    one_sided = (bid > ask) | np.isnan(bid) | np.isnan(ask)
    is_trade = _is_trade(columns, count) & (np.isnan(size) | (size > 0.0))
    symbol = columns.table["symbol"].cast(pa.string()).fill_null("") if "symbol" in columns.table else None
    return _Rows(
        symbol=np.full(count, "") if symbol is None else np.array(symbol.to_pylist(), dtype=np.str_),
        ts_ns=_from_next_bar(ts_ns) if "open" in columns.table else ts_ns,
        bid=np.where(one_sided, np.nan, bid),
        ask=np.where(one_sided, np.nan, ask),
        price=np.where(is_trade, price, np.nan),
        size=np.where(np.isnan(size), 0.0, size),
        problems=tuple(problems),
        notes=_notes(columns, int((one_sided & ~(np.isnan(bid) & np.isnan(ask))).sum())),
    )


def _notes(columns: _Columns, no_quotes: int) -> tuple[str, ...]:
    notes = []
    if no_quotes:
        notes.append(f"{columns.file}: {no_quotes:,} quotes were crossed or had one side, and are left out.")
    if "open" in columns.table:
        notes.append(f"{columns.file}: bars; a close counts from the next bar on.")
    return tuple(notes)


def _times(columns: _Columns, problems: list[RecordingProblem]) -> IntArray:
    column = columns.table["time"]
    unit = cells.time_unit(columns.matched.headers["time"])
    if pa.types.is_timestamp(column.type):
        column, unit = column.cast(pa.timestamp("ns", column.type.tz)).cast(pa.int64()), "ns"
    if pa.types.is_integer(column.type) and unit == "ns":
        counts = np.asarray(column.fill_null(NO_TIME).to_numpy(zero_copy_only=False), dtype=np.int64)
        return _with_problems(columns, counts, problems)
    encoded = column.cast(pa.string()).fill_null("").dictionary_encode()
    dates = columns.table["date"].cast(pa.string()).to_pylist() if "date" in columns.table else None
    texts = encoded.dictionary.to_pylist()
    if dates is not None and any(cells.is_clock(text) for text in texts[:1]):
        joined = [f"{day} {texts[at]}" for day, at in zip(dates, encoded.indices.to_pylist(), strict=True)]
        encoded = pa.array(joined).dictionary_encode()
        texts = encoded.dictionary.to_pylist()
    parsed = np.array([_instant(text, unit) for text in texts], dtype=np.int64)
    return _with_problems(columns, parsed[encoded.indices.to_numpy()], problems)


def _with_problems(columns: _Columns, found: IntArray, problems: list[RecordingProblem]) -> IntArray:
    for at in np.flatnonzero(found == NO_TIME):
        problems.append(_wrong(columns, "time", int(at), "a time such as 2024-08-08T14:30:00.123Z"))
    return found


def _instant(text: str, unit: str | None) -> int:
    try:
        return cells.instant_ns(text.strip(), unit)
    except ValueError:
        return NO_TIME


def _numbers(columns: _Columns, field: str, problems: list[RecordingProblem]) -> FloatArray:
    column = columns.table.get(field)
    if column is None:
        return np.full(len(columns.row), np.nan)
    if pa.types.is_string(column.type):
        blank = pc.is_in(pc.utf8_trim_whitespace(column), pa.array(_NO_NUMBER))
        good = pc.match_substring_regex(column, _NUMBER)
        for at in np.flatnonzero(~pc.or_(blank, good).fill_null(True).to_numpy(zero_copy_only=False)):
            problems.append(_wrong(columns, field, int(at), "a number"))
        column = pc.if_else(
            good, pc.replace_substring_regex(pc.utf8_trim_whitespace(column), r"^\+", ""), None
        )
    values = np.array(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
    values[np.isinf(values)] = np.nan
    in_ticks = "ticks" in columns.matched.headers[field].casefold()
    return values * columns.tick_size if in_ticks else values


def _is_trade(columns: _Columns, count: int) -> BoolArray:
    """Rows whose price is a trade's: all, unless a column says what kind of event each is."""
    kind = columns.table.get("kind")
    if kind is None:
        return np.ones(count, dtype=np.bool_)
    text = pc.utf8_trim_whitespace(kind.cast(pa.string()).fill_null(""))
    return np.asarray(pc.is_in(text, pa.array(_TRADE_KINDS)).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _wrong(columns: _Columns, field: str, at: int, expected: str) -> RecordingProblem:
    return RecordingProblem(
        file=columns.file,
        row=int(columns.row[at]),
        column=columns.matched.headers[field],
        value=str(columns.table[field][at].as_py()),
        expected=expected,
    )


def _from_next_bar(ts_ns: IntArray) -> IntArray:
    """When each bar's close is known: at the start of the next, for the last after one more bar's length."""
    if len(ts_ns) < 2:
        return ts_ns
    return np.append(ts_ns[1:], ts_ns[-1] + np.median(np.diff(ts_ns)).astype(np.int64))


def _symbol_tape(read: Sequence[_Rows], name: str) -> SymbolTape:
    own = [(rows, (rows.symbol == name) & (rows.ts_ns != NO_TIME)) for rows in read]
    quotes = [(rows, which & ~np.isnan(rows.bid)) for rows, which in own]
    trades = [(rows, which & ~np.isnan(rows.price)) for rows, which in own]
    quote_ns, trade_ns = _joined(quotes, "ts_ns"), _joined(trades, "ts_ns")
    by_quote, by_trade = np.argsort(quote_ns, kind="stable"), np.argsort(trade_ns, kind="stable")
    return SymbolTape(
        quote_ns=quote_ns[by_quote].astype(np.int64),
        bid=_joined(quotes, "bid")[by_quote],
        ask=_joined(quotes, "ask")[by_quote],
        trade_ns=trade_ns[by_trade].astype(np.int64),
        price=_joined(trades, "price")[by_trade],
        size=_joined(trades, "size")[by_trade],
    )


def _joined(parts: Sequence[tuple[_Rows, BoolArray]], name: str) -> npt.NDArray[Any]:
    return np.concatenate([getattr(rows, name)[which] for rows, which in parts])
