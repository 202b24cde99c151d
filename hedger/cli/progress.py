"""Progress on standard error, for people only: nothing is drawn where standard error is not a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Say(Protocol):
    """Takes the stage that begins and the fraction of the work done, from 0 to 1."""

    def __call__(self, stage: str, fraction: float) -> None:
        """Draw it, or not."""
        ...


@contextmanager
def progress() -> Iterator[Say]:
    """Give a function that draws the progress of what is done inside; the bar then vanishes."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _silent
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as drawn:
        task = drawn.add_task("starting", total=1.0)

        def say(stage: str, fraction: float) -> None:
            drawn.update(task, description=stage, completed=fraction)

        yield say


def _silent(stage: str, fraction: float) -> None:
    """Draw nothing."""
