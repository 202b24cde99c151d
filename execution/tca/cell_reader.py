"""The cells of one row of a file to values by field, with everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import final

from execution.errors import RecordingProblem
from execution.tca import cells
from execution.tca.fill_columns import MatchedColumns
from execution.tca.table_file import TextRows

Value = float | int | str
Values = dict[str, Value]


@final
class CellReader:
    """Reads the rows of one file. problems: so far. lacks_zone: whether a time did not say its zone.

    parsers: of each field that is no time; they raise ValueError with what was expected. times: fields that
    are instants, whose day may stand in the field 'date'.
    """

    def __init__(
        self,
        table: TextRows,
        matched: MatchedColumns,
        *,
        parsers: Mapping[str, Callable[[str], Value]],
        times: Collection[str],
    ) -> None:
        self.problems: list[RecordingProblem] = list(table.ragged)
        self._file = table.file
        self._headers = matched.headers
        self._parsers = parsers
        self._at = {name: table.header.index(header) for name, header in matched.headers.items()}
        self._unit = {
            name: "ns" if header in table.nanoseconds else cells.time_unit(header)
            for name, header in matched.headers.items()
            if name in times
        }
        self.lacks_zone = any(matched.headers[name] in table.naive for name in self._unit)

    def __contains__(self, field: str) -> bool:
        return field in self._at

    def read(self, number: int, row: Sequence[str | None]) -> Values:
        """The row's values by field, without those that are absent or wrong, which the problems then say."""
        values: Values = {}
        for name, at in self._at.items():
            text = (row[at] or "").strip()
            if text.casefold() in cells.ABSENT:
                continue
            try:
                values[name] = self._parsed(name, text, row)
            except ValueError as error:
                self.wrong(number, name, text, str(error))
        return values

    def wrong(self, number: int, name: str, value: str, expected: str) -> None:
        """Note a problem in the column of a field."""
        column = self._headers.get(name, name)
        self.problems.append(
            RecordingProblem(file=self._file, row=number, column=column, value=value, expected=expected)
        )

    def _parsed(self, name: str, text: str, row: Sequence[str | None]) -> Value:
        if name not in self._unit:
            return self._parsers[name](text)
        if cells.is_clock(text) and "date" in self._at:
            text = f"{(row[self._at['date']] or '').strip()} {text}"
        self.lacks_zone = self.lacks_zone or not cells.has_zone(text)
        return cells.instant_ns(text, self._unit[name])
