"""Markets that several test files look at, estimated once."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np

from hedger.network.markets.garch import GarchMarket
from hedger.network.markets.gbm import BlackScholesMarket
from hedger.network.markets.heston import TYPICAL, HestonMarket, dispersed_models
from hedger.network.markets.history import HistoryMarket
from hedger.network.markets.paths import HedgingMarket, MarketPaths

UNTIL = date(2016, 12, 30)
NAMES = ("gbm", "heston", "garch", "history")
SURFACES = ("garch", "history")


@cache
def market(name: str) -> HedgingMarket:
    if name == "gbm":
        return BlackScholesMarket(volatility_deviation=0.3)
    if name == "heston":
        return HestonMarket.of(dispersed_models(TYPICAL, 2, 0.2, np.random.default_rng(1)), longest_years=0.5)
    if name == "garch":
        return GarchMarket.estimated(until=UNTIL, parameter_draws=16)
    return HistoryMarket.estimated(until=UNTIL)


@cache
def simulated(name: str) -> MarketPaths:
    return market(name).simulate(20_000, 30, np.random.SeedSequence(2))
