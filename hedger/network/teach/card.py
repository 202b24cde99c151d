"""The card of shipped weights: how they came about, what they reach and where they end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from hedger.network.sampling import SEVERE, ProblemLaw
from hedger.network.teach.gate import CLASSICAL, LIMITS_BP, SEVERE_SHARE, SEVERITY, SMALL_COST, CellScore
from hedger.network.teach.settings import TeachSettings

COST_CLASSES = ((0.0, 3e-4), (3e-4, 1e-3), (1e-3, 3e-3), (3e-3, 1.0))
"""Proportional costs that are reported together: from, up to."""

LIMITS = (
    "Taught under geometric Brownian motion, proportional and fixed costs, entropic risk and daily dates; "
    "settled in cash, nothing traded at an expiry. Outside of what training saw the reference answers."
)


def card(
    settings: TeachSettings,
    scores: Mapping[int, Sequence[CellScore]],
    chosen: int,
    *,
    command: str,
    seconds: Mapping[str, float],
) -> dict[str, Any]:
    """scores: of the gate's cells by seed; chosen: the seed that is published; seconds: by stage."""
    return {
        "command": command,
        "settings": asdict(settings),
        "problems": asdict(ProblemLaw()),
        "severe_problems": asdict(SEVERE),
        "published_seed": chosen,
        "gate": {
            "limits_bp": {f"cost up to {SMALL_COST:g}": LIMITS_BP[0], "above": LIMITS_BP[1]},
            "severe_from": SEVERITY,
            "severe_limit": f"{SEVERE_SHARE:.0%} of Zakamouline's gap where that is more",
            "cells": len(scores[chosen]),
            "by_cost": by_cost([score for score in scores[chosen] if not score.severe]),
            "severe": by_cost([score for score in scores[chosen] if score.severe]),
            "worst_bp_by_seed": {
                str(seed): worst_by_limit([score for score in found if not score.severe])
                for seed, found in scores.items()
            },
        },
        "seconds": {stage: round(value, 1) for stage, value in seconds.items()},
        "limits": LIMITS,
    }


def by_cost(scores: Sequence[CellScore]) -> list[dict[str, Any]]:
    """Median, 90th percentile and worst gap [bp of spot] of the network and of the classical policies."""
    rows = []
    for low, high in COST_CLASSES:
        mine = [score for score in scores if low < score.cell.problem.proportional_cost <= high]
        if mine:
            policies = {"network": [score.gap for score in mine]}
            policies |= {name: [score.classical[name] for score in mine] for name in CLASSICAL}
            gaps = {name: _summary(values) for name, values in policies.items()}
            rows.append({"cost_above": low, "cost_up_to": high, "cells": len(mine), "gap_bp": gaps})
    return rows


def _summary(gaps: Sequence[float]) -> dict[str, float]:
    middle, high = np.quantile(gaps, [0.5, 0.9])
    return {"median": round(float(middle), 4), "p90": round(float(high), 4), "worst": round(max(gaps), 4)}


def worst_by_limit(scores: Sequence[CellScore]) -> list[float]:
    """Worst gap at small and at larger costs [bp of spot]."""
    small = [score.gap for score in scores if score.cell.problem.proportional_cost <= SMALL_COST]
    large = [score.gap for score in scores if score.cell.problem.proportional_cost > SMALL_COST]
    return [round(max(gaps, default=0.0), 4) for gaps in (small, large)]
