"""`hedger replay`: a book through a scenario, policies side by side."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hedger.cli.options import DAY, POLICIES, output_options, require_positive, settings_options

if TYPE_CHECKING:
    from hedger.replay_result import ReplayResult

EXAMPLE_DAY = "2018-02-05"


@click.command(short_help="Take a book through a crisis, policies side by side.")
@click.argument("scenario")
@click.option("--portfolio", required=True, metavar="FILE", help="Book to replay: a file, or a shipped name.")
@click.option(
    "--policy",
    "policies",
    type=click.Choice(POLICIES),
    multiple=True,
    help="Policy to show; give it several times for several. Default: all.",
)
@click.option(
    "--portfolio-as-of",
    type=DAY,
    default=EXAMPLE_DAY,
    show_default=True,
    metavar="DATE",
    help="Day the book was held on, YYYY-MM-DD; from there it moves to the scenario's start, keeping "
    "days to expiry and moneyness.",
)
@click.option(
    "--ignore-expired", is_flag=True, help="Leave expired contracts out instead of refusing the book."
)
@settings_options
@output_options
def replay(
    scenario: str,
    portfolio: str,
    policies: tuple[str, ...],
    portfolio_as_of: datetime,
    ignore_expired: bool,
    risk_aversion: float,
    schedule: str,
    seed: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Replay SCENARIO, a shipped name (see 'hedger scenarios') or a .toml file, day by day.

    \b
    hedger replay volmageddon-2018 --portfolio example
    hedger replay covid-2020 --portfolio example --policy delta --out covid
    hedger replay october-2008 --portfolio book.csv --portfolio-as-of 2018-06-29
    """
    require_positive("--risk-aversion", risk_aversion)
    from hedger import api
    from hedger.cli.progress import progress
    from hedger.report.files import require_free

    if out is not None:
        require_free(out)
    day = portfolio_as_of.date()
    book = api.read_portfolio(api.shipped_or_own(portfolio), as_of=day, ignore_expired=ignore_expired)
    with progress() as say:
        result = api.replay(
            book,
            scenario,
            portfolio_as_of=day,
            policies=policies,
            schedule=schedule,
            risk_aversion=risk_aversion,
            seed=seed,
            progress=say,
        )
    _show(result, out, as_json)


def _show(result: ReplayResult, out: Path | None, as_json: bool) -> None:
    if out is not None:
        from hedger.report.replay_files import write_replay

        write_replay(result, out)
    if as_json:
        from hedger.report.json_document import dumps
        from hedger.report.replay_document import replay_document

        click.echo(dumps(replay_document(result)))
        return
    from hedger.cli.terminal import show
    from hedger.report.replay_terminal import render_replay

    next_step = "Add --out DIR for the page with plots." if out is None else f"Page: {out / 'report.html'}."
    show(lambda console: render_replay(result, console, next_step=next_step))
