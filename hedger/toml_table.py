"""A TOML table that is read key by key and remembers every problem, so that all are reported at once."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Self, TypeVar

from hedger.errors import InputError, InputProblem
from pricing.time import is_trading_day

_T = TypeVar("_T")
_CALENDAR_YEARS = range(1902, 2199)
_TRADING_DAY = "a day on which the New York Stock Exchange trades, as 2018-02-05 without quotes"


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlTable:
    """One table of a TOML file. Readers note what is wrong and return a harmless value; `finish` raises."""

    file: str
    place: str
    values: Mapping[str, object]
    problems: list[InputProblem]
    known: set[str] = field(default_factory=set)
    children: list[TomlTable] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Parse a file. Raises InputError where it cannot be read or is not TOML."""
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise _unreadable(path, f"a readable file ({error.strerror or type(error).__name__})") from None
        except ValueError as error:  # not TOML, not UTF-8, or a number of thousands of digits
            raise _unreadable(path, f"TOML in UTF-8 ({error})") from None
        except RecursionError:
            raise _unreadable(path, "TOML nested less deeply") from None
        return cls(file=str(path), place="", values=values, problems=[])

    def names(self) -> tuple[str, ...]:
        """Every key of this table."""
        return tuple(self.values)

    def has(self, key: str) -> bool:
        """Whether the key is there; to ask makes it a key of the format."""
        self.known.add(key)
        return key in self.values

    def table(self, key: str) -> TomlTable:
        """The table at `key`, empty where it is missing."""
        return self._child(self._place_of(key), self._found(key, {}))

    def tables(self, key: str) -> tuple[TomlTable, ...]:
        """The tables of [[key]] in the file's order, none where it is missing."""
        return tuple(
            self._child(f"{self._place_of(key)}[{number}]", row)
            for number, row in enumerate(self._list(key), start=1)
        )

    def text(self, key: str, default: str | None = None) -> str:
        """A string; required where there is no default."""
        found = self._found(key, default)
        if isinstance(found, str):
            return found
        return self._noted(key, "a text in quotes", "")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings, empty where the key is missing."""
        return tuple(
            item if isinstance(item, str) else self._noted(key, "a list of texts in quotes", "")
            for item in self._list(key)
        )

    def number(self, key: str, *, above: float, up_to: float, default: float | None = None) -> float:
        """A finite number in (above, up_to]; required where there is no default."""
        expected = f"a number above {above:g} and at most {up_to:g}"
        found = self._found(key, default)
        if isinstance(found, int | float) and not isinstance(found, bool) and above < found <= up_to:
            return float(found)
        return self._noted(key, expected, math.nan)

    def choice(self, key: str, choices: Sequence[str], default: str | None = None) -> str:
        """One of `choices`; required where there is no default."""
        expected = f"one of {', '.join(choices)}"
        found = self._found(key, default)
        return (
            found if isinstance(found, str) and found in choices else self._noted(key, expected, choices[0])
        )

    def trading_day(self, key: str) -> date:
        """A day on which the exchange trades."""
        return self._trading_day(key, self._found(key, None))

    def trading_days(self, key: str) -> tuple[date, ...]:
        """A list of days on which the exchange trades, empty where the key is missing."""
        return tuple(self._trading_day(key, item) for item in self._list(key))

    def note(self, key: str, expected: str) -> None:
        """Remember that the value at `key` is not what was expected."""
        self._noted(key, expected, None)

    def finish(self) -> None:
        """Note every key that nobody asked for, here and below; raise InputError if anything was noted."""
        for table in self._family():
            for key in sorted(table.values.keys() - table.known):
                table.note(key, f"one of the keys {', '.join(sorted(table.known))}{_likeness(key, table)}")
        if self.problems:
            raise InputError(self.problems)

    def _family(self) -> Iterator[TomlTable]:
        tables: list[TomlTable] = [self]
        while tables:
            table = tables.pop()
            tables.extend(table.children)
            yield table

    def _child(self, place: str, values: object) -> TomlTable:
        if not isinstance(values, dict):
            problem = InputProblem(file=self.file, column=place, value=str(values), expected="a table")
            self.problems.append(problem)
            values = {}
        child = TomlTable(file=self.file, place=place, values=values, problems=self.problems)
        self.children.append(child)
        return child

    def _list(self, key: str) -> list[object]:
        found = self._found(key, [])
        return found if isinstance(found, list) else self._noted(key, "a list", [])

    def _trading_day(self, key: str, found: object) -> date:
        # A datetime is a date to isinstance, but names an instant; the calendar knows no other years.
        if isinstance(found, datetime) or not isinstance(found, date):
            return self._noted(key, _TRADING_DAY, date.max)
        trades = found.year in _CALENDAR_YEARS and is_trading_day(found)
        return found if trades else self._noted(key, _TRADING_DAY, date.max)

    def _found(self, key: str, default: object) -> object:
        self.known.add(key)
        return self.values.get(key, default)

    def _noted(self, key: str, expected: str, instead: _T) -> _T:
        value = str(self.values[key]) if key in self.values else None
        self.problems.append(
            InputProblem(file=self.file, column=self._place_of(key), value=value, expected=expected)
        )
        return instead

    def _place_of(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key


def _likeness(key: str, table: TomlTable) -> str:
    nearest = get_close_matches(key, table.known, n=1)
    return f"; did you mean {nearest[0]}?" if nearest else ""


def _unreadable(path: Path, expected: str) -> InputError:
    return InputError(InputProblem(file=str(path), expected=expected))
