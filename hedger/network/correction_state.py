"""What the market correction sees: forecast against implied volatility, terms, skew, how they move."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from pricing.dynamics import skew
from pricing.market import UnderlyingMarket
from pricing.time import TRADING_DAYS_PER_YEAR

FloatArray = npt.NDArray[np.float64]

TERM_DAYS: FloatArray = np.array([1.0, 5.0, 21.0, 63.0])
"""Trading days of the two term structures; total variance is linear between, volatility flat outside."""
LANDMARK_YEARS = 21.0 / TRADING_DAYS_PER_YEAR
INDEX_VOL_OF_VOL = 0.082
"""Deviation of the daily change of the VIX's logarithm from 2014-01-03 to 2018-12-31, 0.0821."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketState:
    """A market at several states of a book, or at one (first axis of length 1) that all of them share.

    forecast, at_the_money: volatility per sqrt(year) to TERM_DAYS, forecast and implied, shape (state, term).
    skew: slope of implied volatility in log(K / F) at the money to a month, times the root of that month in
    years; spot_vol_slope: of the log of the one-month volatility on the log return; vol_of_vol: deviation of
    that log over a day; shape (state,). A vol of vol of zero is a market of constant volatility.
    """

    forecast: FloatArray
    at_the_money: FloatArray
    skew: FloatArray
    spot_vol_slope: FloatArray
    vol_of_vol: FloatArray

    @property
    def response(self) -> FloatArray:
        """Hull and White's a: sqrt(T) d(volatility of a strike) / (dS / S), to a month; shape (state,)."""
        return sqrt(LANDMARK_YEARS) * self.at_the_money[:, 2] * self.spot_vol_slope - self.skew

    @classmethod
    def of(cls, market: UnderlyingMarket, *, vol_of_vol: float = INDEX_VOL_OF_VOL) -> MarketState:
        """Today's state, the first axis of length 1.

        vol_of_vol: of a day, by default the index's. The slope is what the minimum-variance coefficients say
        at the money. Without coefficients nothing is known of how this volatility moves: slope and vol of vol
        are zero, which leaves a book to the core.
        """
        years = TERM_DAYS / TRADING_DAYS_PER_YEAR
        at_the_money = market.surface.implied_volatility(np.zeros_like(years), years)
        steepness = sqrt(LANDMARK_YEARS) * float(skew(market.surface, 0.0, LANDMARK_YEARS))
        slope, moves = 0.0, 0.0
        if market.minimum_variance is not None:
            own = market.minimum_variance
            response = own.a + 0.5 * own.b + 0.25 * own.c
            slope = (response + steepness) / (sqrt(LANDMARK_YEARS) * float(at_the_money[2]))
            moves = vol_of_vol
        return cls(
            forecast=market.forecast.at(TERM_DAYS)[None, :],
            at_the_money=at_the_money[None, :],
            skew=np.array([steepness]),
            spot_vol_slope=np.array([slope]),
            vol_of_vol=np.array([moves]),
        )


def volatility_to(term: FloatArray, days: FloatArray) -> FloatArray:
    """Volatility (state,) to `days` (state,) from a term structure (state, term), or (1, term) for all."""
    at = np.clip(np.asarray(days, dtype=np.float64), TERM_DAYS[0], TERM_DAYS[-1])
    right = np.clip(np.searchsorted(TERM_DAYS, at), 1, len(TERM_DAYS) - 1)
    total = np.broadcast_to(term**2 * TERM_DAYS, (len(at), len(TERM_DAYS)))
    rows = np.arange(len(at))
    weight = (at - TERM_DAYS[right - 1]) / (TERM_DAYS[right] - TERM_DAYS[right - 1])
    mixed = (1.0 - weight) * total[rows, right - 1] + weight * total[rows, right]
    return np.asarray(np.sqrt(mixed / at), dtype=np.float64)
