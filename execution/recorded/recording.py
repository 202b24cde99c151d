"""A recording: its messages, its book after each of them, and what was wrong with the file."""

from __future__ import annotations

from dataclasses import dataclass, replace

from execution.recorded.book_history import BookHistory
from execution.recorded.messages import RecordedMessages, split_row
from execution.recorded.quality import QualityReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Messages and the book after each of them: history[i] belongs to messages[i].

    initial: one row, the book before the first message; its volume was there before the recording began.
    Empty levels where the file does not tell.
    """

    messages: RecordedMessages
    history: BookHistory
    initial: BookHistory
    report: QualityReport
    history_is_recorded: bool = False

    def split(self, fraction: float) -> tuple[Recording, Recording]:
        """The part before a fraction of the recorded time, and the rest; both carry the whole report."""
        row = split_row(self.messages.ts_ns, fraction)
        first, rest = slice(row), slice(row, None)
        between = self.history.rows(slice(row - 1, row)) if row else self.initial
        return (
            replace(self, messages=self.messages.rows(first), history=self.history.rows(first)),
            replace(
                self, messages=self.messages.rows(rest), history=self.history.rows(rest), initial=between
            ),
        )
