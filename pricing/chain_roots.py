"""Whose options the rows of a chain are, and when they settle: roots, underlyings and OSI symbols."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import PurePath

import numpy as np
import numpy.typing as npt

from pricing.errors import InputError, InputProblem
from pricing.table import Table
from pricing.text_values import words
from pricing.time import is_trading_day, third_friday

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
DayArray = npt.NDArray[np.datetime64]
TextArray = npt.NDArray[np.str_]

# Index roots: root -> (underlying, settles in the morning). Other roots name their own underlying and settle
# at the close. Source: the Cboe product specifications.
INDEX_ROOTS: Mapping[str, tuple[str, bool]] = {
    "SPX": ("SPX", True),
    "SPXW": ("SPX", False),
    "SPXPM": ("SPX", False),
    "NDX": ("NDX", True),
    "NDXP": ("NDX", False),
    "RUT": ("RUT", True),
    "RUTW": ("RUT", False),
    "DJX": ("DJX", True),
    "VIX": ("VIX", True),
    "VIXW": ("VIX", True),
}
_WITH_CLOSING_WEEKLIES = frozenset({"SPX", "NDX", "RUT"})
_NAMING_FIELDS = ("root", "underlying", "osi", "call_osi")


def underlying_of(root: str) -> str:
    """The underlying that an option root belongs to: SPXW -> SPX; unknown roots name themselves."""
    return INDEX_ROOTS.get(root, (root, False))[0]


def rows_of_underlying(table: Table, underlying: str, length: int) -> IntArray:
    """Positions of the rows whose root belongs to `underlying`; all of `length` where the file names no root.

    Raises InputError when there are none, and when only numbers (secid) tell several underlyings apart.
    """
    field = _naming_field(table)
    if field is None:
        _require_one_security(table, underlying)
        return np.arange(length)
    names, where = _tickers(table, field)
    owners = np.array([underlying_of(str(name)) for name in names])
    chosen = np.flatnonzero((owners == ticker(underlying))[where])
    if len(chosen) == 0:
        present = ", ".join(repr(str(name)) for name in np.unique(owners)[:10])
        expected = f"quotes on {ticker(underlying)}; the file has {present}"
        raise InputError(InputProblem(file=table.file, expected=expected))
    return chosen


def sole_underlying(table: Table) -> str:
    """The one underlying that the file has quotes on; the file's name where it names none.

    Raises InputError when there are several to choose from.
    """
    field = _naming_field(table)
    if field is None:
        return PurePath(table.file).name.split(".")[0].upper()
    owners = sorted({underlying_of(str(name)) for name in _tickers(table, field)[0]} - {""})
    if len(owners) > 1:
        listed = ", ".join(owners[:10]) + (f" and {len(owners) - 10} more" if len(owners) > 10 else "")
        expected = f"one underlying, or to be told which of these: {listed}"
        raise InputError(InputProblem(file=table.file, column=table.headers[field], expected=expected))
    return owners[0]


def settles_in_the_morning(table: Table, rows: IntArray, expiry: DayArray) -> BoolArray:
    """What the contract specification of each row's option root says.

    Where a file names the underlying alone, its standard monthly expiry settles in the morning and every
    other one at the close.
    """
    for field in ("root", "osi"):
        if field in table.columns:
            names, where = _tickers(table, field)
            if (names != "")[where[rows]].all() and (field == "root" or _are_symbols(table)):
                return _morning_by_root(names)[where[rows]]
    naming = _naming_field(table)
    if naming is None:
        return np.zeros(len(rows), dtype=np.bool_)
    names, where = _tickers(table, naming)
    morning = _morning_by_root(names)[where[rows]]
    weekly = np.array([name in _WITH_CLOSING_WEEKLIES for name in names.tolist()])[where[rows]]
    settles: BoolArray = morning & (_are_monthly(expiry) | ~weekly)
    return settles


def ticker(text: str) -> str:
    """The leading letters of a ticker or option symbol: '^SPX' and 'O:SPX190621C02500000' give SPX."""
    bare = text.upper().removeprefix("O:").lstrip("^$. ")
    end = next((i for i, letter in enumerate(bare) if not letter.isalpha() and letter not in "./"), len(bare))
    return bare[:end]


def _naming_field(table: Table) -> str | None:
    """The first column that names every row; vendors leave `root` empty in some files."""
    for field in _NAMING_FIELDS:
        if field in table.columns and words(table.columns[field])[0].astype(bool).any():
            return field
    return None


def _tickers(table: Table, field: str) -> tuple[TextArray, IntArray]:
    """The different tickers and which of them each row has."""
    symbols, where = words(table.columns[field])
    return np.array([ticker(str(symbol)) for symbol in symbols], dtype=np.str_), where


def _are_symbols(table: Table) -> bool:
    """Whether the column of option symbols holds some: vendors put the underlying in one of that name."""
    return all(any(sign.isdigit() for sign in str(word)) for word in words(table.columns["osi"])[0])


def _morning_by_root(names: TextArray) -> BoolArray:
    return np.array([INDEX_ROOTS.get(name, ("", False))[1] for name in names.tolist()], dtype=np.bool_)


def _require_one_security(table: Table, underlying: str) -> None:
    if "security_id" not in table.columns:
        return
    numbers = [str(number) for number in words(table.columns["security_id"])[0] if number]
    if len(numbers) > 1:
        expected = (
            f"one security, or a column that names the underlying: which of these is {ticker(underlying)}?"
        )
        raise InputError(
            InputProblem(
                file=table.file,
                column=table.headers["security_id"],
                value=", ".join(numbers[:10]),
                expected=expected,
            )
        )


def _are_monthly(expiry: DayArray) -> BoolArray:
    days, which = np.unique(expiry, return_inverse=True)
    monthly: BoolArray = np.array([_is_monthly(day) for day in days.tolist()], dtype=np.bool_)[which]
    return monthly


def _is_monthly(day: date | None) -> bool:
    """The third Friday, or the Thursday before where that Friday is a holiday."""
    if day is None:
        return False
    friday = third_friday(day.year, day.month)
    return day == (friday if is_trading_day(friday) else friday - timedelta(days=1))
