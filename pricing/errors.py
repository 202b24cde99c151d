"""What pricing raises when the user's input is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_LISTED_PROBLEMS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class InputProblem:
    """One thing wrong with one input: where it is, what was found, what was expected."""

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
        found = "" if self.value is None else f"found {shortened(self.value)}, "
        return _printable(f"{', '.join(place)}: {found}expected {self.expected}")


def _printable(text: str) -> str:
    """Control characters escaped: a file's own name or header must not steer the user's terminal."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


class InputError(ValueError):
    """The user's input cannot be used; carries every problem found, of which the message lists fifty."""

    def __init__(self, problems: Iterable[InputProblem] | InputProblem) -> None:
        self.problems = (problems,) if isinstance(problems, InputProblem) else tuple(problems)
        lines = [str(problem) for problem in self.problems[:_LISTED_PROBLEMS]]
        if len(self.problems) > _LISTED_PROBLEMS:
            lines.append(f"... and {len(self.problems) - _LISTED_PROBLEMS:,} more problems")
        super().__init__("\n".join(lines))


def shortened(value: str, limit: int = 60) -> str:
    """Quote a value for a message: control characters escaped, long values cut."""
    text = value if len(value) <= limit else value[: limit - 1] + "…"
    return repr(text)
