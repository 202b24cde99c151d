"""Daily price history of an underlying."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pricing.chain_fields import cell_problems
from pricing.errors import InputError, InputProblem
from pricing.history_quality import (
    DailyPrices,
    date_problems,
    missing_days,
    questioned_moves,
    split_factors,
    unchanged_days,
)
from pricing.table import Table, normalised, read_table
from pricing.text_values import cell_text, instants, numbers
from pricing.time import EXCHANGE_ZONE

FloatArray = npt.NDArray[np.float64]

_PRICE_FIELDS = ("open", "high", "low", "close")
_FURTHER_NAMES = {"SPX": ("sp500", "gspc"), "COMP": ("nasdaqcom", "ixic"), "WTI": ("dcoilwtico",)}
_ROUNDING = 1e-6  # vendors round each price of a row on its own


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceHistory:
    """Daily prices on increasing `dates` (datetime64[D]); close [currency]; OHLC where the source has it.

    notes: sentences for the report about what looks odd but was kept.
    """

    symbol: str
    dates: npt.NDArray[np.datetime64]
    close: FloatArray
    open: FloatArray | None = None
    high: FloatArray | None = None
    low: FloatArray | None = None
    origin: str = ""
    sha256: str | None = None
    notes: tuple[str, ...] = ()

    def until(self, last: date) -> PriceHistory:
        """Keep only the days up to and including `last`: nothing after it can be looked at."""
        keep = self.dates <= np.datetime64(last, "D")
        return replace(
            self,
            dates=self.dates[keep],
            close=self.close[keep],
            open=None if self.open is None else self.open[keep],
            high=None if self.high is None else self.high[keep],
            low=None if self.low is None else self.low[keep],
        )

    def log_returns(self) -> FloatArray:
        """Daily close-to-close log returns, one fewer than days."""
        return np.diff(np.log(self.close))


def read_history(
    path: Path, *, symbol: str, today: date | None = None, question_moves: bool = True
) -> PriceHistory:
    """Read a daily history from a CSV or parquet file with a date column and a close column.

    Headers by their usual names (Date, timestamp; Close, Adj Close, price or the symbol; Open, High, Low
    where there). A file that runs from the newest day to the oldest is turned round. A column 'split' (new
    shares for an old one) adjusts the prices before where the close followed it; 1 says that a move is real.
    question_moves: False for a series that may well halve in a day, as implied volatility after earnings.
    `notes` say what is odd and kept: trading days without a price, up to a fifth of them; moves beyond 3 : 2;
    closes that repeat.

    Raises InputError with every malformed cell and row: no date, a repeated or unordered day, a weekend, a
    day after `today` (None: the clock's, in New York), a price that is missing or not positive, a high below
    the low, an open or close outside them; more than a fifth of the exchange's days missing; a move near the
    ratio of a split that the day's range and the days after do not explain.
    """
    table = read_table(path, _aliases(symbol))
    _require_columns(table)
    problems: list[InputProblem] = []
    dates, turned = _dates(table, problems)
    prices = {name: _prices(table, name, problems) for name in _PRICE_FIELDS if name in table.columns}
    if {"high", "low"} <= prices.keys():
        problems.extend(_outside_range(table, prices))
    rows = np.arange(len(dates))
    if not np.any(np.isnat(dates)):
        problems += date_problems(table, rows, dates, today or datetime.now(EXCHANGE_ZONE).date())
    split = _splits(table, problems)
    _raise_if_any(problems)
    order = slice(None, None, -1 if turned else 1)
    daily = DailyPrices(
        table=table,
        symbol=symbol,
        rows=rows[order],
        dates=dates[order],
        close=prices["close"][order],
        high=_ordered(prices.get("high"), order),
        low=_ordered(prices.get("low"), order),
        split=split[order],
    )
    return _adjusted(daily, _ordered(prices.get("open"), order), question_moves)


def _adjusted(daily: DailyPrices, opening: FloatArray | None, question_moves: bool) -> PriceHistory:
    """The history in shares of its last day, if nothing in it is a question that only the user can answer."""
    factor, splits = split_factors(daily)

    def divided(column: FloatArray | None) -> FloatArray | None:
        return None if column is None else column / factor

    unsplit = replace(daily, close=daily.close / factor, high=divided(daily.high), low=divided(daily.low))
    moves, odd = questioned_moves(unsplit) if question_moves else ([], [])
    gaps, missing = missing_days(unsplit)
    _raise_if_any(moves + gaps)
    return PriceHistory(
        symbol=daily.symbol,
        dates=daily.dates,
        close=unsplit.close,
        open=divided(opening),
        high=unsplit.high,
        low=unsplit.low,
        origin=daily.table.file,
        sha256=daily.table.sha256,
        notes=(*splits, *odd, *missing, *unchanged_days(unsplit)),
    )


def _raise_if_any(problems: list[InputProblem]) -> None:
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.row or 0))


def _splits(table: Table, problems: list[InputProblem]) -> FloatArray:
    """New shares for an old one by row, NaN where the file does not say; vendors write 0 for no split."""
    if "split" not in table.columns:
        return np.full(len(table.columns["date"]), np.nan)
    values, bad = numbers(table.columns["split"])
    wrong = [
        at
        for at in np.flatnonzero(bad | (values < 0)).tolist()
        if cell_text(table.columns["split"], at).strip().lower() != "nan"  # pandas' empty cell
    ]
    problems += cell_problems(table, "split", wrong, "new shares for an old one, as 2, or nothing")
    return np.where(values > 0, values, np.nan)


def _ordered(column: FloatArray | None, order: slice) -> FloatArray | None:
    return None if column is None else column[order]


def _aliases(symbol: str) -> dict[str, tuple[str, ...]]:
    return {
        "date": (
            "date",
            "day",
            "trade_date",
            "timestamp",
            "datetime",
            "time",
            "observation_date",
            "index_level_0",
        ),
        "close": (
            "close",
            "close_price",
            "last",
            "px_last",
            "settle",
            "adj_close",
            "adjusted_close",
            "price",
            symbol,
            *_FURTHER_NAMES.get(symbol, ()),
        ),
        "open": ("open", "open_price", "px_open"),
        "high": ("high", "high_price", "px_high"),
        "low": ("low", "low_price", "px_low"),
        "split": ("split", "splits", "stock_splits", "split_factor", "split_ratio"),
    }


def _require_columns(table: Table) -> None:
    problems = [
        InputProblem(file=table.file, column=name, expected=f"such a column (or {', '.join(names)})")
        for name, names in _aliases("the symbol").items()
        if name in ("date", "close") and name not in table.columns
    ]
    if not problems and len(table.columns["close"]) == 0:
        problems = [InputProblem(file=table.file, expected="at least one row below the header")]
    if problems:
        raise InputError(problems)


def _dates(table: Table, problems: list[InputProblem]) -> tuple[npt.NDArray[np.datetime64], bool]:
    """The days, and whether they run from newest to oldest; what is wrong with them goes to `problems`."""
    days = instants(table.columns["date"]).astype("datetime64[D]")
    missing = np.flatnonzero(np.isnat(days))
    problems += cell_problems(table, "date", missing, "a date such as 2018-02-05")
    if len(missing):
        return days, False
    steps = np.diff(days).astype(np.int64)
    turned = len(steps) > 0 and bool(np.all(steps < 0))
    if not turned:
        problems += cell_problems(
            table, "date", np.flatnonzero(steps <= 0) + 1, "a later day than the row before"
        )
    return days, turned


def _prices(table: Table, name: str, problems: list[InputProblem]) -> FloatArray:
    values, _ = numbers(table.columns[name])
    problems += cell_problems(table, name, np.flatnonzero(~(values > 0)), "a positive price")
    return values


def _outside_range(table: Table, prices: dict[str, FloatArray]) -> list[InputProblem]:
    """Rows whose prices contradict each other; a cell that is no price is reported elsewhere."""
    low, high = prices["low"] * (1 - _ROUNDING), prices["high"] * (1 + _ROUNDING)
    problems = cell_problems(table, "high", np.flatnonzero(high < low), "a high that is not below the low")
    for name in ("open", "close"):
        if name in prices and _same_adjustment(table, name):
            outside = (low <= high) & ((prices[name] < low) | (prices[name] > high))
            problems += cell_problems(table, name, np.flatnonzero(outside), "a price between low and high")
    return problems


def _same_adjustment(table: Table, name: str) -> bool:
    """An adjusted close lies outside an unadjusted range for good reason."""
    return not normalised(table.headers[name]).startswith("adj")
