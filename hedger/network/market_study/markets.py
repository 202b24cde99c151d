"""The markets that the correction is trained and judged in."""

from __future__ import annotations

from datetime import date

import numpy as np

from hedger.network.markets.garch import GarchMarket
from hedger.network.markets.gbm import BlackScholesMarket
from hedger.network.markets.heston import TYPICAL, HestonMarket, dispersed_models
from hedger.network.markets.history import HistoryMarket
from hedger.network.markets.paths import HedgingMarket

TRAINING_UNTIL = date(2016, 12, 30)
"""Last day that training may know: what came after is for judging."""

FIRST_UNSEEN, LAST_DAY = date(2017, 1, 3), date(2018, 12, 31)

_HESTON_MODELS, _HESTON_DEVIATION, _LONGEST_YEARS = 8, 0.3, 0.3


def training_markets() -> tuple[HedgingMarket, ...]:
    """GARCH with a moving surface, with and without its variance premium, and Heston."""
    garch = GarchMarket.estimated(until=TRAINING_UNTIL)
    return garch, garch.without_premium(), heston_market(seed=0)


def judging_markets() -> dict[str, HedgingMarket]:
    """One of each kind: Heston models that training has not seen, history after its last day."""
    return {
        "Brownian": BlackScholesMarket(volatility_deviation=0.3),
        "Heston": heston_market(seed=1),
        "GARCH": GarchMarket.estimated(until=TRAINING_UNTIL),
        "history": HistoryMarket.estimated(until=LAST_DAY, since=FIRST_UNSEEN),
    }


def heston_market(*, seed: int) -> HestonMarket:
    """Models dispersed about the typical one."""
    rng = np.random.default_rng(seed)
    models = dispersed_models(TYPICAL, _HESTON_MODELS, _HESTON_DEVIATION, rng)
    return HestonMarket.of(models, longest_years=_LONGEST_YEARS)
