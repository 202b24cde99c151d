"""Progress on standard error, for people only: nothing is drawn where standard error is not a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Say = Callable[[str, float], None]


@contextmanager
def progress() -> Iterator[Say]:
    """Give a function that takes the stage and the fraction done, from 0 to 1; the bar then vanishes."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda stage, fraction: None
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as drawn:
        task = drawn.add_task("starting", total=1.0)
        yield lambda stage, fraction: drawn.update(task, description=stage, completed=fraction)
