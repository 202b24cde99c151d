"""`hedger train legging`: remake the network that legs into two legs."""

from __future__ import annotations

from pathlib import Path

import click

from hedger.cli.extras import require_training
from hedger.cli.options import PATH


@click.command("legging", short_help="Teach a network to leg into two legs.")
@click.option("--out", type=PATH, metavar="DIR", required=True, help="Where the weights go; new.")
@click.option(
    "--regimes", type=click.IntRange(min=1), default=24_000, show_default=True, metavar="N", help="To learn."
)
@click.option("--steps", type=click.IntRange(min=1), default=22_000, show_default=True, metavar="N")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, metavar="N")
def legging(out: Path, regimes: int, steps: int, seed: int) -> None:
    """Remake the shipped legging network from the exact plans; needs torch: pip install 'hedger[train]'.

    Writes legging.safetensors into DIR.
    """
    require_training("torch")
    from execution.legging.learn import LeggingTraining, train_legging
    from hedger.report.files import require_free

    require_free(out)
    out.mkdir(parents=True, exist_ok=True)
    path = out / "legging.safetensors"
    train_legging(path, settings=LeggingTraining(regimes=regimes, steps=steps, seed=seed), progress=_say)
    click.echo(f"Trained: {path}.")


def _say(line: str) -> None:
    click.echo(line, err=True)
