"""The whole teaching: labels, one network for each seed, the gate, and the weights with their card."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from hedger.errors import UsageError
from hedger.network.inference import BandNetwork
from hedger.network.teach.card import card
from hedger.network.teach.gate import CellScore, gate_cells, score_cells
from hedger.network.teach.settings import TeachSettings
from hedger.network.teach.shards import make_shards, read_shards
from hedger.network.teach.train import TrainingReport, train
from hedger.network.weights import network_bytes

PUBLISHED = "published"
"""The folder in the working folder that holds what has passed the gate, whole or not at all."""

_SETTINGS = "settings.json"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaching:
    """What came of it. failures: why nothing was published, empty where `published` says where it lies."""

    chosen: int
    scores: dict[int, list[CellScore]]
    failures: tuple[str, ...]
    published: Path | None


def teach(
    folder: Path, settings: TeachSettings, *, workers: int, resume: bool, command: str, say: Say
) -> Teaching:
    """Teach in a working folder, from where an earlier run in it was stopped when `resume`.

    workers: processes for labels and the gate, threads of the training. The best seed in the gate's cells is
    published if it passes. Raises UsageError for a folder that is not empty or was begun with other settings.
    """
    _claim(folder, settings, resume=resume)
    seconds = {"labels": _labels(folder, settings, workers, say)}
    torch.set_num_threads(workers)
    networks, seconds["training"] = _networks(folder, settings, say)
    started = time.perf_counter()
    cells = list(gate_cells(settings.gate_cells, settings.gate_seed))
    scores = {}
    for seed, network in networks.items():
        say(f"seed {seed}: gate of {len(cells)} cells by dynamic programming")
        scores[seed] = score_cells(network, cells, workers=workers)
    seconds["gate"] = time.perf_counter() - started
    chosen = min(scores, key=lambda seed: _badness(scores[seed]))
    failures = tuple(score.failure for score in scores[chosen] if score.failure is not None)
    published = None
    if not failures:
        text = json.dumps(card(settings, scores, chosen, command=command, seconds=seconds), indent=2)
        published = _publish(folder / PUBLISHED, networks[chosen], text)
    return Teaching(chosen=chosen, scores=scores, failures=failures, published=published)


def _claim(folder: Path, settings: TeachSettings, *, resume: bool) -> None:
    text = json.dumps(asdict(settings), indent=2)
    known = folder / _SETTINGS
    if resume and known.is_file():
        if known.read_text(encoding="utf-8") != text:
            raise UsageError(f"{folder} was begun with other settings; see {known}, or name a new folder")
        return
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty; name a new folder, or --resume what was begun in it")
    folder.mkdir(parents=True, exist_ok=True)
    known.write_text(text, encoding="utf-8")


def _labels(folder: Path, settings: TeachSettings, workers: int, say: Say) -> float:
    """Make what is missing; seconds of wall clock that it took this time."""
    started = time.perf_counter()

    def done(shards: int, wanted: int) -> None:
        say(f"labels: {shards * settings.shard_problems:,} of {wanted * settings.shard_problems:,} problems")

    make_shards(folder / "labels", settings, workers=workers, done=done)
    return time.perf_counter() - started


def _networks(folder: Path, settings: TeachSettings, say: Say) -> tuple[dict[int, BandNetwork], float]:
    kept = settings.validation_problems // settings.shard_problems
    shards = range(settings.problems // settings.shard_problems)
    labels, validation = (read_shards(folder / "labels", part) for part in (shards[kept:], shards[:kept]))
    found: dict[int, BandNetwork] = {}
    seconds = 0.0
    for seed in settings.seeds:
        path = folder / f"seed-{seed}.safetensors"
        trained = train(
            labels, validation, settings, seed=seed, checkpoint=path, report=lambda at: say(_line(at))
        )
        found[seed] = trained.network
        seconds += trained.seconds
    return found, seconds


def _line(at: TrainingReport) -> str:
    (middle, high), (reference_middle, reference_high) = at.gap, at.reference_gap
    return (
        f"seed {at.seed}: step {at.step:,} of {at.steps:,}, loss {at.loss:.3f}; gap out of sample, median "
        f"{middle:.4f} bp (reference {reference_middle:.3f}), 90% below {high:.3f} ({reference_high:.2f})"
    )


def _badness(scores: Sequence[CellScore]) -> tuple[int, float]:
    """Failures first, then the worst gap as a share of its limit."""
    failures = sum(score.failure is not None for score in scores)
    return failures, max(score.gap / score.limit for score in scores)


def _publish(folder: Path, network: BandNetwork, text: str) -> Path:
    building = folder.with_suffix(".part")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir()
    (building / "universal.safetensors").write_bytes(network_bytes(network))
    (building / "universal.json").write_text(text + "\n", encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    building.rename(folder)
    return folder
