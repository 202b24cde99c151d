"""The delta that leaves the least to hedge: how far the smile follows spot, believed and then learnt."""

from __future__ import annotations

from pricing.hedge_ratio.belief import INDEX_LAW, StickinessBelief, StickinessLaw, belief_without_chains
from pricing.hedge_ratio.delta import minimum_variance_deltas, stickiness_delta
from pricing.hedge_ratio.move import SmileMove, belief_from_chains, smile_move

__all__ = [
    "INDEX_LAW",
    "SmileMove",
    "StickinessBelief",
    "StickinessLaw",
    "belief_from_chains",
    "belief_without_chains",
    "minimum_variance_deltas",
    "smile_move",
    "stickiness_delta",
]
