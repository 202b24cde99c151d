"""Fair values between the quotes that respect put-call parity, so that equals by parity cost the same."""

from __future__ import annotations

import numpy as np

from hedger.spreads.choice_problem import FloatArray, IntArray
from pricing.curves import DiscountCurve, ForwardCurve
from pricing.quotes import Quotes


def twins(quotes: Quotes) -> tuple[IntArray, IntArray]:
    """Positions of the calls and of the puts that have one expiry and strike in common, shape (pair,)."""
    _, expiry = np.unique(quotes.expiry_years, return_inverse=True)
    strikes, strike = np.unique(quotes.strike, return_inverse=True)
    contract = expiry * len(strikes) + strike
    calls, puts = np.flatnonzero(quotes.is_call), np.flatnonzero(~quotes.is_call)
    _, call, put = np.intersect1d(contract[calls], contract[puts], return_indices=True)
    return calls[call].astype(np.int64), puts[put].astype(np.int64)


def parity_values(quotes: Quotes, discount: DiscountCurve, forward: ForwardCurve) -> FloatArray:
    """Fair value of each quote [currency per unit], shape (quote,): mid, or what its twin leaves of it.

    A call and the put of its strike differ by the discounted forward less the strike, so that either quote
    bounds both. The value is the middle of the narrower market: half the way from the higher of the two bids
    to the lower of the two asks. It lies inside of both quotes unless they contradict each other. For
    European options with an ask above zero; a quote whose twin has none keeps its mid.
    """
    value = np.asarray(0.5 * (quotes.bid + quotes.ask), dtype=np.float64)
    call, put = twins(quotes)
    asked = (quotes.ask[call] > 0.0) & (quotes.ask[put] > 0.0)
    call, put = call[asked], put[asked]
    years = quotes.expiry_years[call]
    apart = discount.discount_at(years) * (forward.forward_at(years) - quotes.strike[call])
    bid = np.maximum(quotes.bid[call], quotes.bid[put] + apart)
    ask = np.minimum(quotes.ask[call], quotes.ask[put] + apart)
    value[call] = 0.5 * (bid + ask)
    value[put] = value[call] - apart
    return value
