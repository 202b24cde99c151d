"""`hedger train predictors`: remake the networks that forecast the mid, the touch and impact."""

from __future__ import annotations

from pathlib import Path

import click

from hedger.cli.extras import require_training
from hedger.cli.options import PATH
from hedger.errors import UsageError


@click.command("predictors", short_help="Teach networks to forecast the mid, the touch and impact.")
@click.option(
    "--out", type=PATH, metavar="DIR", required=True, help="Where the weights and their card go; new."
)
@click.option(
    "--hours", type=click.IntRange(1, 100), default=6, show_default=True, metavar="N", help="Of each market."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, metavar="N")
@click.option(
    "--market",
    "markets",
    multiple=True,
    metavar="NAME",
    help="Scenario to learn in, by name or path; several times. Default: calm, volatile, squeeze, news.",
)
def predictors(out: Path, hours: int, seed: int, markets: tuple[str, ...]) -> None:
    """Remake the shipped predictors in simulated markets; needs torch: pip install 'hedger[train]'.

    Writes lstm.safetensors, cnn.safetensors and predictors.json into DIR.
    """
    require_training("torch")
    from execution.errors import ScenarioError
    from execution.impact.release import ReleaseSettings, train_predictors
    from hedger.report.files import require_free

    require_free(out)
    usual = ReleaseSettings()
    settings = ReleaseSettings(markets=markets or usual.markets, training_hours=hours, seed=seed)
    try:
        written = train_predictors(out, settings=settings, progress=_say)
    except ScenarioError as error:
        raise UsageError(str(error)) from error
    click.echo(f"Trained: {', '.join(str(path) for path in written)}.")


def _say(line: str) -> None:
    click.echo(line, err=True)
