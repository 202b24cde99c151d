"""Rows as a file gave them, and the checks that need no more than the row itself and the one before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from execution.recorded.messages import IntArray, RecordedKind
from execution.recorded.quality import Finding, Flaw

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRows:
    """Columns (row,) of whole numbers; price in the file's smallest unit, line counted from 1."""

    ts_ns: IntArray
    kind: IntArray
    order_id: IntArray
    side: IntArray
    quantity: IntArray
    price: IntArray
    line: IntArray

    def __len__(self) -> int:
        return len(self.line)

    def rows(self, which: Mask | IntArray) -> RawRows:
        """The rows of a mask or of indices."""
        return RawRows(**{f.name: getattr(self, f.name)[which] for f in fields(self)})

    def finding(
        self, flaw: Flaw, file: str, wrong: Mask, column: str, expected: str, treatment: str
    ) -> list[Finding]:
        """What a check found, with `column`'s values in the rows where `wrong`; empty where nothing is."""
        if not wrong.any():
            return []
        values = tuple(str(value) for value in getattr(self, column)[wrong].tolist())
        return [
            Finding(
                flaw=flaw,
                file=file,
                lines=self.line[wrong],
                values=values,
                expected=expected,
                treatment=treatment,
                column=column,
            )
        ]


def drop_impossible(rows: RawRows, file: str) -> tuple[RawRows, list[Finding]]:
    """Drop rows whose kind, side or quantity no message can have."""
    findings: list[Finding] = []
    checks: tuple[tuple[Flaw, str, str, Callable[[RawRows], Mask]], ...] = (
        (Flaw.UNKNOWN_KIND, "kind", "a message type from 1 to 7", _unknown_kind),
        (Flaw.BAD_SIDE, "side", "1 for a bid or -1 for an ask", _no_side),
        (Flaw.BAD_QUANTITY, "quantity", "a size of at least 1", _no_quantity),
    )
    for flaw, column, expected, check in checks:
        wrong = check(rows)
        findings += rows.finding(flaw, file, wrong, column, expected, "dropped")
        rows = rows.rows(~wrong) if wrong.any() else rows
    return rows, findings


def _unknown_kind(rows: RawRows) -> Mask:
    return np.asarray((rows.kind < RecordedKind.ADD) | (rows.kind > RecordedKind.HALT))


def _no_side(rows: RawRows) -> Mask:
    return np.asarray((np.abs(rows.side) != 1) & (rows.kind <= RecordedKind.HIDDEN_TRADE))


def _no_quantity(rows: RawRows) -> Mask:
    return np.asarray((rows.quantity < 1) & (rows.kind <= RecordedKind.HIDDEN_TRADE))


def mend_times(rows: RawRows, file: str) -> tuple[RawRows, list[Finding]]:
    """Give a row whose time is out of order the time of the row before it; the file's order stands.

    Out of order are the fewest rows without which time never runs backwards, so that one wrong time, early or
    late, is one finding.
    """
    mended, wrong = in_order(rows.ts_ns)
    expected, treatment = "a time between those around it", "given the time before it"
    findings = rows.finding(Flaw.TIME_BACKWARDS, file, wrong, "ts_ns", expected, treatment)
    return replace(rows, ts_ns=mended), findings


def in_order(ts_ns: IntArray) -> tuple[IntArray, Mask]:
    """Times that never run backwards, those out of order replaced by the one before, and where that was."""
    wrong = ~longest_in_order(ts_ns)
    if not wrong.any():
        return ts_ns, wrong
    held = np.where(wrong, ts_ns[~wrong][0], ts_ns)
    return np.maximum.accumulate(held), wrong


def longest_in_order(ts_ns: IntArray) -> Mask:
    """Rows of a longest subsequence that never decreases."""
    keep = np.ones(len(ts_ns), np.bool_)
    if (np.diff(ts_ns) >= 0).all():
        return keep
    # Patience sorting: tails[k] is the smallest last value of a subsequence of length k + 1.
    tails, tail_row = np.empty_like(ts_ns), np.empty_like(ts_ns)
    before, length = np.full(len(ts_ns), -1), 0
    for row, value in enumerate(ts_ns.tolist()):
        at = int(np.searchsorted(tails[:length], value, side="right"))
        tails[at], tail_row[at] = value, row
        before[row] = tail_row[at - 1] if at else -1
        length = max(length, at + 1)
    keep[:] = False
    row = int(tail_row[length - 1])
    while row >= 0:
        keep[row] = True
        row = int(before[row])
    return keep


def to_ticks(rows: RawRows, tick: int, file: str, price_unit: float) -> tuple[IntArray, list[Finding]]:
    """Prices in ticks; a price between two ticks goes to the one that is worse for its resting order."""
    traded = (rows.kind >= RecordedKind.ADD) & (rows.kind <= RecordedKind.HIDDEN_TRADE)
    off = traded & (rows.price % tick != 0)
    hidden = rows.kind == RecordedKind.HIDDEN_TRADE
    expected = f"a multiple of the tick {tick * price_unit:.10g}"
    treatment = "moved to the tick behind it"
    findings = rows.finding(Flaw.OFF_TICK, file, off & ~hidden, "price", expected, treatment)
    findings += rows.finding(Flaw.BETWEEN_TICKS, file, off & hidden, "price", expected, treatment)
    below = rows.price // tick
    return np.where(off & (rows.side < 0), below + 1, below), findings
