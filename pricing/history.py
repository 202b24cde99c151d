"""Daily price history of an underlying."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pricing.chain_fields import cell_problems
from pricing.errors import InputError, InputProblem
from pricing.table import Table, normalised, read_table
from pricing.text_values import instants, numbers

FloatArray = npt.NDArray[np.float64]

_PRICE_FIELDS = ("open", "high", "low", "close")
_QUESTIONED_LOG_RETURN = float(np.log(1.4999))
_FURTHER_NAMES = {"SPX": ("sp500", "gspc"), "COMP": ("nasdaqcom", "ixic"), "WTI": ("dcoilwtico",)}
_MOST_NOTES = 5
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


def read_history(path: Path, *, symbol: str) -> PriceHistory:
    """Read a daily history from a CSV or parquet file with a date column and a close column.

    Headers by their usual names (Date, timestamp; Close, Adj Close, price or the symbol; Open, High, Low
    where there). A file that runs from the newest day to the oldest is turned round. Close-to-close moves
    beyond 3 : 2 either way, as an unadjusted split gives, are kept and questioned in `notes`.

    Raises InputError with every malformed cell and row: no date, a repeated or unordered day, a price that is
    missing or not positive, a high below the low, an open or close outside them.
    """
    table = read_table(path, _aliases(symbol))
    _require_columns(table)
    problems: list[InputProblem] = []
    dates, turned = _dates(table, problems)
    prices = {name: _prices(table, name, problems) for name in _PRICE_FIELDS if name in table.columns}
    if {"high", "low"} <= prices.keys():
        problems.extend(_outside_range(table, prices))
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.row or 0))
    order = slice(None, None, -1 if turned else 1)
    history = PriceHistory(
        symbol=symbol,
        dates=dates[order],
        close=prices["close"][order],
        open=_ordered(prices.get("open"), order),
        high=_ordered(prices.get("high"), order),
        low=_ordered(prices.get("low"), order),
        origin=table.file,
        sha256=table.sha256,
    )
    return replace(history, notes=_questioned_moves(history))


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


def _questioned_moves(history: PriceHistory) -> tuple[str, ...]:
    returns = history.log_returns()
    days = np.flatnonzero(np.abs(returns) > _QUESTIONED_LOG_RETURN)
    sentences = [
        f"{history.origin}: the close of {history.symbol} moved by {np.expm1(returns[day]):+.0%} on "
        f"{history.dates[day + 1]}, to {history.close[day + 1]:g}; if it is a split, adjust the prices before"
        for day in days[:_MOST_NOTES]
    ]
    if len(days) > _MOST_NOTES:
        sentences.append(f"{history.origin}: and {len(days) - _MOST_NOTES} more days with such a move")
    return tuple(sentences)
