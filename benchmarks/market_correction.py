"""Train the market correction of a core and say what each of its parts gains on paths apart from training's.

`python benchmarks/market_correction.py` prints the gains; `--out hedger/network/shipped` publishes what is
kept.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from time import process_time

import click
import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from hedger.network.correction import PARTS
from hedger.network.correction_release import ReleasePlan, learn, publish
from hedger.network.weights import SHIPPED, read_network


@click.command()
@click.option("--core", type=click.Path(path_type=Path), default=SHIPPED / "universal.safetensors")
@click.option("--out", type=click.Path(path_type=Path), help="folder to publish to")
@click.option("--training-groups", default=ReleasePlan().training_groups)
@click.option("--validation-groups", default=ReleasePlan().validation_groups)
@click.option("--seed", default=0)
def main(core: Path, out: Path | None, training_groups: int, validation_groups: int, seed: int) -> None:
    """Train, select, print, and publish where asked to."""
    torch.set_num_threads(1)
    console, started = Console(width=110), process_time()
    plan = replace(
        ReleasePlan(seed=seed), training_groups=training_groups, validation_groups=validation_groups
    )
    chosen = learn(
        read_network(core),
        plan,
        lambda stage, step, loss: console.print(f"{stage} {step}: {loss:+.4f}"),
    )
    table = Table("part", "share kept", *("gain alone, deviations", "95%"))
    for part, share, alone in zip(PARTS, chosen.shares, chosen.alone, strict=True):
        low, high = alone.interval
        table.add_row(part, f"{share:g}", f"{alone.value:+.4f}", f"{low:+.4f} to {high:+.4f}")
    low, high = chosen.gain.interval
    table.add_row("what is kept", "", f"{chosen.gain.value:+.4f}", f"{low:+.4f} to {high:+.4f}")
    seconds = process_time() - started
    console.print(f"{seconds:.0f} s of CPU; {int(np.count_nonzero(chosen.shares))} parts kept", table)
    if out is not None:
        publish(chosen, plan, out, core=core.name, cpu_seconds=seconds)


if __name__ == "__main__":
    main()
