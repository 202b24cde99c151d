"""Labels of random problems on disk, in shards each written whole: a killed run keeps what is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import as_completed
from dataclasses import fields
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save

from execution.process_pool import process_pool
from hedger.network.labels import Labels, problem_labels
from hedger.network.sampling import SEVERE, ProblemLaw, random_problem
from hedger.network.teach.settings import TeachSettings

Done = Callable[[int, int], None]
"""(shards done, shards wanted)."""
# Beyond ten times the spot the recursion left the range of sense.
_MOST_GAP_BP = 100_000.0


def make_shards(folder: Path, settings: TeachSettings, *, workers: int, done: Done) -> None:
    """Solve and write every shard that `folder` has not; a problem depends on the seed and its number."""
    folder.mkdir(parents=True, exist_ok=True)
    shards = range(settings.problems // settings.shard_problems)
    missing = [shard for shard in shards if not shard_path(folder, shard).is_file()]
    ready = len(shards) - len(missing)
    done(ready, len(shards))
    if workers == 1 or len(missing) < 2:
        for count, shard in enumerate(missing, start=ready + 1):
            write_shard(folder, shard, settings)
            done(count, len(shards))
        return
    with process_pool(workers) as pool:
        futures = [pool.submit(write_shard, folder, shard, settings) for shard in missing]
        for count, future in enumerate(as_completed(futures), start=ready + 1):
            future.result()
            done(count, len(shards))


def write_shard(folder: Path, shard: int, settings: TeachSettings) -> None:
    """Solve the problems of one shard and write their labels in one step."""
    first = shard * settings.shard_problems
    found = [_labels(number, settings) for number in range(first, first + settings.shard_problems)]
    labels = joined([labels for labels in found if labels is not None])
    path = shard_path(folder, shard)
    building = path.with_suffix(".part")
    building.write_bytes(save({field.name: getattr(labels, field.name) for field in fields(Labels)}))
    building.replace(path)


def _labels(number: int, settings: TeachSettings) -> Labels | None:
    """Labels of one problem; None where its recursion left the range of numbers or of sense."""
    rng = np.random.default_rng(np.random.SeedSequence(settings.label_seed, spawn_key=(number,)))
    law = SEVERE if number >= settings.first_severe else ProblemLaw()
    labels = problem_labels(random_problem(rng, law), settings.states, rng)
    finite = all(np.isfinite(getattr(labels, field.name)).all() for field in fields(Labels))
    return labels if finite and labels.reference_gap[0] < _MOST_GAP_BP else None


def read_shards(folder: Path, shards: Sequence[int]) -> Labels:
    """Labels of some shards, one after the other."""
    return joined([Labels(**load_file(shard_path(folder, shard))) for shard in shards])


def joined(parts: Sequence[Labels]) -> Labels:
    """One table of several."""
    return Labels(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(Labels)
        }
    )


def shard_path(folder: Path, shard: int) -> Path:
    """Where a shard lies."""
    return folder / f"{shard:05d}.safetensors"
