"""The fields of a vendor's option rows, each checked: rights, expiries, strikes and prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pricing.errors import InputError, InputProblem
from pricing.option import OsiSymbol, Right, parse_osi
from pricing.table import Table, normalised
from pricing.text_values import cell_text, instants, numbers, words

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
TimeArray = npt.NDArray[np.datetime64]

_RIGHTS: Mapping[str, Right] = {
    **dict.fromkeys(("c", "call", "calls"), Right.CALL),
    **dict.fromkeys(("p", "put", "puts"), Right.PUT),
}
_SATURDAY = 5
_parsed_symbol = lru_cache(maxsize=65_536)(parse_osi)  # a symbol is asked for its expiry, strike and right
_LARGEST_PRICE = 1e9
_SMALLEST_STRIKE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldReader:
    """Reads the chosen rows of a table field by field and collects what is wrong with them.

    is_call: the right of every row where the layout of the file says it, None where a column or symbol does.
    """

    table: Table
    rows: IntArray
    is_call: bool | None = None
    problems: list[InputProblem] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Whether the file has a column for this field."""
        return name in self.table.columns

    def prices(self, name: str, expected: str = "a price from 0 to a billion") -> FloatArray:
        """Prices [currency], NaN where the cell is empty."""
        values, bad = numbers(self._cells(name))
        self._refuse(name, bad | (values < 0) | (values > _LARGEST_PRICE), expected)
        return values

    def counts(self, name: str) -> FloatArray | None:
        """Contracts, NaN where the cell holds no count; None where the file has no such column."""
        if not self.has(name):
            return None
        values, bad = numbers(self._cells(name))
        return np.where(bad | ~(values >= 0.0), np.nan, values)

    def spots(self) -> FloatArray:
        """The underlying's price, else the mid of its bid and ask where both are positive, else NaN."""
        if self.has("spot"):
            return self.prices("spot", "a positive price")
        if not (self.has("underlying_bid") and self.has("underlying_ask")):
            return np.full(len(self.rows), np.nan)
        bid, ask = self.prices("underlying_bid"), self.prices("underlying_ask")
        return np.where((bid > 0) & (ask > 0), (bid + ask) / 2, np.nan)

    def strikes(self) -> FloatArray:
        """Strikes [currency]; OptionMetrics writes them in thousandths."""
        if not self.has("strike"):
            return np.array([symbol.strike for symbol in self._symbols()])
        values, bad = numbers(self._cells("strike"))
        self._refuse(
            "strike", bad | ~((values > _SMALLEST_STRIKE) & (values < _LARGEST_PRICE)), "a positive number"
        )
        return values / 1000 if self._is_option_metrics() else values

    def rights(self) -> BoolArray:
        """True for calls."""
        if self.is_call is not None:
            return np.full(len(self.rows), self.is_call)
        if not self.has("right"):
            return np.array([symbol.right is Right.CALL for symbol in self._symbols()])
        spellings, where = words(self._cells("right"))
        rights = [_RIGHTS.get(str(spelling).lower()) for spelling in spellings]
        self._refuse("right", np.array([right is None for right in rights])[where], "call or put (C or P)")
        return np.array([right is Right.CALL for right in rights])[where]

    def expiries(self) -> TimeArray:
        """Days of expiry; the Saturdays of old listings become the Friday before."""
        if self.has("expiry"):
            moments = instants(self._cells("expiry"))
            self._refuse("expiry", np.isnat(moments), "a date such as 2018-02-28")
            days = moments.astype("datetime64[D]")
        else:
            days = np.array([symbol.expiry for symbol in self._symbols()], dtype="datetime64[D]")
        # Day 0 of datetime64 was a Thursday.
        saturday = (days.astype(np.int64) + 3) % 7 == _SATURDAY
        return np.where(saturday, days - np.timedelta64(1, "D"), days)

    def moments(self, name: str) -> TimeArray:
        """Instants on New York's clock."""
        values = instants(self._cells(name))
        self._refuse(name, np.isnat(values), "a date and time such as 2018-02-05 15:45:00")
        return values

    def _cells(self, name: str) -> pa.ChunkedArray:
        return self.table.columns[name].take(pa.array(self.rows))

    def _is_option_metrics(self) -> bool:
        return normalised(self.table.headers["strike"]) == "strikeprice" and (
            normalised(self.table.headers.get("right", "")) == "cpflag"
        )

    def _refuse(self, name: str, bad: BoolArray, expected: str) -> None:
        self.problems.extend(cell_problems(self.table, name, self.rows[bad], expected))

    def _symbols(self) -> list[OsiSymbol]:
        symbols: list[OsiSymbol] = []
        refused = np.zeros(len(self.rows), dtype=np.bool_)
        spellings, where = words(self._cells("osi"))
        for position, text in enumerate(spellings[where]):
            try:
                symbols.append(_parsed_symbol(str(text).upper().removeprefix("O:")))
            except ValueError:
                refused[position] = True
        if refused.any():
            problems = cell_problems(self.table, "osi", self.rows[refused], "an OSI option symbol")
            raise InputError([*self.problems, *problems])
        return symbols


def cell_problems(table: Table, name: str, rows: Iterable[int], expected: str) -> list[InputProblem]:
    """One problem per row position of a table: where the cell is and what it holds."""
    column = table.columns[name]
    return [
        InputProblem(
            file=table.file,
            row=int(row) + table.first_row,
            column=table.headers[name],
            value=cell_text(column, int(row)),
            expected=expected,
        )
        for row in rows
    ]
