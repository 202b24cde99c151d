"""A run on the terminal: readable from 80 columns, plain when it is piped."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from hedger.report.table import Table
from hedger.report.tables import currency, run_tables
from hedger.report.units import counted, printable
from hedger.result import HedgeRun
from pricing.time import EXCHANGE_ZONE


def render(run: HedgeRun, console: Console, *, next_step: str = "") -> None:
    """Print a run: market, exposure, volatility, decisions, orders; `next_step` is the last line."""
    render_tables(header(run), run_tables(run), console, next_step)


def render_tables(
    lines: Sequence[str], tables: Sequence[Table], console: Console, next_step: str = ""
) -> None:
    """Print lines, then tables, then what to do next."""
    for line in lines:
        console.print(Text(line))
    for table in tables:
        draw(table, console)
    if next_step:
        console.print(Text(next_step))


def header(run: HedgeRun) -> tuple[str, ...]:
    """Lines that say what was run: book, as-of, seed, policy and schedule, and whether there was anything."""
    settings = run.settings
    at = run.as_of.astimezone(EXCHANGE_ZONE)
    lines = counted(len(run.portfolio.positions), "line")
    minutes = f"{settings.horizon_minutes:g} minutes"
    worked = f"worked by {printable(settings.worker)} in {minutes}, {settings.regime} market"
    return (
        f"{printable(run.portfolio.origin)}: {lines}, as of {at:%Y-%m-%d %H:%M} New York, "
        f"amounts in {currency(run)}, seed {settings.seed}",
        f"policy {settings.policy}, risk aversion {settings.risk_aversion:g}; "
        f"{'orders planned, none traded' if settings.dry_run else worked}",
        *(() if run.exposure_before.by_underlying else _nothing_held(run)),
    )


def _nothing_held(run: HedgeRun) -> tuple[str, ...]:
    """Said above all tables, since there is none: no underlying has a market, an exposure or a decision."""
    notes = tuple(printable(note) for note in run.portfolio.notes)
    return ("There is nothing to hedge: the book holds no underlying.", *notes)


def draw(table: Table, console: Console) -> None:
    """Print one table with its notes; cells wrap rather than lose text."""
    drawn = RichTable(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1))
    for column in table.columns:
        header_text = Text(column.removeprefix(">"))
        drawn.add_column(header_text, justify="right" if column.startswith(">") else "left", overflow="fold")
    for row in table.rows:
        drawn.add_row(*(Text(cell) for cell in row))
    console.print()
    console.print(Text(table.title, style="bold"))
    console.print(drawn)
    for note in table.notes:
        console.print(Padding(Text(note, style="dim"), (0, 0, 0, 2), expand=False))
