"""The real market data that every installation has: daily series shipped inside the `arch` package."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from importlib.util import find_spec
from math import log
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from pricing.errors import InputError, InputProblem
from pricing.history import FloatArray, PriceHistory

EMBEDDED_SYMBOLS: Mapping[str, str] = MappingProxyType(
    {
        "SPX": "SPX",
        "SPXW": "SPX",
        "^SPX": "SPX",
        "^GSPC": "SPX",
        "COMP": "COMP",
        "IXIC": "COMP",
        "^IXIC": "COMP",
        "WTI": "WTI",
        "DCOILWTICO": "WTI",
    }
)
"""Accepted symbol -> the embedded underlying that it names."""

_FOLDER_AND_NAME = {
    "SPX": ("sp500", "S&P 500 daily open, high, low, close"),
    "COMP": ("nasdaq", "NASDAQ Composite daily open, high, low, close"),
    "WTI": ("wti", "WTI crude oil spot, daily close"),
}
Scalar = TypeVar("Scalar", bound=np.generic)

_MISSING = "."  # how FRED, the source of WTI and the VIX, writes a holiday


@cache
def embedded_history(symbol: str) -> PriceHistory:
    """Daily history of 'SPX', 'COMP' (both 1999 to 2018), 'WTI' (1986 to 2019) or an alias of theirs.

    Days without a price (WTI's holidays) are left out. Raises InputError for any other symbol.
    """
    name = EMBEDDED_SYMBOLS.get(symbol.upper())
    if name is None:
        raise InputError(
            InputProblem(file="embedded data", value=symbol, expected=f"one of {', '.join(EMBEDDED_SYMBOLS)}")
        )
    folder, title = _FOLDER_AND_NAME[name]
    rows = [row for row in _rows(folder) if row[1] != _MISSING]
    quoted = name != "WTI"
    return PriceHistory(
        symbol=name,
        dates=_dates(rows),
        close=_column(rows, 4 if quoted else 1),
        open=_column(rows, 1) if quoted else None,
        high=_column(rows, 2) if quoted else None,
        low=_column(rows, 3) if quoted else None,
        origin=f"{title}, shipped with the arch package",
    )


@cache
def embedded_days() -> tuple[date, ...]:
    """The S&P 500's trading days that can be asked for by date, first to last."""
    return tuple(embedded_history("SPX").dates.tolist())


def embedded_vix(day: date) -> float | None:
    """Close of the VIX on `day` per sqrt(year) (0.3732, not 37.32); None where the package has none.

    The series starts on 2014-01-03 and ends on 2019-01-03.
    """
    series = embedded_vix_history()
    at = int(np.searchsorted(series.dates, np.datetime64(day, "D")))
    found = at < len(series.dates) and series.dates[at] == np.datetime64(day, "D")
    return float(series.close[at]) if found else None


@cache
def embedded_vix_history() -> PriceHistory:
    """Every close of the VIX that the package has; `close` is per sqrt(year) as 0.20, holidays left out."""
    rows = [row for row in _rows("vix") if row[1] != _MISSING]
    close = np.array([float(row[1]) / 100.0 for row in rows])
    return PriceHistory(
        symbol="VIX",
        dates=_dates(rows),
        close=_frozen(close),
        origin="VIX close, shipped with the arch package",
    )


def embedded_implied_volatility(symbol: str, day: date) -> PriceHistory | None:
    """The VIX, all of it, for an alias of 'SPX' on a day from the first that has one; else None.

    Five days after the last value there is none either, so that no forecast rests on an old one.
    """
    vix = embedded_vix_history()
    first, last = vix.dates[0].item(), vix.dates[-1].item() + timedelta(days=5)
    return vix if EMBEDDED_SYMBOLS.get(symbol.upper()) == "SPX" and first <= day <= last else None


def risk_free_rate(day: date) -> float:
    """Continuously compounded rate per year of the one-month Treasury bill in the month before that of `day`.

    It is Fama and French's RF of the last month that had ended, or the last in the package (2018-11).
    Raises InputError before 1926-08.
    """
    known = [rate for month, rate in _monthly_risk_free() if month < (day.year, day.month)]
    if not known:
        raise InputError(
            InputProblem(
                file="embedded risk-free rate", value=day.isoformat(), expected="a day from 1926-08-01"
            )
        )
    return 12.0 * log(1.0 + known[-1])


@cache
def _monthly_risk_free() -> tuple[tuple[tuple[int, int], float], ...]:
    """((year, month), simple return over the month as a fraction)."""
    return tuple(((int(row[0][:4]), int(row[0][4:])), float(row[-1]) / 100.0) for row in _rows("frenchdata"))


def _column(rows: list[list[str]], at: int) -> FloatArray:
    return _frozen(np.array([float(row[at]) for row in rows]))


def _dates(rows: list[list[str]]) -> npt.NDArray[np.datetime64]:
    return _frozen(np.array([_date(row[0]) for row in rows], dtype="datetime64[D]"))


def _frozen(column: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
    """Read-only, since the history that holds it is shared by every caller."""
    column.flags.writeable = False
    return column


def _date(text: str) -> date:
    """Month/day/year; strptime would take most of the reading time."""
    month, day, year = text.split("/")
    return date(int(year), int(month), int(day))


def _rows(folder: str) -> Iterator[list[str]]:
    """Data rows of one of arch's files, found without importing arch, which takes as long as a whole run."""
    spec = find_spec("arch")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("the arch package, which holds the embedded market data, is not installed")
    (path,) = (Path(spec.origin).parent / "data" / folder).glob("*.csv.gz")
    with gzip.open(path, "rt", encoding="ascii", newline="") as stream:
        reader = csv.reader(stream)
        next(reader)
        yield from reader
