"""What execution raises."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_LISTED_PROBLEMS = 50


class ExecutionError(Exception):
    """Root of every error raised by execution."""


class OrderRejectedError(ExecutionError):
    """An order breaks a rule of its instrument or venue; the message names the rule and the value."""


class BookCapacityError(ExecutionError):
    """A message would leave the book's price range or fill its order pool; the book is unchanged."""


class AgentError(ExecutionError, ValueError):
    """An agent cannot be used as asked: its file, its features or actions, or an observation do not fit."""


class NotIdentifiedError(ExecutionError, ValueError):
    """A history does not tell what was asked of it; the message says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingProblem:
    """One thing wrong with a recording: where it is, what was found, what was expected."""

    file: str
    expected: str
    value: str | None = None
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        place = [self.file]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(f"column '{self.column}'")
        found = "" if self.value is None else f"found {_shortened(self.value)}, "
        text = f"{', '.join(place)}: {found}expected {self.expected}"
        # A file's own text must not steer the user's terminal.
        return "".join(
            sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text
        )


class RecordingError(ExecutionError, ValueError):
    """A recording cannot be used as it is; carries every problem found, of which the message lists fifty."""

    def __init__(self, problems: Iterable[RecordingProblem] | RecordingProblem) -> None:
        self.problems = (problems,) if isinstance(problems, RecordingProblem) else tuple(problems)
        lines = [str(problem) for problem in self.problems[:_LISTED_PROBLEMS]]
        if len(self.problems) > _LISTED_PROBLEMS:
            lines.append(f"... and {len(self.problems) - _LISTED_PROBLEMS:,} more problems")
        super().__init__("\n".join(lines))


def _shortened(value: str, limit: int = 60) -> str:
    return repr(value if len(value) <= limit else value[: limit - 1] + "…")


class ScenarioError(RecordingError):
    """A market scenario cannot be used; carries every problem found, as a recording's error does."""
