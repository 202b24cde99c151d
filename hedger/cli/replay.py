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


@click.command()
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
@settings_options
@output_options
def replay(
    scenario: str,
    portfolio: str,
    policies: tuple[str, ...],
    portfolio_as_of: datetime,
    risk_aversion: float,
    schedule: str,
    seed: int,
    out: Path | None,
    as_json: bool,
) -> None:
    """Replay SCENARIO, a shipped name (see 'hedger scenarios') or a .toml file, day by day."""
    require_positive("--risk-aversion", risk_aversion)
    from hedger import api
    from hedger.cli.progress import progress
    from hedger.report.files import require_free

    if out is not None:
        require_free(out)
    day = portfolio_as_of.date()
    book = api.read_portfolio(api.shipped_or_own(portfolio), as_of=day)
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
    from rich.console import Console

    from hedger.report.replay_terminal import render_replay

    next_step = "Add --out DIR for the page with plots." if out is None else f"Page: {out / 'report.html'}."
    render_replay(result, Console(highlight=False), next_step=next_step)
