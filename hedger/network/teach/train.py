"""Training of one universal network on labels of the exact optimum."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from hedger.network.inference import BandNetwork
from hedger.network.labels import Labels
from hedger.network.teach.checkpoint import TrainingState
from hedger.network.teach.module import BandModule, Rows, row_gaps
from hedger.network.teach.settings import TeachSettings

_CHUNK = 65_536
_LEAST_DEVIATION = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingReport:
    """How far a training is. loss: mean since the last report, in tolerated gaps. gap, reference_gap [bp]:
    median and 90th percentile over validation problems, of the averaged weights and of the reference.
    """

    seed: int
    step: int
    steps: int
    loss: float
    gap: tuple[float, float]
    reference_gap: tuple[float, float]


Report = Callable[[TrainingReport], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A network, its last report, and the seconds of wall clock that its steps took."""

    network: BandNetwork
    report: TrainingReport
    seconds: float


def train(
    labels: Labels,
    validation: Labels,
    settings: TeachSettings,
    *,
    seed: int,
    checkpoint: Path,
    report: Report,
) -> Trained:
    """Train from the checkpoint if there is one; the same seed and threads give the same weights on a CPU."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    state = _begin(labels, settings, seed, device)
    if checkpoint.is_file():
        state.load(checkpoint)
    rows, held_out = Rows.of(labels, device), Rows.of(validation, device)
    losses: list[torch.Tensor] = []
    last = _report(state, held_out, validation, settings, seed, math.nan)
    while state.step < settings.steps:
        started = time.perf_counter()
        losses.append(_step(state, rows, settings, seed))
        state.seconds += time.perf_counter() - started
        if state.step % settings.report_every == 0 or state.step == settings.steps:
            loss = float(torch.stack(losses).mean())
            losses.clear()
            last = _report(state, held_out, validation, settings, seed, loss)
            state.save(checkpoint)
            report(last)
    network = state.average.network(labels.features.min(axis=0), labels.features.max(axis=0))
    return Trained(network=network, report=last, seconds=state.seconds)


def _begin(labels: Labels, settings: TeachSettings, seed: int, device: torch.device) -> TrainingState:
    """Fresh weights, which answer with the reference."""
    torch.manual_seed(seed)
    deviation = labels.features.std(axis=0, dtype=np.float64) + _LEAST_DEVIATION
    module = BandModule(
        torch.from_numpy(labels.features.mean(axis=0, dtype=np.float64).astype(np.float32)),
        torch.from_numpy(deviation.astype(np.float32)),
        width=settings.width,
        layers=settings.layers,
    ).to(device)
    optimiser = torch.optim.AdamW(module.parameters(), lr=settings.rate, weight_decay=settings.weight_decay)
    return TrainingState(module=module, average=copy.deepcopy(module), optimiser=optimiser)


def _step(state: TrainingState, rows: Rows, settings: TeachSettings, seed: int) -> torch.Tensor:
    """One step of the optimiser on rows that seed and step alone choose; returns the loss."""
    for group in state.optimiser.param_groups:
        group["lr"] = rate_at(state.step, settings)
    # A generator of its own for each step: nothing random has to be kept in a checkpoint.
    chosen = np.random.default_rng([seed, state.step]).integers(len(rows), size=settings.rows)
    batch = rows.at(torch.from_numpy(chosen).to(rows.features.device))
    gaps = row_gaps(state.module(batch.features), batch)
    loss = (gaps * batch.importance).mean() * settings.states
    state.optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(state.module.parameters(), settings.largest_gradient)
    state.optimiser.step()
    state.step += 1
    keep = min(settings.averaging, state.step / (state.step + 20.0))
    with torch.no_grad():
        for mean, now in zip(state.average.parameters(), state.module.parameters(), strict=True):
            mean.lerp_(now, 1.0 - keep)
    return loss.detach()


def rate_at(step: int, settings: TeachSettings) -> float:
    """The optimiser's rate: up over the warm-up, then down as a cosine."""
    rise = min(1.0, (step + 1) / settings.warm_up)
    return settings.rate * rise * 0.5 * (1.0 + math.cos(math.pi * step / settings.steps)) + 1e-6


def problem_gaps(module: BandModule, rows: Rows, states: int) -> np.ndarray:
    """Estimated gap to the optimum of each problem [bp of spot]; rows in problems of `states` each."""
    with torch.no_grad():
        chunks = [rows.at(slice(first, first + _CHUNK)) for first in range(0, len(rows), _CHUNK)]
        gaps = torch.cat([row_gaps(module(chunk.features), chunk) for chunk in chunks])
    total: np.ndarray = gaps.cpu().numpy().astype(np.float64).reshape(-1, states).sum(axis=1)
    return total


def _report(
    state: TrainingState,
    held_out: Rows,
    validation: Labels,
    settings: TeachSettings,
    seed: int,
    loss: float,
) -> TrainingReport:
    gaps = problem_gaps(state.average, held_out, settings.states)
    reference = validation.reference_gap.reshape(-1, settings.states)[:, 0]
    return TrainingReport(
        seed=seed,
        step=state.step,
        steps=settings.steps,
        loss=loss,
        gap=_middle_and_high(gaps),
        reference_gap=_middle_and_high(reference),
    )


def _middle_and_high(gaps: np.ndarray) -> tuple[float, float]:
    middle, high = np.quantile(gaps, [0.5, 0.9])
    return float(middle), float(high)
