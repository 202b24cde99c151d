"""Implied volatility of American options, and chains of them turned into European ones."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pricing.american.american import american_greeks
from pricing.black import FloatArray, black_price
from pricing.implied import ImpliedStatus, IntArray, implied_volatility
from pricing.quotes import Quotes

BoolArray = npt.NDArray[np.bool_]
Columns = tuple[FloatArray, ...]

_LEAST_VOLATILITY = 1e-4
_MOST_VOLATILITY = 20.0
_MOST_STEPS = 60
_CLOSE = 1e-10
# Time value below this share of spot is lost in the error of the value.
_LOST = 1e-7


def american_implied_volatility(
    price: npt.ArrayLike,
    spot: npt.ArrayLike,
    forward: npt.ArrayLike,
    strike: npt.ArrayLike,
    expiry_years: npt.ArrayLike,
    discount: npt.ArrayLike,
    is_call: npt.ArrayLike,
) -> tuple[FloatArray, IntArray]:
    """Volatility [per sqrt(year)] at which `american_greeks` gives `price`, and an ImpliedStatus each.

    Inputs broadcast. NaN wherever the status is not OK: BELOW_INTRINSIC (less than what exercise now, or the
    European option without volatility, is worth); ABOVE_BOUND (the value at a volatility of 2,000%, or more);
    NOT_UNIQUE (expired, or within 1e-7 of spot of the value at no volatility: an option worth exercising has
    the same value at all volatilities up to one); INVALID (NaN, or terms that are no option's). Newton's
    method inside a bracket, whose upper end is the European implied volatility where there is one.
    """
    inputs = (price, spot, forward, strike, expiry_years, discount, is_call)
    shaped = np.broadcast_arrays(*(np.asarray(each, dtype=np.float64) for each in inputs))
    columns = tuple(np.array(each).ravel() for each in shaped)
    prices, terms = columns[0], columns[1:]
    european, status = implied_volatility(prices, *terms[1:])
    volatility = np.full(len(prices), np.nan)
    status = _status(prices, terms, status)
    asked = status == ImpliedStatus.OK
    if asked.any():
        upper = np.where(np.isfinite(european), european * (1.0 + 1e-6), _MOST_VOLATILITY)[asked]
        found = _root(prices[asked], tuple(term[asked] for term in terms), upper)
        above, below = found > _MOST_VOLATILITY * (1.0 - 1e-6), ~(found > _LEAST_VOLATILITY * (1.0 + 1e-6))
        volatility[asked] = np.where(above | below, np.nan, found)
        status[asked] = np.select(
            (above, below), (ImpliedStatus.ABOVE_BOUND, ImpliedStatus.NOT_UNIQUE), ImpliedStatus.OK
        )
    shape = shaped[0].shape
    return volatility.reshape(shape), status.reshape(shape)


def _values(terms: Columns, volatility: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    spot, forward, strike, years, discount, is_call = terms
    greeks = american_greeks(spot, forward, strike, years, volatility, discount, is_call)
    return greeks.value, greeks.vega


def _status(prices: FloatArray, terms: Columns, european: IntArray) -> IntArray:
    """The statuses known before any search."""
    spot, forward, strike, years, discount, is_call = terms
    floor = _value_without_volatility(terms)
    grown = np.maximum(1.0, forward * discount / spot)
    ceiling = np.where(is_call != 0.0, spot * grown, strike * np.maximum(1.0, discount))
    status = np.full(len(prices), int(ImpliedStatus.OK))
    status[prices <= floor + _LOST * spot] = ImpliedStatus.NOT_UNIQUE
    status[prices < floor - _LOST * spot] = ImpliedStatus.BELOW_INTRINSIC
    status[prices >= ceiling] = ImpliedStatus.ABOVE_BOUND
    status[years <= 0.0] = european[years <= 0.0]
    status[(european == ImpliedStatus.INVALID) | ~(spot > 0.0) | np.isinf(spot)] = ImpliedStatus.INVALID
    return status


def _value_without_volatility(terms: Columns) -> FloatArray:
    """Exercised at the best of now, expiry, and when the strike's interest balances the share's yield."""
    spot, forward, strike, _, discount, is_call = terms
    with np.errstate(divide="ignore", invalid="ignore"):
        rate, sign = -np.log(discount), np.where(is_call != 0.0, 1.0, -1.0)
        dividend = rate - np.log(forward / spot)
        turn = np.log(rate * strike / (dividend * spot)) / (rate - dividend)
        turn = np.clip(np.where(np.isfinite(turn), turn, 0.0), 0.0, 1.0)
        when = np.stack((np.zeros_like(turn), turn, np.ones_like(turn)))
        worth = sign * (spot * np.exp(-dividend * when) - strike * np.exp(-rate * when))
    best: FloatArray = np.maximum(np.max(worth, axis=0), 0.0)
    return best


def _root(prices: FloatArray, terms: Columns, upper: FloatArray) -> FloatArray:
    """Newton's method for all options at once; those that have arrived leave."""
    low, high = np.full_like(prices, _LEAST_VOLATILITY), upper.copy()
    volatility, found = np.minimum(upper, 1.0), np.full_like(prices, np.nan)
    left = np.arange(len(prices))
    for _ in range(_MOST_STEPS):
        now = volatility[left]
        value, vega = _values(tuple(term[left] for term in terms), now)
        above = value > prices[left]
        high[left] = np.where(above, now, high[left])
        low[left] = np.where(above, low[left], now)
        with np.errstate(divide="ignore", invalid="ignore"):
            moved = now - (value - prices[left]) / vega
        inside = (moved >= low[left]) & (moved <= high[left])
        moved = np.where(inside, moved, 0.5 * (low[left] + high[left]))
        volatility[left] = moved
        arrived = np.abs(moved - now) <= _CLOSE * now
        found[left[arrived]] = moved[arrived]
        left = left[~arrived]
        if len(left) == 0:
            break
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class DeAmericanised:
    """A chain as if its options were European.

    quotes: the chain with bid and ask of the European options that have the American ones' implied
    volatilities, less the quotes that have none. kept: which quotes of the original these are.
    bid_volatility, mid_volatility, ask_volatility [per sqrt(year)] and status (an ImpliedStatus of the mid)
    count as the original; NaN where there is none.
    """

    quotes: Quotes
    kept: BoolArray
    bid_volatility: FloatArray
    mid_volatility: FloatArray
    ask_volatility: FloatArray
    status: IntArray


def de_americanised(quotes: Quotes, *, forward: npt.ArrayLike, discount: npt.ArrayLike) -> DeAmericanised:
    """Turn a chain of American quotes into European ones, so that parity and surface fits hold.

    forward [currency] and discount: of each quote's expiry. A bid at or below what exercise is worth says
    nothing of volatility: it becomes the European option's least value. A quote whose ask or mid has no
    implied volatility is dropped, counted in `dropped` as 'no American implied volatility'.
    """
    forwards, discounts = (
        np.broadcast_to(np.asarray(each, float), len(quotes)) for each in (forward, discount)
    )
    prices = np.stack((quotes.bid, 0.5 * (quotes.bid + quotes.ask), quotes.ask))
    terms = (quotes.strike, quotes.expiry_years, discounts, quotes.is_call)
    volatility, status = american_implied_volatility(prices, quotes.spot, forwards, *terms)
    kept = np.isfinite(volatility[1]) & np.isfinite(volatility[2])
    floored = np.where(np.isfinite(volatility), volatility, 0.0)
    strike, years, _, is_call = terms
    bid, _, ask = black_price(forwards, strike, years, floored, discounts, is_call)
    dropped = dict(quotes.dropped)
    if not kept.all():
        dropped["no American implied volatility"] = int(np.count_nonzero(~kept))
    european = replace(
        quotes,
        expiry_years=years[kept],
        strike=strike[kept],
        is_call=is_call[kept],
        bid=bid[kept],
        ask=ask[kept],
        dropped=dropped,
        # Counts are of what is listed; these options are not.
        bid_size=None,
        ask_size=None,
        open_interest=None,
        volume=None,
    )
    return DeAmericanised(
        quotes=european,
        kept=kept,
        bid_volatility=volatility[0],
        mid_volatility=volatility[1],
        ask_volatility=volatility[2],
        status=status[1],
    )
