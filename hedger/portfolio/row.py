"""One row of a portfolio file, read field by field, remembering every problem."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from hedger.portfolio.cells import currency_code, label, money, number
from pricing.errors import InputError, InputProblem

_T = TypeVar("_T")
_MOST_CONTRACTS, _MOST_CURRENCY = 1e9, 1e15
_SIGN_OF_SIDE = {
    **dict.fromkeys(("long", "l", "buy", "b", "bought", "+"), 1),
    **dict.fromkeys(("short", "s", "sell", "sold", "-"), -1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Cells of one row by field, blank ones left out. A reader notes what is wrong and goes on."""

    origin: str
    number: int
    cells: Mapping[str, str]
    names: Mapping[str, str]
    problems: list[InputProblem] = field(default_factory=list)
    conventions: list[str] = field(default_factory=list)

    def has(self, field: str) -> bool:
        """Whether the row says anything in this field."""
        return field in self.cells

    def text(self, field: str) -> str | None:
        """The cell as written, None where it is blank or there is no such column."""
        return self.cells.get(field)

    def read(self, field: str, parse: Callable[[str], _T], default: _T) -> _T:
        """The parsed cell, or `default` where it is blank or wrong."""
        if field not in self.cells:
            return default
        try:
            return parse(self.cells[field])
        except ValueError as error:
            self.note(field, str(error))
            return default

    def note(self, field: str, expected: str) -> None:
        """Remember that a field does not hold what was expected."""
        name = self.names.get(field, field)
        value = self.cells.get(field)
        self.problems.append(
            InputProblem(file=self.origin, row=self.number, column=name, value=value, expected=expected)
        )

    def assume(self, sentence: str) -> None:
        """Remember a convention that filled in for what the file does not say."""
        self.conventions.append(sentence)

    def finish(self) -> None:
        """Raise InputError if anything was noted."""
        if self.problems:
            raise InputError(self.problems)

    def quantity(self, *, whole: bool, most: float = _MOST_CONTRACTS) -> float:
        """Signed, finite and not zero; a `side` column gives the sign of a quantity written without one."""
        if not self.has("quantity"):
            self.note("quantity", "a quantity: positive is long, negative is short")
            return math.nan
        value = self.read("quantity", number, math.nan)
        if math.isnan(value):
            return value
        if value == 0.0 or abs(value) > most:
            self.note("quantity", f"a quantity that is not zero and at most {most:g}")
        elif whole and not value.is_integer():
            self.note("quantity", "a whole number of contracts")
        return self._signed(value)

    def cash_quantity(self) -> float:
        """An amount of currency, positive is owned: the quantity, else the value beside it."""
        if not self.has("quantity") and self.has("value"):
            return self.read("value", money, math.nan)
        return self.quantity(whole=False, most=_MOST_CURRENCY)

    def multiplier(self, default: float | None) -> float:
        """Positive and finite; required where there is no default."""
        if default is None and not self.has("multiplier"):
            self.note("multiplier", "the units of underlying per contract of this instrument")
            return math.nan
        value = self.read("multiplier", number, math.nan if default is None else default)
        if value <= 0.0 or value > _MOST_CONTRACTS:
            self.note("multiplier", "a positive number of units of underlying per contract")
        return value

    def strategy(self) -> str | None:
        """The label that groups legs, None where there is none."""
        return self.read("strategy", label, None)

    def currency(self) -> str:
        """Currency code, USD where the file does not say."""
        return self.read("currency", currency_code, "USD")

    def _signed(self, value: float) -> float:
        if not self.has("side"):
            return value
        sign = _SIGN_OF_SIDE.get(self.cells["side"].casefold())
        if sign is None or (sign > 0 > value):
            self.note("side", "long or short (buy or sell), agreeing with the quantity's sign")
            return value
        return sign * abs(value)
