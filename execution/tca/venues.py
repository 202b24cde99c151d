"""What fills cost by venue, against the mid at each fill."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from execution.tca.blotter import Blotter, FloatArray
from execution.tca.groups import WeightedMean, weighted_mean
from execution.tca.market_join import Surroundings


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueCost:
    """One venue's fills. share: of all filled notional. taker_share: NaN where nobody says.

    against_mid: price against the mid just before the fill [bps], positive is a cost. fee: [bps], a rebate is
    negative. markout: mid a minute later against the mid at the fill [bps], positive in the order's favour;
    where it is below zero the price moved back, or the fill was at the wrong moment. Intervals by drawing
    orders again, the legs of a package together.
    """

    venue: str
    fills: int
    share: float
    taker_share: float
    against_mid: WeightedMean
    fee: WeightedMean
    markout: WeightedMean


def venue_costs(blotter: Blotter, around: Surroundings, rng: np.random.Generator) -> tuple[VenueCost, ...]:
    """A row a venue, largest first; none where no fill says where it was."""
    fills = blotter.fills
    notional = fills.quantity * fills.price * blotter.orders.multiplier[fills.order]
    side = blotter.orders.side[fills.order]
    against_mid = 1e4 * side * (fills.price / fills.mid - 1.0)
    fee = 1e4 * fills.fee / notional
    found = []
    for venue in np.unique(fills.venue[fills.venue != ""]):
        own = np.where(fills.venue == venue, notional, 0.0)
        found.append(
            VenueCost(
                venue=str(venue),
                fills=int((fills.venue == venue).sum()),
                share=float(own.sum() / notional.sum()),
                taker_share=float((own * fills.taker)[own > 0.0].sum() / own.sum()),
                against_mid=_by_order(blotter, against_mid, own, rng),
                fee=_by_order(blotter, fee, own, rng),
                markout=_by_order(blotter, around.markout_bps, own, rng),
            )
        )
    return tuple(sorted(found, key=lambda each: -each.share))


def _by_order(
    blotter: Blotter, values: FloatArray, notional: FloatArray, rng: np.random.Generator
) -> WeightedMean:
    """Mean over fills by notional; the fills of an order are drawn together, for they are not independent."""
    known = ~np.isnan(values)
    weight = blotter.sum_by_order(np.where(known, notional, 0.0))
    cost = blotter.sum_by_order(np.where(known, np.nan_to_num(values) * notional, 0.0))
    mean = np.where(weight > 0.0, cost / np.where(weight > 0.0, weight, 1.0), np.nan)
    return weighted_mean(mean, weight, rng, unit=blotter.unit)
