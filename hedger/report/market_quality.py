"""What was wrong with a recording's files, as a table and as a JSON document."""

from __future__ import annotations

from pathlib import Path

from execution.recorded.quality import Finding, QualityReport
from hedger.report.json_document import Json
from hedger.report.table import Table
from hedger.report.units import number, printable

_LONGEST_VALUE = 24


def quality_tables(report: QualityReport | None) -> tuple[Table, ...]:
    """One table with a row for each flaw of each file, most rows first; none where nothing was found."""
    if report is None or not report.findings:
        return ()
    files = sorted({Path(finding.file).name for finding in report.findings})
    rows = [_cells(finding, several=len(files) > 1) for finding in _most_first(report)]
    named = f" of {printable(files[0])}" if len(files) == 1 else ""
    return (
        Table(
            title="Flaws of the recording",
            columns=("", ">rows", ">first", "found there", "done"),
            rows=tuple(rows),
            notes=(
                f"First: the first such row{named}, from 1; what was found in it. --tolerance bounds them.",
            ),
        ),
    )


def quality_document(report: QualityReport | None) -> Json | None:
    """Rows read, messages kept, and each flaw with its count, its first row and what was done."""
    if report is None:
        return None
    return {
        "rows": report.rows,
        "messages": report.messages,
        "findings": [
            {
                "flaw": finding.flaw.value,
                "file": Path(finding.file).name,
                "rows": len(finding),
                "first_row": int(finding.lines[0]),
                "column": finding.column,
                "value": _value(finding),
                "expected": finding.expected,
                "treatment": finding.treatment,
            }
            for finding in _most_first(report)
        ],
    }


def _most_first(report: QualityReport) -> list[Finding]:
    return sorted(report.findings, key=len, reverse=True)


def _cells(finding: Finding, *, several: bool) -> tuple[str, ...]:
    flaw = f"{finding.flaw.value} ({Path(finding.file).name})" if several else finding.flaw.value
    return (
        printable(flaw),
        number(len(finding)),
        number(int(finding.lines[0])),
        _value(finding),
        finding.treatment,
    )


def _value(finding: Finding) -> str:
    """The first value that was found, with its column; a long one is cut."""
    value = printable(finding.values[0])
    short = value if len(value) <= _LONGEST_VALUE else f"{value[: _LONGEST_VALUE - 1]}…"
    return f"{finding.column} {short}" if finding.column else short
