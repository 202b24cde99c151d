"""The shipped predictors: how they are trained on simulated markets, and the card that says so."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from execution.impact.examples import Examples, examples_of, joined
from execution.impact.layers import KINDS
from execution.impact.simulated import simulated_samples
from execution.impact.skill import skill
from execution.impact.train import EpochReport, TrainingSettings, train_predictor

_TRAINING, _VALIDATION, TEST = range(3)  # first entry of a market's seed: none is used twice
_HOUR = 3600  # steps of a second
COMMAND = "hedger train predictors"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSettings:
    """markets: scenarios by name or path; hours of each for training and for validation, each hour a market
    of its own; seed: of everything.
    """

    markets: tuple[str, ...] = ("calm", "volatile", "squeeze", "news")
    training_hours: int = 6
    validation_hours: int = 1
    seed: int = 0
    training: TrainingSettings = field(default_factory=TrainingSettings)


def train_predictors(
    out: Path,
    *,
    settings: ReleaseSettings | None = None,
    progress: Callable[[str], None] | None = None,
) -> tuple[Path, ...]:
    """Train every kind of network and write its weights and predictors.json into a folder.

    Order-flow imbalance is that of snapshots a second apart, which is all that an agent sees. Returns the
    files written. ScenarioError where a market cannot be read.
    """
    how, tell = settings or ReleaseSettings(), progress or (lambda line: None)
    training = joined(market_hours(how.markets, how.training_hours, (how.seed, _TRAINING)))
    validation = joined(market_hours(how.markets, how.validation_hours, (how.seed, _VALIDATION)))
    tell(f"{len(training):,} rows to learn from, {len(validation):,} to choose by")
    out.mkdir(parents=True, exist_ok=True)
    written, scores = [], {}
    for kind in KINDS:

        def report(epoch: EpochReport, kind: str = kind) -> None:
            tell(
                f"{kind} epoch {epoch.epoch + 1}: loss {epoch.training:.4f}, held out {epoch.validation:.4f}"
            )

        predictor = train_predictor(
            kind, training, validation, seed=how.seed, settings=how.training, progress=report
        )
        path = out / f"{kind}.safetensors"
        predictor.save(path)
        written.append(path)
        told = predictor.forecast(validation.windows(), validation.scales, 1).next_move_ticks
        move = validation.short_move
        scores[kind] = asdict(skill(move, told, np.zeros(len(move)), block=60))
    card = out / "predictors.json"
    content = {
        "command": COMMAND,
        "settings": asdict(how),
        "horizon_seconds": [1, 10],
        "rows": {"training": len(training), "validation": len(validation)},
        "validation_skill_of_one_second_moves": scores,
        "limits": "Taught on this project's simulated markets alone, on snapshots a second apart and single "
        "market orders of up to ten times the touch. Implied volatility, sentiment and events were not "
        "there: their inputs are not listened to.",
    }
    card.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    return (*written, card)


def market_hours(markets: Sequence[str], hours: int, seed: tuple[int, ...]) -> list[Examples]:
    """Examples of so many hours of each scenario, an hour a market of its own."""
    return [
        examples_of(simulated_samples(market, _HOUR, np.random.SeedSequence([*seed, at, hour])))
        for at, market in enumerate(markets)
        for hour in range(hours)
    ]
