"""A small network of how an index's volatility answers to its return, for a market without a quoted skew."""

from __future__ import annotations

from hedger.network.hedge_ratio.features import RatioFeatures, ratio_features
from hedger.network.hedge_ratio.network import RatioNetwork, shipped_ratio_network
from hedger.network.hedge_ratio.reference import corrected_coefficients, reference_deltas

__all__ = [
    "RatioFeatures",
    "RatioNetwork",
    "corrected_coefficients",
    "ratio_features",
    "reference_deltas",
    "shipped_ratio_network",
]
