"""A desk's own file of requests, CSV or parquet, to a history, with every row that cannot be used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from execution.errors import RecordingError, RecordingProblem
from execution.rfq.log_columns import (
    RFQ_ALIASES,
    RFQ_PARSERS,
    RFQ_TIMES,
    is_rfq_header,
    require_rfq_columns,
)
from execution.rfq.log_history import RfqHistory
from execution.rfq.log_requests import RequestGathering
from execution.tca.cell_reader import CellReader
from execution.tca.fill_columns import MatchedColumns, match_columns
from execution.tca.table_file import read_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFile:
    """What a file held. problems: of the rows that were left out; empty where none was."""

    history: RfqHistory
    problems: tuple[RecordingProblem, ...] = ()


def read_history(path: Path, *, skip_bad_rows: bool = False) -> HistoryFile:
    """Read requests, a row a dealer asked; the columns are those of `log_columns.RFQ_ALIASES`.

    What belongs to the request (side, quantity ...) may stand in any of its rows and must not differ among
    them; its time is the earliest. Mids that differ in five requests and a tenth of all are each quote's own,
    and the request's is the earliest row's; in fewer they are slips. A dealer's later row in a request amends
    its earlier one. A buyer's quote is the offer of a two-way one, a seller's the bid. Without a column of
    sides the sign of the quantity says it.

    Raises RecordingError with every bad row (number, column, value, what was expected) unless skip_bad_rows,
    and in any case for a file that cannot be read, lacks a column or has no request that is good. A bad row
    takes its request with it: with one dealer fewer it would be another request.
    """
    table = read_rows(path, is_rfq_header)
    matched = match_columns(table.header, RFQ_ALIASES, file=table.file)
    require_rfq_columns(matched, file=table.file)
    reader = CellReader(table, matched, parsers=RFQ_PARSERS, times=RFQ_TIMES)
    gathering = RequestGathering(reader)
    for number, row in table.rows:
        gathering.take(number, reader.read(number, row))
    history = gathering.settled(origin=table.file)
    problems = sorted(reader.problems, key=lambda found: found.row or 0)
    if problems and not skip_bad_rows:
        raise RecordingError(problems)
    if history is None:
        none_left = RecordingProblem(file=table.file, expected="at least one request that can be used")
        raise RecordingError([*problems, none_left])
    return HistoryFile(history=_with_notes(history, reader, matched, gathering), problems=tuple(problems))


def _with_notes(
    history: RfqHistory, reader: CellReader, matched: MatchedColumns, gathering: RequestGathering
) -> RfqHistory:
    notes = []
    if "symbol" not in matched:
        notes.append("No column of symbols: all requests are taken as of one package.")
    if reader.lacks_zone:
        notes.append("Times without a zone are taken as UTC.")
    if gathering.left_out:
        one = gathering.left_out == 1
        said = "request with a bad row is" if one else "requests with a bad row are"
        notes.append(f"{gathering.left_out:,} {said} left out whole.")
    if gathering.own_mids:
        notes.append(
            "Mids differ within requests: each quote is held against its own row's, and the request's mid is "
            "its earliest row's."
        )
    if matched.unused:
        notes.append(f"Columns that were not read: {', '.join(matched.unused)}.")
    return replace(history, notes=tuple(notes))
