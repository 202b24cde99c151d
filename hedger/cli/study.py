"""What the commands that look without trading print: their tables, or their document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hedger.report.json_document import Json
    from hedger.report.table import Table


def show_study(
    lines: Sequence[str],
    tables: Sequence[Table],
    document: Callable[[], Json],
    *,
    out: Path | None,
    as_json: bool,
) -> None:
    """Print the document as JSON and nothing else, or lines and tables and where the page is."""
    if as_json:
        from hedger.report.json_document import dumps

        click.echo(dumps(document()))
        return
    from hedger.cli.terminal import show
    from hedger.report.terminal import render_tables

    next_step = f"Page: {out / 'report.html'}." if out else "Add --out DIR for the page with plots."
    show(lambda console: render_tables(lines, tables, console, next_step))
