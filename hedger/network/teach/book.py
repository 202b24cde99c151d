"""Fine-tuning of the last layers to one book, kept only where it is significantly nearer to the optimum."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch

from execution.process_pool import process_pool
from hedger.network.inference import BandNetwork
from hedger.network.labels import Labels
from hedger.network.teach.module import BandModule, Rows, row_gaps
from hedger.network.teach.near_book import FineTuneSettings, drawn, gaps_of_both, labels_near
from hedger.network.teach.shards import joined
from hedger.optimum.problem import FloatArray, HedgingProblem

_NORMAL_95 = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class FineTuned:
    """network: the tuned one where `better`, otherwise the one that was given.

    before, after: mean gap to the optimum over fresh problems [bp of spot]. change: mean of after - before on
    the same problems, with half its 95% interval. seconds of wall clock.
    """

    network: BandNetwork
    better: bool
    before: float
    after: float
    change: float
    half_interval: float
    seconds: float


def fine_tune(
    network: BandNetwork,
    problems: Sequence[HedgingProblem],
    settings: FineTuneSettings,
    *,
    workers: int,
    say: Callable[[str], None],
) -> FineTuned:
    """Tune to the problems of a book, one an underlying; the same seed gives the same weights."""
    started = time.perf_counter()
    torch.set_num_threads(1)
    near = drawn(problems, settings, settings.problems, stream=0)
    fresh = drawn(problems, settings, settings.fresh, stream=1)
    with process_pool(workers) as pool:
        say(f"solving {len(near)} problems near the book's")
        numbers = range(len(near))
        labels = joined(list(pool.map(partial(labels_near, settings), near, numbers, chunksize=4)))
        say(f"tuning on {len(labels.cost):,} states of them")
        tuned = _tuned(network, labels, settings)
        say(f"scoring both on {len(fresh)} others")
        gaps = list(pool.map(partial(gaps_of_both, network, tuned), fresh))
    before, after = np.array(gaps).T
    change, half = mean_and_half_interval(after - before)
    better = change + half < 0.0
    return FineTuned(
        network=tuned if better else network,
        better=better,
        before=float(before.mean()),
        after=float(after.mean()),
        change=change,
        half_interval=half,
        seconds=time.perf_counter() - started,
    )


def mean_and_half_interval(differences: FloatArray) -> tuple[float, float]:
    """Mean of paired differences and half of its 95% interval."""
    error = float(differences.std(ddof=1)) / np.sqrt(len(differences))
    return float(differences.mean()), _NORMAL_95 * float(error)


def _tuned(network: BandNetwork, labels: Labels, settings: FineTuneSettings) -> BandNetwork:
    """Train the last hidden layer and the outputs; what training saw grows by the book's states."""
    module = BandModule.of(network)
    rows = Rows.of(labels, torch.device("cpu"))
    learning = [*module.hidden[-1].parameters(), *module.last.parameters()]
    optimiser = torch.optim.Adam(learning, lr=settings.rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, settings.steps)
    for step in range(settings.steps):
        chosen = np.random.default_rng([settings.seed, 3, step]).integers(len(rows), size=settings.rows)
        batch = rows.at(torch.from_numpy(chosen))
        loss = (row_gaps(module(batch.features), batch) * batch.importance).mean() * settings.states
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(learning, 5.0)
        optimiser.step()
        schedule.step()
    lowest = np.minimum(network.lowest, labels.features.min(axis=0))
    return module.network(lowest, np.maximum(network.highest, labels.features.max(axis=0)))
