"""`hedger run`: hedge a book once, or repeat a recorded run."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hedger.cli.options import (
    BLOCK_EXECUTION,
    DAY,
    HEDGE_WITH,
    PATH,
    POLICIES,
    output_options,
    require_positive,
    settings_options,
)
from hedger.errors import UsageError

if TYPE_CHECKING:
    from hedger.report.record import RunInputs
    from hedger.result import HedgeRun, RunSettings


@click.command(short_help="Hedge a book once, or repeat a recorded run.")
@click.argument("portfolio", required=False)
@click.option("--market", type=PATH, metavar="DIR", help="Market folder with a manifest (see 'hedger init').")
@click.option(
    "--chain", type=PATH, metavar="FILE", help="Option chain, CSV or parquet, of the book's underlying."
)
@click.option("--history", type=PATH, metavar="FILE", help="Daily prices of the underlying, CSV or parquet.")
@click.option(
    "--as-of",
    type=DAY,
    metavar="DATE",
    help="Day to hedge on, YYYY-MM-DD, at New York's close. Default: the manifest's, or the chain's last.",
)
@click.option(
    "--policy",
    type=click.Choice(POLICIES),
    default="whalley-wilmott",
    show_default=True,
    help="What decides.",
)
@click.option(
    "--weights", type=PATH, metavar="FILE", help="Weights of the deep policy. Default: the shipped ones."
)
@click.option(
    "--costs",
    type=PATH,
    metavar="PLACE",
    help="Learn what trading costs from recorded fills: a fills.parquet, or a folder of runs with theirs.",
)
@settings_options
@click.option(
    "--participation",
    type=float,
    default=0.1,
    show_default=True,
    metavar="X",
    help="Of the pov schedule: own contracts over everybody's, between 0 and 1.",
)
@click.option(
    "--arrival-cap",
    type=float,
    metavar="BPS",
    help="Trade no worse than this many bps beyond the mid at arrival; what cannot be had so is left.",
)
@click.option(
    "--hedge-with",
    type=click.Choice(HEDGE_WITH),
    default="underlying",
    show_default=True,
    help="options: first remove gamma and vega by expiry with the cheapest listed options; needs a chain.",
)
@click.option(
    "--tolerance",
    type=float,
    default=0.1,
    show_default=True,
    metavar="X",
    help="Of options: gamma and vega that may stay, as a share of the book's gross, between 0 and 1.",
)
@click.option(
    "--block-execution",
    type=click.Choice(BLOCK_EXECUTION),
    default="worked",
    show_default=True,
    help="Of options: work them as blocks in a simulated market of their quotes, or cross at the touch.",
)
@click.option(
    "--block-minutes",
    type=float,
    default=10.0,
    show_default=True,
    metavar="X",
    help="Of options: minutes over which blocks are worked, up to 30.",
)
@click.option(
    "--block-limit",
    type=float,
    metavar="X",
    help="Of options: leave a block that costs more than X half spreads beyond its mid at arrival; "
    "without it the rest is crossed at the end.",
)
@click.option("--dry-run", is_flag=True, help="Decide and plan the orders, but trade nothing.")
@click.option(
    "--ignore-expired", is_flag=True, help="Leave expired contracts out instead of refusing the book."
)
@click.option(
    "--repeat", type=PATH, metavar="DIR", help="Repeat the run that --out wrote to DIR and compare."
)
@output_options
def run(
    portfolio: str | None,
    market: Path | None,
    chain: Path | None,
    history: Path | None,
    as_of: datetime | None,
    policy: str,
    weights: Path | None,
    costs: Path | None,
    risk_aversion: float,
    schedule: str,
    seed: int,
    participation: float,
    arrival_cap: float | None,
    hedge_with: str,
    tolerance: float,
    block_execution: str,
    block_minutes: float,
    block_limit: float | None,
    dry_run: bool,
    ignore_expired: bool,
    repeat: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Hedge the book PORTFOLIO: a CSV, JSON or parquet file, or the name of a shipped book: example.

    \b
    hedger run example
    hedger run example --policy delta --dry-run
    hedger run book.csv --market DIR --out run-1
    hedger run book.csv --chain chain.csv --history prices.csv --as-of 2018-02-05
    hedger run book.csv --market DIR --costs runs --out runs/today
    hedger run example --schedule ppo
    hedger run book.csv --chain chain.csv --hedge-with options --as-of 2018-02-05
    hedger run --repeat run-1
    """
    if repeat is not None:
        _repeat(repeat, portfolio, out)
        return
    if portfolio is None:
        raise UsageError("name a portfolio: a file of yours, or a shipped one such as 'example'")
    from hedger.api import SHIPPED_DAY, shipped_or_own, shipped_portfolios
    from hedger.report.record import RunInputs
    from hedger.result import RunSettings

    book = shipped_or_own(portfolio)
    usual_day = SHIPPED_DAY if market is None and book in shipped_portfolios().values() else None
    inputs = RunInputs(
        portfolio=book,
        market=_absolute(market),
        chain=_absolute(chain),
        history=_absolute(history),
        weights=_absolute(weights),
        as_of=usual_day if as_of is None else as_of.date(),
        ignore_expired=ignore_expired,
        costs=_recorded(costs),
    )
    settings = RunSettings(
        policy=policy,
        schedule=schedule,
        risk_aversion=require_positive("--risk-aversion", risk_aversion),
        seed=seed,
        dry_run=dry_run,
        participation=participation,
        arrival_cap_bps=math.inf if arrival_cap is None else arrival_cap,
        hedge_with=hedge_with,
        option_tolerance=tolerance,
        block_execution=block_execution,
        block_minutes=block_minutes,
        block_limit=math.inf if block_limit is None else block_limit,
    )
    _run(inputs, settings, out, as_json)


