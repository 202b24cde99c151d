"""Bands where a unit costs the more, the more are traded: when to trade, and how far."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from hedger.policy.band import BandView
from hedger.policy.policy import HedgeSituation
from hedger.policy.trade_costs import TradeCosts

FloatArray = npt.NDArray[np.float64]

HalfWidth = Callable[[FloatArray], FloatArray]
"""Costs of a unit [fraction] along the ladder -> half widths [units of underlying], both (level,)."""

_HALVINGS = 50


def impact_band(situation: HedgeSituation, delta: FloatArray, half_width: HalfWidth) -> BandView:
    """The band of a policy that is published for proportional costs, under the situation's CostCurve.

    It waits within the band of the smallest trade's cost, half a lot's; a trade ends at the edge of the band
    of its own last unit's cost, which is outside of the first where there is impact. delta: of the book
    without its hedge, shape (level,).

    What waiting a unit away from the target costs is the cost whose band has its edge there, and a trade goes
    on while its next unit costs less: exact where later trades cost what this one does, and with the partial
    trades toward the target that convex costs ask for (Rej, Benichou, de Lataillade, Zerah and Bouchaud
    2015, Optimal trading with linear and (small) non-linear costs; Almgren and Li 2016, Option hedging with
    smooth market impact).
    """
    costs = TradeCosts.of(situation)
    held = situation.exposure.hedge_contracts * costs.per_contract
    smallest = 0.5 * costs.per_contract * situation.market.hedge.lot_size
    width = half_width(costs.marginal(np.full_like(delta, smallest)))
    target = np.maximum(width, trade_end(np.abs(delta + held), costs, half_width))
    return BandView(
        spot=situation.exposure.ladder_spot,
        delta=delta,
        lower=-width,
        lower_target=-target,
        upper_target=target,
        upper=width,
    )


def trade_end(net: FloatArray, costs: TradeCosts, half_width: HalfWidth) -> FloatArray:
    """Absolute net delta left by the trades from `net`, not negative: `net` itself where none pays."""
    least, most = np.zeros_like(net), net.copy()
    for _ in range(_HALVINGS):
        trade = 0.5 * (least + most)
        too_little = net - trade > half_width(costs.marginal(trade))
        least, most = np.where(too_little, trade, least), np.where(too_little, most, trade)
    return np.asarray(net - least)


def ends_from(holding: FloatArray | float, edges: FloatArray, trades: FloatArray) -> FloatArray:
    """Where trades up from `holding` end, of which edges are known for the costs of some sizes only.

    edges: of the band of each trade's last unit's cost, trades: its size, from the smallest on, both (size,).
    Linear between the holdings from which these trades are right.
    """
    start = np.minimum.accumulate(edges - trades)
    return np.asarray(np.interp(holding, start[::-1], edges[::-1]))


def band_in_words(view: BandView, name: str) -> str:
    """Today's band, and where a trade would end if that is outside of it."""
    today = len(view.spot) // 2
    below, above = -float(view.lower_target[today]), float(view.upper_target[today])
    words = f"{name} of ±{view.half_width[today]:,.0f}"
    if below <= -view.lower[today] + 0.5 and above <= view.upper[today] + 0.5:
        return words
    return f"{words}, traded to ±{max(below, above):,.0f} now and further later, since impact grows with size"
