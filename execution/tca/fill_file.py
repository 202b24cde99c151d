"""Anybody's file of fills to a blotter, with every row that cannot be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from execution.errors import RecordingError, RecordingProblem
from execution.tca.blotter import Blotter
from execution.tca.fill_columns import FILL_ALIASES, MatchedColumns, match_columns, require_fill_columns
from execution.tca.fill_orders import OrderGathering
from execution.tca.fill_row import RowReader
from execution.tca.table_file import read_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class FillFile:
    """What a file held. problems: of the rows that were left out; empty where none was."""

    blotter: Blotter
    problems: tuple[RecordingProblem, ...] = ()


def read_fills(path: Path, *, skip_bad_rows: bool = False) -> FillFile:
    """Read fills from CSV or parquet; the columns are those of `fill_columns.FILL_ALIASES`.

    A parent order's own columns may stand in any of its rows and must not contradict each other, but for
    order_quantity, of which the last stands. Without a column of parent orders the fills of one symbol, side
    and day are one. A row of quantity 0 and no price states an order that never traded. signed_commission is
    negative where it was paid; fee is positive.

    Raises RecordingError with every bad row (number, column, value, what was expected) unless skip_bad_rows,
    and in any case for a file that cannot be read, lacks a column or has no row that is good.
    """
    table = read_rows(path, _is_header)
    matched = match_columns(table.header, FILL_ALIASES, file=table.file)
    require_fill_columns(matched, file=table.file)
    reader = RowReader(table, matched)
    gathering = OrderGathering(reader, matched.headers)
    for number, row in table.rows:
        values = reader.read(number, row)
        if values is not None:
            gathering.take(number, values)
    gathering.settle()
    problems = sorted(reader.problems, key=lambda found: found.row or 0)
    if problems and not skip_bad_rows:
        raise RecordingError(problems)
    if not len(gathering):
        none_left = RecordingProblem(file=table.file, expected="at least one fill that can be used")
        raise RecordingError([*problems, none_left])
    blotter = Blotter(
        origin=table.file,
        orders=gathering.order_columns(),
        fills=gathering.fill_columns(),
        notes=_notes(reader, matched),
    )
    return FillFile(blotter=blotter, problems=tuple(problems))


def _is_header(names: Sequence[str]) -> bool:
    cleaned = [name.strip().strip('"') for name in names]
    try:
        matched = match_columns(cleaned, FILL_ALIASES, file="")
    except RecordingError:  # a header all the same, whose repetition is reported where it is read
        return True
    return all(name in matched for name in ("quantity", "price", "time"))


def _notes(reader: RowReader, matched: MatchedColumns) -> tuple[str, ...]:
    notes = []
    if "parent_id" not in matched:
        notes.append("No column of parent orders: the fills of one symbol, side and day are taken as one.")
    if "symbol" not in matched:
        notes.append("No column of symbols: all fills are taken as of one.")
    if reader.lacks_zone:
        notes.append("Times without a zone are taken as UTC.")
    if reader.no_trades:
        notes.append(f"{reader.no_trades:,} reports that are of no trade were passed over.")
    if matched.unused:
        notes.append(f"Columns that were not read: {', '.join(matched.unused)}.")
    return tuple(notes)
