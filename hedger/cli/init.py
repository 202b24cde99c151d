"""`hedger init`: an annotated example of a portfolio and a market folder."""

from __future__ import annotations

from pathlib import Path

import click

from hedger.cli.options import PATH


@click.command(short_help="Write an example portfolio and market folder.")
@click.argument("directory", type=PATH, metavar="DIR")
def init(directory: Path) -> None:
    """Write an annotated portfolio and market folder to DIR, ready to run and to change.

    \b
    hedger init desk
    """
    from hedger.init import write_example

    write_example(directory)
    book = directory / "portfolio.csv"
    click.echo(f"Written: {directory}. Try: hedger run {book} --market {directory / 'market'}")
