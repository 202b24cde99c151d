"""What quotes give away: combinations that cost nothing and can only pay. Reported, never traded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hedger.spreads.choice_problem import BoolArray, FloatArray, IntArray
from hedger.spreads.replacement import ForwardMarket
from pricing.curves import DiscountCurve, ForwardCurve
from pricing.quotes import Quotes

_NEGLIGIBLE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeMoney:
    """A combination whose quotes contradict each other.

    kind: vertical, butterfly, box, conversion, reversal or calendar. legs: (position in the quotes, ratio),
    positive is bought at the ask, negative sold at the bid; a conversion also buys the underlying, a reversal
    sells it. amount [currency per unit of underlying]: what is
    received today beyond the least that the combination can pay, fees paid. sentence: for people.
    """

    kind: str
    legs: tuple[tuple[int, float], ...]
    amount: float
    sentence: str


def free_money(
    quotes: Quotes,
    discount: DiscountCurve,
    forward: ForwardCurve,
    *,
    fee: float = 0.0,
    carry_error: float = 0.0,
    underlying: Sequence[ForwardMarket] = (),
) -> tuple[FreeMoney, ...]:
    """Find vertical, butterfly and box among the quotes of each expiry, and calendar among expiries.

    underlying: what it costs to hold the underlying to an expiry; conversions and reversals are looked for
    where it is given.

    fee [currency per unit of underlying]: of each contract. carry_error: relative, by which a parity forward
    may be wrong; calendars, whose payoff depends on the carry between two expiries, must beat it. For
    European options, or American ones as `pricing.american.chain` reads them. Of several that share a sold
    quote the one that pays the most is named.
    """
    found: list[FreeMoney] = []
    expiries = np.unique(quotes.expiry_years)
    for years in expiries:
        at = np.flatnonzero(quotes.expiry_years == years)
        for is_call in (True, False):
            side = at[quotes.is_call[at] == is_call]
            side = side[np.argsort(quotes.strike[side], kind="stable")]
            factor = float(discount.discount_at(years))
            found += _verticals(quotes, side, factor, fee)
            found += _butterflies(quotes, side, fee)
        found += _boxes(quotes, at, float(discount.discount_at(years)), fee)
    for market in underlying:
        found += _conversions(quotes, np.flatnonzero(quotes.expiry_years == market.expiry_years), market, fee)
    found += _calendars(quotes, expiries, discount, forward, fee, carry_error)
    return tuple(sorted(found, key=lambda each: -each.amount))


def contradicted(quotes: Quotes, found: tuple[FreeMoney, ...]) -> BoolArray:
    """The quotes that take part in any combination of `found`, shape (quote,): which of a combination's is
    wrong nobody knows, so that the chooser uses none of them."""
    marked = np.zeros(len(quotes), dtype=np.bool_)
    for each in found:
        marked[[leg for leg, _ in each.legs]] = True
    return marked


def _verticals(quotes: Quotes, side: IntArray, discount: float, fee: float) -> Iterator[FreeMoney]:
    """A call's price falls with the strike, by no more than the discounted distance; a put's rises so."""
    if len(side) < 2:
        return
    order = side if quotes.is_call[side[0]] else side[::-1]  # from the dearer strike to the cheaper
    strike, bid, ask = quotes.strike[order], quotes.bid[order], quotes.ask[order]
    least = _running_argmin(ask)
    for i in range(1, len(order)):
        j = int(least[i - 1])
        if (gain := float(bid[i] - ask[j] - 2.0 * fee)) > _NEGLIGIBLE:
            yield _named("vertical", quotes, ((order[j], 1.0), (order[i], -1.0)), gain)
    # Sold dear and bought cheap further on, it pays out the distance at most: more received is free.
    distance = discount * np.where(quotes.is_call[order], strike, -strike)
    following = len(order) - 1 - _running_argmin((ask + distance)[::-1])[::-1]
    for i in range(len(order) - 1):
        j = int(following[i + 1])
        if (gain := float((bid + distance)[i] - (ask + distance)[j] - 2.0 * fee)) > _NEGLIGIBLE:
            yield _named("vertical", quotes, ((order[j], 1.0), (order[i], -1.0)), gain)


def _butterflies(quotes: Quotes, side: IntArray, fee: float) -> Iterator[FreeMoney]:
    """A bid above the line between two asks around it: prices are convex in the strike."""
    hull = _lower_hull(quotes.strike[side], quotes.ask[side])
    for middle in range(len(side)):
        right = int(np.searchsorted(hull, middle))
        if right == 0 or right == len(hull) or hull[right] == middle:
            continue
        low, centre, high = side[hull[right - 1]], side[middle], side[hull[right]]
        weight = (quotes.strike[high] - quotes.strike[centre]) / (quotes.strike[high] - quotes.strike[low])
        line = weight * quotes.ask[low] + (1.0 - weight) * quotes.ask[high]
        gain = float(quotes.bid[centre] - line - 2.0 * fee)
        if gain > _NEGLIGIBLE:
            legs = ((low, weight), (centre, -1.0), (high, 1.0 - weight))
            yield _named("butterfly", quotes, legs, gain)


def _conversions(quotes: Quotes, at: IntArray, market: ForwardMarket, fee: float) -> Iterator[FreeMoney]:
    """A synthetic forward sold for more than the underlying costs to hold, or bought for less."""
    call, put, bought, sold = _synthetic_forwards(quotes, at, market.discount)
    for i in range(len(call)):
        if (gain := float(sold[i] - market.discount * market.ask - 2.0 * fee)) > _NEGLIGIBLE:
            yield _named("conversion", quotes, ((call[i], -1.0), (put[i], 1.0)), gain)
        if (gain := float(market.discount * market.bid - bought[i] - 2.0 * fee)) > _NEGLIGIBLE:
            yield _named("reversal", quotes, ((call[i], 1.0), (put[i], -1.0)), gain)


def _synthetic_forwards(
    quotes: Quotes, at: IntArray, discount: float
) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
    """Calls and puts of each strike that has both, and the present price of their forward on either side."""
    calls, puts = at[quotes.is_call[at]], at[~quotes.is_call[at]]
    strikes, call, put = np.intersect1d(quotes.strike[calls], quotes.strike[puts], return_indices=True)
    call, put = calls[call], puts[put]
    bought = quotes.ask[call] - quotes.bid[put] + discount * strikes
    sold = quotes.bid[call] - quotes.ask[put] + discount * strikes
    return call, put, bought, sold


def _boxes(quotes: Quotes, at: IntArray, discount: float, fee: float) -> Iterator[FreeMoney]:
    """A synthetic forward bought at one strike and sold at another for more."""
    call, put, bought, sold = _synthetic_forwards(quotes, at, discount)
    if len(call) < 2:
        return
    cheap = int(np.argmin(bought))
    for i in np.flatnonzero(sold - bought[cheap] - 4.0 * fee > _NEGLIGIBLE):
        legs = ((call[cheap], 1.0), (put[cheap], -1.0), (call[i], -1.0), (put[i], 1.0))
        yield _named("box", quotes, legs, float(sold[i] - bought[cheap] - 4.0 * fee))


def _calendars(
    quotes: Quotes,
    expiries: FloatArray,
    discount: DiscountCurve,
    forward: ForwardCurve,
    fee: float,
    carry_error: float,
) -> Iterator[FreeMoney]:
    """A nearer option bid above the later one of the same strike over forward, each by its own forward.

    Calls per discounted forward rise with time at equal strike over forward; the later one between two
    listed strikes costs no more than the line between their asks.
    """
    for is_call in (True, False):
        sides = [_sorted_side(quotes, years, is_call) for years in expiries]
        for near, later in pairwise(sides):
            if len(near) and len(later) > 1:
                yield from _calendar_pair(quotes, near, later, discount, forward, fee, carry_error)


def _calendar_pair(
    quotes: Quotes,
    near: IntArray,
    later: IntArray,
    discount: DiscountCurve,
    forward: ForwardCurve,
    fee: float,
    carry_error: float,
) -> Iterator[FreeMoney]:
    times = quotes.expiry_years[[near[0], later[0]]]
    forwards, factors = forward.forward_at(times), discount.discount_at(times)
    per_near = float(forwards[0] * factors[0] / (forwards[1] * factors[1]))
    strike = quotes.strike[near] * forwards[1] / forwards[0]
    hull = later[_lower_hull(quotes.strike[later], quotes.ask[later])]
    inside = (strike >= quotes.strike[hull[0]]) & (strike <= quotes.strike[hull[-1]])
    asked = np.interp(strike, quotes.strike[hull], quotes.ask[hull])
    error = carry_error * forwards[0] * factors[0]
    gain = quotes.bid[near] - per_near * asked - (1.0 + 2.0 * per_near) * fee - error
    for i in np.flatnonzero(inside & (gain > _NEGLIGIBLE)):
        right = int(np.clip(np.searchsorted(quotes.strike[hull], strike[i]), 1, len(hull) - 1))
        low, high = hull[right - 1], hull[right]
        weight = float((quotes.strike[high] - strike[i]) / (quotes.strike[high] - quotes.strike[low]))
        legs = ((near[i], -1.0), (low, per_near * weight), (high, per_near * (1.0 - weight)))
        yield _named("calendar", quotes, tuple(leg for leg in legs if leg[1]), float(gain[i]))


def _sorted_side(quotes: Quotes, years: float, is_call: bool) -> IntArray:
    side = np.flatnonzero((quotes.expiry_years == years) & (quotes.is_call == is_call))
    return side[np.argsort(quotes.strike[side], kind="stable")]


def _lower_hull(x: FloatArray, y: FloatArray) -> IntArray:
    """Positions of the points on the lower convex hull, x increasing (Andrew's monotone chain)."""
    hull: list[int] = []
    for i in range(len(x)):
        while len(hull) > 1 and (y[hull[-1]] - y[hull[-2]]) * (x[i] - x[hull[-2]]) >= (y[i] - y[hull[-2]]) * (
            x[hull[-1]] - x[hull[-2]]
        ):
            hull.pop()
        hull.append(i)
    return np.array(hull, dtype=np.int64)


def _running_argmin(values: FloatArray) -> IntArray:
    """Position of the least value so far, the first of equal ones."""
    least = np.minimum.accumulate(values)
    fresh = np.concatenate(([True], least[1:] < least[:-1]))
    return np.maximum.accumulate(np.where(fresh, np.arange(len(values)), 0))


def _named(kind: str, quotes: Quotes, legs: tuple[tuple[int, float], ...], amount: float) -> FreeMoney:
    plain = tuple((int(leg), float(ratio)) for leg, ratio in legs)
    said = ", ".join(_said(quotes, leg, ratio) for leg, ratio in plain)
    return FreeMoney(kind=kind, legs=plain, amount=float(amount), sentence=f"{kind} for {amount:.4g}: {said}")


def _said(quotes: Quotes, leg: int, ratio: float) -> str:
    verb, price = ("buy", quotes.ask[leg]) if ratio > 0.0 else ("sell", quotes.bid[leg])
    right = "call" if quotes.is_call[leg] else "put"
    days = 365.0 * quotes.expiry_years[leg]
    return f"{verb} {abs(ratio):.4g} {right} {quotes.strike[leg]:g} in {days:.0f} days at {price:g}"