def _run(inputs: RunInputs, settings: RunSettings, out: Path | None, as_json: bool) -> None:
    from hedger.api import hedge_files
    from hedger.cli.progress import progress

    if out is not None:
        from hedger.report.files import require_free, write_run

        require_free(out)
    with progress() as say:
        result = hedge_files(inputs, settings, progress=say)
        if out is not None:
            say("writing", 0.9)
            write_run(result, out, inputs)
    _show(result, out, as_json)


def _show(result: HedgeRun, out: Path | None, as_json: bool) -> None:
    if as_json:
        from hedger.report.json_document import document, dumps

        click.echo(dumps(document(result)))
        return
    from hedger.cli.terminal import show
    from hedger.report.terminal import render

    if out is None:
        next_step = "Add --out DIR for the page with plots and a record from which the run can be repeated."
    else:
        next_step = f"Page: {out / 'report.html'}. Repeat: hedger run --repeat {out}"
    show(lambda console: render(result, console, next_step=next_step))


def _repeat(directory: Path, portfolio: str | None, out: Path | None) -> None:
    if portfolio is not None or out is not None:
        raise UsageError(
            "--repeat takes everything from the recorded run: name no portfolio and no --out with it"
        )
    from hedger.api import hedge_files
    from hedger.cli.progress import progress
    from hedger.report.json_document import document
    from hedger.report.record import digest, first_difference, read_record, require_unchanged

    record = read_record(directory)
    require_unchanged(record)
    with progress() as say:
        found = document(hedge_files(record.inputs, record.settings, progress=say))
    if digest(found) == record.digest:
        click.echo(f"repeated bit for bit: {directory} (result digest {record.digest[:16]})")
        return
    click.echo(f"not repeated: {first_difference(record.document, found)}", err=True)
    raise click.exceptions.Exit(1)


def _recorded(costs: Path | None) -> tuple[Path, ...]:
    if costs is None:
        return ()
    from execution.tca.fill_reader import find_fills

    return find_fills(costs.absolute())


def _absolute(path: Path | None) -> Path | None:
    return None if path is None else path.absolute()
