"""A TOML table read key by key that remembers every problem, so that all are reported at once."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Self, TypeVar

from execution.errors import RecordingProblem, ScenarioError

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioTable:
    """One table of a scenario file. Readers note what is wrong, return a harmless value; `finish` raises."""

    file: str
    place: str
    values: Mapping[str, object]
    problems: list[RecordingProblem]
    known: set[str] = field(default_factory=set)
    children: list[ScenarioTable] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Parse a file. Raises ScenarioError where it cannot be read or is not TOML."""
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            reason = f"a readable file ({error.strerror or type(error).__name__})"
            raise ScenarioError(RecordingProblem(file=str(path), expected=reason)) from None
        except ValueError as error:  # not TOML, not UTF-8, or a number of thousands of digits
            raise ScenarioError(
                RecordingProblem(file=str(path), expected=f"TOML in UTF-8 ({error})")
            ) from None
        except RecursionError:
            raise ScenarioError(
                RecordingProblem(file=str(path), expected="TOML nested less deeply")
            ) from None
        return cls(file=str(path), place="", values=values, problems=[])

    def table(self, key: str) -> ScenarioTable:
        """The table at `key`, empty where it is missing."""
        return self._child(self._place_of(key), self._found(key, {}))

    def tables(self, key: str) -> tuple[ScenarioTable, ...]:
        """The tables of [[key]] in the file's order, none where it is missing."""
        return tuple(
            self._child(f"{self._place_of(key)}[{number}]", row)
            for number, row in enumerate(self._list(key), start=1)
        )

    def named_tables(self, key: str) -> dict[str, ScenarioTable]:
        """The tables [key.NAME] by name, none where they are missing."""
        parent = self.table(key)
        return {name: parent.table(name) for name in parent.values}

    def has(self, key: str) -> bool:
        """Whether the key is there; to ask makes it a key of the format."""
        self.known.add(key)
        return key in self.values

    def text(self, key: str, default: str | None = None) -> str:
        """A string; required where there is no default."""
        found = self._found(key, default)
        return found if isinstance(found, str) and found else self.noted(key, "a text in quotes", "")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings, empty where the key is missing."""
        found = self._list(key)
        if not all(isinstance(item, str) for item in found):
            return self.noted(key, "a list of texts in quotes", ())
        return tuple(str(item) for item in found)

    def choice(self, key: str, choices: Sequence[str]) -> str:
        """One of `choices`; the first where it is not."""
        found = self._found(key, None)
        if isinstance(found, str) and found in choices:
            return found
        return self.noted(key, f"one of {', '.join(choices)}", choices[0] if choices else "")

    def number(self, key: str, *, least: float, most: float, default: float | None = None) -> float:
        """A number in [least, most]; required where there is no default."""
        found = self._found(key, default)
        if isinstance(found, int | float) and not isinstance(found, bool) and least <= found <= most:
            return float(found)
        return self.noted(key, f"a number from {least:g} to {most:g}", least)

    def whole(self, key: str, *, least: int, most: int, default: int | None = None) -> int:
        """A whole number in [least, most]; required where there is no default."""
        found = self._found(key, default)
        if isinstance(found, int) and not isinstance(found, bool) and least <= found <= most:
            return found
        return self.noted(key, f"a whole number from {least} to {most}", least)

    def numbers(self, key: str) -> tuple[float, ...]:
        """A list of finite numbers, empty where the key is missing."""
        return self._floats(key, self._list(key))

    def rows_of_numbers(self, key: str) -> tuple[tuple[float, ...], ...]:
        """A list of lists of finite numbers, empty where the key is missing."""
        rows = self._list(key)
        if not all(isinstance(row, list) for row in rows):
            return self.noted(key, "a list of lists of numbers", ())
        return tuple(self._floats(key, row) for row in rows if isinstance(row, list))

    def noted(self, key: str, expected: str, instead: _T) -> _T:
        """Remember that the value at `key` is not what was expected and return another."""
        value = str(self.values[key]) if key in self.values else None
        problem = RecordingProblem(file=self.file, column=self._place_of(key), value=value, expected=expected)
        self.problems.append(problem)
        return instead

    def finish(self) -> None:
        """Note every key that nobody asked for, here and below; raise ScenarioError if anything was noted."""
        for table in self._family():
            for key in sorted(table.values.keys() - table.known):
                nearest = get_close_matches(key, table.known, n=1)
                hint = f"; did you mean {nearest[0]}?" if nearest else ""
                table.noted(key, f"one of the keys {', '.join(sorted(table.known))}{hint}", None)
        if self.problems:
            raise ScenarioError(self.problems)

    def _family(self) -> Iterator[ScenarioTable]:
        tables: list[ScenarioTable] = [self]
        while tables:
            table = tables.pop()
            tables.extend(table.children)
            yield table

    def _child(self, place: str, values: object) -> ScenarioTable:
        if not isinstance(values, dict):
            self.problems.append(
                RecordingProblem(file=self.file, column=place, value=str(values), expected="a table")
            )
            values = {}
        child = ScenarioTable(file=self.file, place=place, values=values, problems=self.problems)
        self.children.append(child)
        return child

    def _list(self, key: str) -> list[object]:
        found = self._found(key, [])
        return found if isinstance(found, list) else self.noted(key, "a list", [])

    def _floats(self, key: str, items: Sequence[object]) -> tuple[float, ...]:
        numbers = [item for item in items if isinstance(item, int | float) and not isinstance(item, bool)]
        if len(numbers) != len(items) or not all(math.isfinite(number) for number in numbers):
            return self.noted(key, "a list of finite numbers", ())
        return tuple(float(number) for number in numbers)

    def _found(self, key: str, default: object) -> object:
        self.known.add(key)
        return self.values.get(key, default)

    def _place_of(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key
