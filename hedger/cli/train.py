"""`hedger train`: remake the shipped weights, or fine-tune them to a book."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from hedger.cli.extras import require_training
from hedger.cli.options import DAY, PATH, require_positive
from hedger.cli.train_execution import execution
from hedger.cli.train_legging import legging
from hedger.cli.train_predictors import predictors
from hedger.errors import UsageError

if TYPE_CHECKING:
    from hedger.network.teach.teach import Teaching


@click.group(short_help="Train the networks that hedge and the agents that trade.")
def train() -> None:
    """Train the networks that hedge and the agents that trade; needs torch: pip install 'hedger[train]'.

    \b
    hedger train hedge --out weights-1
    hedger train hedge --out weights-1 --resume
    hedger train hedge --out desk-1 --book book.csv --market DIR
    hedger train execution --out agents-1
    hedger train execution --out agents-2 --from runs
    hedger train predictors --out predictors-1
    hedger train legging --out legging-1
    """


train.add_command(execution)
train.add_command(predictors)
train.add_command(legging)


@train.command(short_help="Remake the universal network's weights, or tune them to a book.")
@click.option(
    "--out", type=PATH, metavar="DIR", required=True, help="Working directory; new, or see --resume."
)
@click.option(
    "--problems",
    type=click.IntRange(min=600),
    default=24_000,
    show_default=True,
    metavar="N",
    help="Random hedging problems that are solved exactly; a multiple of 200.",
)
@click.option(
    "--steps", type=click.IntRange(min=1), default=10_000, show_default=True, metavar="N", help="Of training."
)
@click.option(
    "--seeds",
    type=click.IntRange(1, 20),
    default=3,
    show_default=True,
    metavar="N",
    help="Networks that are trained; the best in the gate is published, the spread stated.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=lambda: os.cpu_count() or 1,
    show_default="all cores",
    metavar="N",
    help="Processes for the problems, threads of the training.",
)
@click.option("--resume", is_flag=True, help="Go on with what an earlier run left in DIR.")
@click.option("--book", metavar="PORTFOLIO", help="Tune the shipped weights to this book instead.")
@click.option("--market", type=PATH, metavar="DIR", help="Market folder of the book, see 'hedger run'.")
@click.option("--chain", type=PATH, metavar="FILE", help="Option chain of the book's underlying.")
@click.option("--history", type=PATH, metavar="FILE", help="Daily prices of the underlying.")
@click.option("--as-of", type=DAY, metavar="DATE", help="Day of the book's market, YYYY-MM-DD.")
@click.option(
    "--risk-aversion",
    type=float,
    default=1e-6,
    show_default=True,
    metavar="X",
    help="Around which a book is tuned, per unit of account currency.",
)
@click.pass_context
def hedge(
    context: click.Context,
    out: Path,
    problems: int,
    steps: int,
    seeds: int,
    workers: int,
    resume: bool,
    book: str | None,
    market: Path | None,
    chain: Path | None,
    history: Path | None,
    as_of: datetime | None,
    risk_aversion: float,
) -> None:
    """Solve random hedging problems exactly, train on them, and publish what passes the gate.

    The gate holds the network against the exact optimum and Zakamouline's band in cells that it never saw.
    What passes lies in DIR/published with its card; otherwise the failures are listed and the status is 1.

    With --book: solve problems near the book's, tune the last layers, and write DIR/hedge.safetensors for
    'hedger run --policy deep --weights'; the shipped weights are kept unless significantly worse.
    """
    require_training("torch")
    _refuse_unused(context, book)
    if book is not None:
        from hedger.cli.train_book import BookFiles, tune_to_book

        files = BookFiles(book=book, market=market, chain=chain, history=history, as_of=as_of)
        tune_to_book(
            files,
            out,
            risk_aversion=require_positive("--risk-aversion", risk_aversion),
            workers=workers,
            say=_say,
        )
        return
    _teach(out, problems=problems, steps=steps, seeds=seeds, workers=workers, resume=resume)


def _teach(out: Path, *, problems: int, steps: int, seeds: int, workers: int, resume: bool) -> None:
    from hedger.network.teach.settings import TeachSettings
    from hedger.network.teach.teach import teach

    try:
        settings = TeachSettings(problems=problems, steps=steps, seeds=tuple(range(seeds)))
    except ValueError as error:
        raise UsageError(f"--problems {problems}: {error}") from None
    command = f"hedger train hedge --problems {problems} --steps {steps} --seeds {seeds}"
    found = teach(out, settings, workers=workers, resume=resume, command=command, say=_say)
    _show(found)


def _refuse_unused(context: click.Context, book: str | None) -> None:
    """An option that says nothing about what was asked for is refused rather than passed over."""
    of_book = ("market", "chain", "history", "as_of", "risk_aversion")
    of_all = ("problems", "steps", "seeds", "resume")
    for name in of_all if book is not None else of_book:
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT:
            verb = "is not for" if book is not None else "needs"
            raise UsageError(f"--{name.replace('_', '-')} {verb} --book")


def _say(line: str) -> None:
    click.echo(line, err=True)


def _show(found: Teaching) -> None:
    from hedger.network.teach.card import by_cost

    click.echo("gap to the optimum in bp of spot, median / 90th percentile / worst:")
    for row in by_cost(found.scores[found.chosen]):
        click.echo(f"cost {row['cost_above']:g} to {row['cost_up_to']:g}, {row['cells']} cells")
        for name, gap in row["gap_bp"].items():
            click.echo(f"  {name:<16}{gap['median']:>10.4f}{gap['p90']:>10.4f}{gap['worst']:>10.3f}")
    if found.published is not None:
        click.echo(f"Published: {found.published}, seed {found.chosen}.")
        return
    click.echo(f"Not published, {len(found.failures)} cells failed:", err=True)
    for failure in found.failures:
        click.echo(f"  {failure}", err=True)
    raise click.exceptions.Exit(1)
