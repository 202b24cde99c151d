"""The delta that the hedge policy takes as its reference."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from hedger.network.hedge_ratio.features import ratio_features
from hedger.network.hedge_ratio.network import RatioNetwork, shipped_ratio_network
from pricing.book import OptionColumns
from pricing.hedge_ratio import StickinessBelief, belief_without_chains, minimum_variance_deltas
from pricing.market import UnderlyingMarket
from pricing.surface.surface import VolSurface
from pricing.time import exchange_date

FloatArray = npt.NDArray[np.float64]


def reference_deltas(
    market: UnderlyingMarket,
    options: OptionColumns,
    *,
    spot: float | None = None,
    belief: StickinessBelief | None = None,
    network: RatioNetwork | None = None,
) -> FloatArray:
    """Minimum-variance delta of each option, corrected by the network [units of underlying], (position,).

    As `pricing.hedge_ratio.minimum_variance_deltas`, whose arguments and fallbacks are those here, with the
    belief of `corrected_belief`. network: None for the shipped one. At another `spot` the belief stays that
    of the market; for a ladder of spots ask `corrected_belief` once.
    """
    if market.quotes is None or market.minimum_variance is None:
        return minimum_variance_deltas(market, options, spot=spot)
    corrected = corrected_belief(market, belief=belief, network=network)
    return minimum_variance_deltas(market, options, spot=spot, belief=corrected)


def corrected_belief(
    market: UnderlyingMarket,
    *,
    belief: StickinessBelief | None = None,
    network: RatioNetwork | None = None,
) -> StickinessBelief:
    """The belief (None: the index law's) with its ratio times the network's factor.

    Unchanged where the market has no history to take the network's features from.
    """
    known = belief if belief is not None else belief_without_chains()
    if market.history is None:
        return known
    # The day's own close may lie after its quotes.
    before = market.history.dates < np.datetime64(exchange_date(market.as_of), "D")
    return corrected_by_network(market.surface, market.history.close[before], known, network=network)


def corrected_by_network(
    surface: VolSurface, close: FloatArray, belief: StickinessBelief, *, network: RatioNetwork | None = None
) -> StickinessBelief:
    """The belief with its ratio times the network's factor, for closes [currency] of the days before."""
    features = ratio_features(surface, close, belief)
    if features is None:
        return belief
    chosen = network if network is not None else shipped_ratio_network()
    return replace(belief, ratio=belief.ratio * float(chosen.factor(features.row()[None, :])[0]))
