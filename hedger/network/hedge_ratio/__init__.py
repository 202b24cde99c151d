"""A small network that corrects the stickiness ratio by filter and volatility; untrained, not at all."""

from __future__ import annotations

from hedger.network.hedge_ratio.features import RatioFeatures, ratio_features
from hedger.network.hedge_ratio.network import RatioNetwork, shipped_ratio_network
from hedger.network.hedge_ratio.reference import corrected_belief, corrected_by_network, reference_deltas

__all__ = [
    "RatioFeatures",
    "RatioNetwork",
    "corrected_belief",
    "corrected_by_network",
    "ratio_features",
    "reference_deltas",
    "shipped_ratio_network",
]
