"""`hedger train`: remake the shipped weights, or fine-tune them to a book."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hedger.cli.options import PATH
from hedger.errors import UsageError

if TYPE_CHECKING:
    from hedger.network.teach.teach import Teaching


@click.group(short_help="Train the networks that hedge.")
def train() -> None:
    """Train the networks that hedge; needs torch: pip install 'hedger[train]'.

    \b
    hedger train hedge --out weights-1
    hedger train hedge --out weights-1 --resume
    """


@train.command(short_help="Remake the universal network's weights.")
@click.option(
    "--out", type=PATH, metavar="DIR", required=True, help="Working directory; new, or see --resume."
)
@click.option(
    "--problems",
    type=click.IntRange(min=600),
    default=40_000,
    show_default=True,
    metavar="N",
    help="Random hedging problems that are solved exactly; a multiple of 200.",
)
@click.option(
    "--steps", type=click.IntRange(min=1), default=20_000, show_default=True, metavar="N", help="Of training."
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
def hedge(out: Path, problems: int, steps: int, seeds: int, workers: int, resume: bool) -> None:
    """Solve random hedging problems exactly, train on them, and publish what passes the gate.

    The gate holds the network against the exact optimum and Zakamouline's band in cells that it never saw.
    What passes lies in DIR/published with its card; otherwise the failures are listed and the status is 1.
    """
    _require_torch()
    from hedger.network.teach.settings import TeachSettings
    from hedger.network.teach.teach import teach

    try:
        settings = TeachSettings(problems=problems, steps=steps, seeds=tuple(range(seeds)))
    except ValueError as error:
        raise UsageError(f"--problems {problems}: {error}") from None
    command = f"hedger train hedge --problems {problems} --steps {steps} --seeds {seeds}"
    found = teach(out, settings, workers=workers, resume=resume, command=command, say=_say)
    _show(found)


def _require_torch() -> None:
    from importlib.util import find_spec

    if find_spec("torch") is None:
        raise UsageError("training needs torch: pip install 'hedger[train]'")


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
