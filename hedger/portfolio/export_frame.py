"""What brokers write around the positions: a title above the header, footnotes below the last row."""

from __future__ import annotations

from collections.abc import Sequence

from hedger.portfolio.columns import is_header
from hedger.portfolio.notation import broker_contract

Record = tuple[int, list[str]]

LONGEST_TITLE_LINES = 20


def framed(records: Sequence[Record]) -> tuple[Sequence[Record], tuple[str, ...]]:
    """The header and the rows below it, and a sentence for each of title and footnotes left out.

    The title ends where the first lines have one that names a symbol and a quantity column. Footnotes are
    what follows a blank line at the end, one cell of several words to a line. Anything else stays.
    """
    top = next((at for at, (_, cells) in enumerate(records[:LONGEST_TITLE_LINES]) if is_header(cells)), 0)
    end = _footnotes_from(records, top)
    notes = []
    if top:
        notes.append(f"title above the header, not read: rows {records[0][0]} to {records[top - 1][0]}")
    if end < len(records):
        notes.append(f"footnotes, not read: rows {records[end][0]} to {records[-1][0]}")
    return records[top:end], tuple(notes)


def _footnotes_from(records: Sequence[Record], top: int) -> int:
    first = len(records)
    for at in range(len(records) - 1, top, -1):
        if not _is_sentence(records[at][1]):
            break
        if records[at][0] - records[at - 1][0] > 1:
            first = at
    return first


def _is_sentence(cells: Sequence[str]) -> bool:
    text = cells[0].strip()
    alone = not any(cell.strip() for cell in cells[1:])
    return alone and len(text.split()) > 1 and broker_contract(text) is None
