"""What is wrong with a recording, row by row, and how much of it is borne."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from execution.errors import RecordingError, RecordingProblem
from execution.recorded.messages import IntArray


class Flaw(StrEnum):
    """What can be wrong with a row; the text says what it is."""

    UNREADABLE = "row that cannot be read"
    UNKNOWN_KIND = "unknown message type"
    BAD_SIDE = "direction that is neither buy nor sell"
    BAD_QUANTITY = "size that is not positive"
    OFF_TICK = "visible price off the tick"
    BETWEEN_TICKS = "hidden trade between ticks"
    TIME_BACKWARDS = "timestamp out of order"
    GAP = "gap without a trading halt"
    HALT = "gap in a trading halt"
    DUPLICATE = "row that is there twice"
    LIVING_ID = "order id given to two living orders"
    GONE_ORDER = "message about an order that is gone"
    OLD_ORDER = "message about an order from before the recording"
    UNKNOWN_ORDER = "message about an order that never came"
    TOO_MUCH = "more taken out than the order had"
    OTHER_QUANTITY = "deletion of another size than the order had"
    OTHER_PRICE = "price or side unlike the order's own"
    CROSSED = "book crossed after the message"
    OTHER_QUOTES = "best quotes unlike the recorded ones"
    UNEXPLAINED_TRADE = "trade that no change of the book explains"
    ASSUMED_TRADE = "fill whose other side is not in the recording"


# What a sound recording has too: reported, without a limit.
_ORDINARY = (
    Flaw.BETWEEN_TICKS,
    Flaw.GAP,
    Flaw.HALT,
    Flaw.OLD_ORDER,
    Flaw.UNKNOWN_ORDER,
    Flaw.OTHER_QUOTES,
    Flaw.UNEXPLAINED_TRADE,
    Flaw.ASSUMED_TRADE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How much of each flaw a reader bears before it raises RecordingError.

    share: largest share of a file's rows that may have a flaw which `shares` does not name.
    shares: largest share for one flaw; 1 bears everything, 0 nothing.
    gap_ns: a longer time without any message is a gap [nanoseconds].
    """

    share: float = 0.01
    shares: Mapping[Flaw, float] = field(default_factory=lambda: dict.fromkeys(_ORDINARY, 1.0))
    gap_ns: int = 60_000_000_000

    def __post_init__(self) -> None:
        for value in (self.share, *self.shares.values()):
            if not 0.0 <= value <= 1.0:
                raise ValueError(f"a tolerated share is {value}, expected 0 to 1")
        if self.gap_ns < 1:
            raise ValueError(f"gap_ns is {self.gap_ns}, expected at least 1")

    def allows(self, flaw: Flaw) -> float:
        """Largest share of rows that may have the flaw."""
        return self.shares.get(flaw, 1.0 if flaw in _ORDINARY else self.share)


STRICT = Tolerance(share=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One flaw in one file: every row that has it and what was done about it.

    lines: (finding,) rows of the file, from 1, a header counted. values: what was found there, one a line.
    """

    flaw: Flaw
    file: str
    lines: IntArray
    values: tuple[str, ...]
    expected: str
    treatment: str
    column: str | None = None

    def __len__(self) -> int:
        return len(self.lines)

    def problems(self) -> Iterator[RecordingProblem]:
        """One problem a row."""
        for line, value in zip(self.lines.tolist(), self.values, strict=True):
            yield RecordingProblem(
                file=self.file, row=line, column=self.column, value=value, expected=self.expected
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityReport:
    """All findings of a recording, beside how many rows were read and how many messages were kept."""

    rows: int
    messages: int
    findings: tuple[Finding, ...] = ()

    def count(self, flaw: Flaw) -> int:
        """Rows that have the flaw."""
        return sum(len(finding) for finding in self.findings if finding.flaw == flaw)

    def problems(self) -> Iterator[RecordingProblem]:
        """Every problem of every finding."""
        for finding in self.findings:
            yield from finding.problems()

    def require(self, tolerance: Tolerance) -> None:
        """Raise RecordingError with the problems of every flaw that exceeds its tolerated share."""
        beyond = [f for f in self.findings if self.count(f.flaw) > tolerance.allows(f.flaw) * self.rows]
        if beyond:
            raise RecordingError(problem for finding in beyond for problem in finding.problems())
