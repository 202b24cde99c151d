"""From a core to a released market correction: groups, training, selection, and its card."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hedger.network.correction import PARTS
from hedger.network.correction_selection import Selected, judgeable, select
from hedger.network.correction_training import CorrectionSettings, Progress, train_correction
from hedger.network.correction_weights import correction_bytes
from hedger.network.inference import BandNetwork
from hedger.network.market_study.groups import random_group
from hedger.network.market_study.markets import TRAINING_UNTIL, training_markets
from hedger.network.market_study.states import PathStates
from hedger.network.markets.paths import HedgingMarket


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePlan:
    """How much is simulated: groups of paths to learn from, and others to select parts on."""

    training_groups: int = 300
    training_paths: int = 256
    validation_groups: int = 100
    validation_paths: int = 1536
    seed: int = 0
    settings: CorrectionSettings = field(default_factory=CorrectionSettings)


def learn(core: BandNetwork, plan: ReleasePlan, report: Progress | None = None) -> Selected:
    """Simulate, train, and keep of the correction what gains on the validation groups."""
    markets = training_markets()
    training, validation = np.random.SeedSequence(plan.seed).spawn(2)
    learned = train_correction(
        _groups(markets, core, plan.training_groups, plan.training_paths, training), plan.settings, report
    )
    judged = judgeable(_groups(markets, core, plan.validation_groups, plan.validation_paths, validation))
    return select(learned, judged)


def publish(selected: Selected, plan: ReleasePlan, folder: Path, *, core: str, cpu_seconds: float) -> None:
    """Write correction.safetensors and correction.json; core: which weights it was trained on."""
    low, high = selected.gain.interval
    card: dict[str, Any] = {
        "what": "market correction of the universal band network",
        "core": core,
        "markets": ["GARCH with surface", "the same without its premium", "Heston"],
        "history_until": TRAINING_UNTIL.isoformat(),
        "plan": asdict(plan),
        "parts": dict(zip(PARTS, selected.shares, strict=True)),
        "validation_gain_in_deviations": {"value": selected.gain.value, "interval_95": [low, high]},
        "gain_of_each_part_alone": {
            part: {"value": own.value, "interval_95": own.interval}
            for part, own in zip(PARTS, selected.alone, strict=True)
        },
        "cpu_seconds": round(cpu_seconds),
        "command": "python benchmarks/market_correction.py",
        "limits": "books are held to expiry and settled in cash; groups whose certainty equivalent rests on "
        "a few paths are not judged; the interval is of the paths, the books being as they were drawn",
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (
        ("correction.safetensors", correction_bytes(selected.correction)),
        ("correction.json", (json.dumps(card, indent=2) + "\n").encode()),
    ):
        part = folder / f".{name}.part"
        part.write_bytes(content)
        part.replace(folder / name)


def _groups(
    markets: Sequence[HedgingMarket], core: BandNetwork, count: int, paths: int, seed: np.random.SeedSequence
) -> list[PathStates]:
    return [random_group(markets, core, paths=paths, seed=own) for own in seed.spawn(count)]
