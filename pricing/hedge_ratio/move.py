"""From the chains of consecutive days to what the smile did, and what that says of its stickiness."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from pricing.dynamics import skew
from pricing.hedge_ratio.belief import (
    INDEX_LAW,
    REFERENCE_YEARS,
    SmileMove,
    StickinessBelief,
    StickinessLaw,
    belief_without_chains,
)
from pricing.option_changes import OptionChanges, option_changes
from pricing.parity import imply_curves
from pricing.quotes import Quotes
from pricing.surface.fit import fit_surface
from pricing.surface.surface import VolSurface
from pricing.time import exchange_date, trading_days_between

__all__ = ["SmileMove", "belief_from_chains", "smile_move"]


def smile_move(changes: OptionChanges, surface: VolSurface, *, trading_days: int = 1) -> SmileMove | None:
    """What the smile did between two days; None where no option or no skew says it.

    changes: of one pair of days, surface: the first day's. Least squares over all options, calls and puts
    together, of price change - delta x move on vega x skew x move / S, with the moves of the
    forwards: the file's spot may be of another minute than its quotes.
    """
    priced = changes.taken(np.isfinite(changes.forward_move + changes.price_change))
    if len(priced) == 0:
        return None
    years = priced.expiry_years
    lever = priced.vega * skew(surface, priced.log_moneyness, years) * priced.forward_move / priced.spot
    left = priced.price_change - priced.delta * priced.forward_move
    squares = float(lever @ lever)
    if squares == 0.0:
        return None
    nearest = float(years[np.argmin(np.abs(np.log(years / REFERENCE_YEARS)))])
    return SmileMove(
        log_return=float(np.log1p(np.median(priced.forward_move / priced.spot))),
        ratio=1.0 + float(lever @ left) / squares,
        skew=float(skew(surface, 0.0, nearest)),
        volatility=float(surface.implied_volatility(0.0, nearest)),
        trading_days=trading_days,
    )


def belief_from_chains(chains: Sequence[Quotes], *, law: StickinessLaw = INDEX_LAW) -> StickinessBelief:
    """What chains in order of time say of the stickiness in the return after the last of them.

    Raises ValueError for chains not in order. About 0.2 s a chain of the S&P 500, since each is fitted.
    """
    belief = belief_without_chains(law)
    for earlier, later in pairwise(chains):
        days = trading_days_between(exchange_date(earlier.as_of), exchange_date(later.as_of))
        changes = option_changes([earlier, later])
        surface = fit_surface(earlier, *imply_curves(earlier)[:2]).surface if len(changes) else None
        move = smile_move(changes, surface, trading_days=days) if surface is not None else None
        belief = belief.observed(move) if move is not None else belief.aged(days)
    return belief
