"""Portfolio files written for a test."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from hedger.portfolio import Portfolio, Position, read_portfolio
from pricing.errors import InputError, InputProblem

DAY = date(2018, 2, 5)


def book(
    folder: Path, content: str | bytes, *, name: str = "book.csv", ignore_expired: bool = False
) -> Portfolio:
    """Read a file with this content as of 2018-02-05."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_portfolio(path, as_of=DAY, ignore_expired=ignore_expired)


def position(folder: Path, content: str) -> Position:
    """The only position of a file."""
    (only,) = book(folder, content).positions
    return only


def problems(folder: Path, content: str | bytes, *, name: str = "book.csv") -> tuple[InputProblem, ...]:
    """What is wrong with a file that must be refused."""
    with pytest.raises(InputError) as caught:
        book(folder, content, name=name)
    return caught.value.problems
