"""A file of dividends: ex dates, amounts and kinds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pricing.chain_fields import cell_problems
from pricing.dividends import DividendSchedule
from pricing.errors import InputError, InputProblem
from pricing.table import Table, read_table
from pricing.text_values import instants, numbers, words
from pricing.time import open_instant, year_fraction

FloatArray = npt.NDArray[np.float64]

_ALIASES = {
    "ex_date": ("ex_date", "ex", "ex_dividend_date", "exdate", "date"),
    "amount": ("amount", "dividend", "cash_amount", "value"),
    "kind": ("kind", "type"),
    "currency": ("currency", "ccy"),
}
_KINDS = ("cash", "proportional")


@dataclass(frozen=True, slots=True, kw_only=True)
class DividendTable:
    """Dividends of one underlying, one an ex date, in order; cash [currency], proportional [fraction]."""

    ex_dates: tuple[date, ...]
    cash: FloatArray
    proportional: FloatArray
    origin: str = ""
    sha256: str | None = None

    def seen_from(self, as_of: datetime) -> tuple[DividendSchedule, int]:
        """The dividends ahead of an aware instant, and how many have gone.

        A share goes ex when the exchange opens on the ex date.
        """
        years = np.array([year_fraction(as_of, open_instant(day)) for day in self.ex_dates])
        ahead = years > 0.0
        schedule = DividendSchedule(
            ex_years=years[ahead], cash=self.cash[ahead], proportional=self.proportional[ahead]
        )
        return schedule, int(np.count_nonzero(~ahead))


def read_dividends(path: Path, *, currency: str) -> DividendTable:
    """Read a CSV or parquet file with a row a dividend: ex_date, amount, kind, and currency where it has one.

    kind: 'cash' [currency], or 'proportional' [fraction of the share, below 1]. Rows may be in any order; two
    of one day are one dividend, its proportional part taken first. Raises InputError with every bad cell: no
    date, an amount that is negative or no number, another kind, another currency than `currency`.
    """
    table = read_table(path, _ALIASES)
    missing = [name for name in ("ex_date", "amount", "kind") if name not in table.columns]
    if missing:
        raise InputError(
            InputProblem(
                file=table.file, column=name, expected=f"such a column (or {', '.join(_ALIASES[name])})"
            )
            for name in missing
        )
    problems: list[InputProblem] = []
    days = instants(table.columns["ex_date"]).astype("datetime64[D]")
    problems += cell_problems(table, "ex_date", np.flatnonzero(np.isnat(days)), "a date such as 2018-02-05")
    is_cash = _is_cash(table, problems)
    amounts = _amounts(table, is_cash, problems)
    _require_currency(table, currency, problems)
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.row or 0))
    return _by_day(table, days, np.where(is_cash, amounts, 0.0), np.where(is_cash, 0.0, amounts))


def _is_cash(table: Table, problems: list[InputProblem]) -> npt.NDArray[np.bool_]:
    spellings, where = words(table.columns["kind"])
    kinds = np.array([str(word).lower() for word in spellings], dtype=np.str_)[where]
    unknown = np.flatnonzero(~np.isin(kinds, _KINDS))
    problems += cell_problems(table, "kind", unknown, "cash or proportional")
    return np.asarray(kinds != "proportional")


def _amounts(table: Table, is_cash: npt.NDArray[np.bool_], problems: list[InputProblem]) -> FloatArray:
    amounts, _ = numbers(table.columns["amount"])
    bad = ~(amounts >= 0.0)
    problems += cell_problems(table, "amount", np.flatnonzero(bad), "an amount, zero or more")
    whole = np.flatnonzero(~is_cash & ~bad & (amounts >= 1.0))
    problems += cell_problems(table, "amount", whole, "a fraction below 1 of the share, as 0.02 for 2%")
    return amounts


def _require_currency(table: Table, currency: str, problems: list[InputProblem]) -> None:
    if "currency" not in table.columns:
        return
    spellings, where = words(table.columns["currency"])
    codes = np.array([str(word).upper() for word in spellings], dtype=np.str_)[where]
    others = np.flatnonzero((codes != currency) & (codes != ""))
    problems += cell_problems(table, "currency", others, f"{currency}, the market's currency")


def _by_day(
    table: Table, days: npt.NDArray[np.datetime64], cash: FloatArray, proportional: FloatArray
) -> DividendTable:
    different, position = np.unique(days, return_inverse=True)
    kept, paid = np.ones(len(different)), np.zeros(len(different))
    np.multiply.at(kept, position, 1.0 - proportional)
    np.add.at(paid, position, cash)
    return DividendTable(
        ex_dates=tuple(day.item() for day in different),
        cash=paid,
        proportional=1.0 - kept,
        origin=table.file,
        sha256=table.sha256,
    )
