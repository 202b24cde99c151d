"""What a market correction gains over the core on groups of paths, and which parts of it are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import numpy.typing as npt

from hedger.network.correction import PARTS, MarketCorrection
from hedger.network.market_study.score import effective_paths, hedged_losses, paired_gain
from hedger.network.market_study.states import PathStates
from hedger.network.risk import Estimate

STRENGTHS = (0.5, 1.0)
LEAST_EFFECTIVE_PATHS = 50.0


def scaled(correction: MarketCorrection, shares: npt.ArrayLike) -> MarketCorrection:
    """The same with each of the PARTS times its share: all zero is the core alone."""
    network, factor = correction.network, np.array(shares, dtype=np.float32)
    return MarketCorrection(
        network=replace(network, last=network.last * factor, last_bias=network.last_bias * factor)
    )


def judgeable(groups: Sequence[PathStates]) -> list[PathStates]:
    """The groups whose certainty equivalent under the core rests on LEAST_EFFECTIVE_PATHS or more.

    Elsewhere it is the loss of a few worst paths, and no standard error says by how much it is off.
    """
    kept = []
    for states in groups:
        loss = hedged_losses(states.task, states.spot, states.owed, *states.core_band()).loss
        if effective_paths(loss, states.task.risk_aversion) >= LEAST_EFFECTIVE_PATHS:
            kept.append(states)
    return kept


def gain_over_core(correction: MarketCorrection, groups: Sequence[PathStates]) -> Estimate:
    """Mean over groups of the core's certainty equivalent less ours, in deviations of the core's loss."""
    ours, core, aversions = [], [], []
    for states in groups:
        run = (states.task, states.spot, states.owed)
        theirs = hedged_losses(*run, *states.core_band()).loss
        deviation = float(theirs.std())
        ours.append(hedged_losses(*run, *states.corrected_band(correction)).loss / deviation)
        core.append(theirs / deviation)
        aversions.append(states.task.risk_aversion * deviation)
    return paired_gain(ours, core, aversions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """What is kept of a correction: each part's share, and the gain on the validation groups (0 of none).

    alone: gain of each part by itself at full strength, kept or not.
    """

    correction: MarketCorrection
    shares: tuple[float, ...]
    gain: Estimate
    alone: tuple[Estimate, ...]


def select(correction: MarketCorrection, validation: Sequence[PathStates]) -> Selected:
    """Add part after part, at half or full strength, while the gain's lower 95% bound rises from zero."""
    nothing = (0.0,) * len(PARTS)
    alone = tuple(gain_over_core(scaled(correction, row), validation) for row in np.eye(len(PARTS)))

    def with_shares(shares: tuple[float, ...], gain: Estimate) -> Selected:
        return Selected(correction=scaled(correction, shares), shares=shares, gain=gain, alone=alone)

    best = with_shares(nothing, Estimate(value=0.0, standard_error=0.0))
    while True:
        tried = [best]
        for part, strength in product(range(len(PARTS)), STRENGTHS):
            if best.shares[part] == 0.0:
                shares = (*best.shares[:part], strength, *best.shares[part + 1 :])
                tried.append(with_shares(shares, gain_over_core(scaled(correction, shares), validation)))
        found = max(tried, key=lambda each: each.gain.interval[0])
        if found is best:
            return best
        best = found
