"""What a file of any format comes down to: a header, rows of text, and what was left out around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Cells = Sequence[str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Header and rows with the numbers that the author sees; header_row is None where it has no line.

    notes: the lines around the table that are no positions.
    """

    header: tuple[str, ...]
    header_row: int | None
    rows: Sequence[tuple[int, Cells]]
    notes: tuple[str, ...] = ()
