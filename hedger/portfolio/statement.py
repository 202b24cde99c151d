"""What brokers put among the positions: sums, lots below their sum, and the type of the account."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from hedger.portfolio.columns import Columns
from hedger.portfolio.row import Row

_SUM = re.compile(r"((account|positions|grand) )?totals?")
_ACCOUNT_TYPES = frozenset({"cash", "margin", "short"})


def positions_only(rows: Sequence[Row], columns: Columns) -> tuple[list[Row], list[str]]:
    """The rows that are positions, with a sentence for each kind of row or cell that is none."""
    kept, notes = _without_sums(rows)
    kept, lots = _without_lots(kept)
    kept, types = _without_account_types(kept, columns)
    return kept, [*notes, *lots, *types]


def _without_sums(rows: Sequence[Row]) -> tuple[list[Row], list[str]]:
    kept = [row for row in rows if not _is_sum(row)]
    notes = [
        f"row {row.number}, {row.text('symbol')}, is a sum and no position" for row in rows if _is_sum(row)
    ]
    return kept, notes


def _is_sum(row: Row) -> bool:
    return not row.has("quantity") and _SUM.fullmatch((row.text("symbol") or "").casefold()) is not None


def _without_lots(rows: list[Row]) -> tuple[list[Row], list[str]]:
    """Interactive Brokers can write a position and then its tax lots."""
    levels = [(row.text("level") or "").casefold() for row in rows]
    if "summary" not in levels or "lot" not in levels:
        return rows, []
    kept = [row for row, level in zip(rows, levels, strict=True) if level != "lot"]
    return kept, [f"{len(rows) - len(kept)} rows of tax lots, which their SUMMARY rows sum up, are left out"]


def _without_account_types(rows: list[Row], columns: Columns) -> tuple[list[Row], list[str]]:
    """Fidelity's `Type` says in which account a position is: every row says Cash or Margin."""
    types = {(row.text("type") or "").casefold() for row in rows} - {""}
    if not types or not types <= _ACCOUNT_TYPES or not _names_accounts(columns):
        return rows, []
    kept = [
        replace(row, cells={field: text for field, text in row.cells.items() if field != "type"})
        for row in rows
    ]
    return kept, [f"{columns.names['type']} says the type of the account and is not used"]


def _names_accounts(columns: Columns) -> bool:
    return any(name.casefold() in {"account name", "account number"} for name in columns.unused)
