"""What people read on standard output: drawn by rich, written by click."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console


def show(render: Callable[[Console], None]) -> None:
    """Draw on a console and write the result in one piece; raises BrokenPipeError where nobody reads it."""
    from rich.console import Console

    # Rich itself would answer a broken pipe by leaving with status 1, which is for faults of ours.
    console = Console(highlight=False)
    with console.capture() as drawn:
        render(console)
    click.echo(drawn.get(), nl=False)
