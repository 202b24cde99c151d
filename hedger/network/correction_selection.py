"""What a market correction gains over the core on groups of paths, and how much of it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hedger.network.correction import MarketCorrection
from hedger.network.market_study.score import hedged_losses, paired_gain
from hedger.network.market_study.states import PathStates
from hedger.network.risk import Estimate

SHARES = (0.25, 0.5, 0.75, 1.0)


def shrunk(correction: MarketCorrection, share: float) -> MarketCorrection:
    """The same with all outputs times `share`: 0 is the core alone."""
    network = correction.network
    factor = np.float32(share)
    return MarketCorrection(
        network=replace(network, last=network.last * factor, last_bias=network.last_bias * factor)
    )


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
    """The share of a correction that is kept, and its gain on the validation groups (both 0 of none)."""

    correction: MarketCorrection
    share: float
    gain: Estimate


def select(correction: MarketCorrection, validation: Sequence[PathStates]) -> Selected:
    """Keep the share whose gain's lower 95% bound is highest, none where no share's bound is above zero."""
    best = Selected(
        correction=shrunk(correction, 0.0), share=0.0, gain=Estimate(value=0.0, standard_error=0.0)
    )
    for share in SHARES:
        own = shrunk(correction, share)
        gain = gain_over_core(own, validation)
        if gain.interval[0] > best.gain.interval[0]:
            best = Selected(correction=own, share=share, gain=gain)
    return best
