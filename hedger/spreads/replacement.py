"""The same exposure for less: orders replaced by what put-call parity makes their equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hedger.spreads.choice_market import OPTION_MULTIPLIER
from hedger.spreads.choice_problem import BoolArray, FloatArray, IntArray
from pricing.quotes import Quotes

_NEGLIGIBLE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardMarket:
    """The underlying held to one expiry: what buying and selling it forward costs, all costs in [currency].

    ask, bid: per unit of underlying, paid at the expiry: spot or future with its spread, impact, fee and the
    carry until then. discount: to today. most: units that these prices are good for on either side.
    """

    expiry_years: float
    ask: float
    bid: float
    discount: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """One wanted order and what does the same for less.

    quote, quantity: of the wanted order, signed contracts. legs: (position in the quotes, signed contracts)
    of the replacement. forward_units: of underlying bought forward with it. direct, replaced: what either
    costs today, premium less what it pays back for certain, fees included [currency]. way: in words.
    """

    quote: int
    quantity: int
    legs: tuple[tuple[int, int], ...]
    forward_units: float
    direct: float
    replaced: float
    way: str

    @property
    def saving(self) -> float:
        """What the replacement saves after all costs [currency]."""
        return self.direct - self.replaced


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pairs:
    """Strikes of one expiry that have a call and a put: positions in the quotes."""

    strike: FloatArray
    call: IntArray
    put: IntArray


def replacements(
    orders: Sequence[tuple[int, int]],
    quotes: Quotes,
    forwards: Sequence[ForwardMarket],
    *,
    fee_per_contract: float,
    excluded: BoolArray | None = None,
) -> tuple[Replacement, ...]:
    """For each wanted order (position in the quotes, signed contracts) its equal, where that is cheaper.

    A call is the put of its strike and a forward; the forward is the underlying's, where `forwards` has that
    expiry and room for it, or a synthetic one from the call and put of another strike, whose certain
    difference of payment is discounted; an expiry without a forward market is left as it is. Orders are
    European. excluded: quotes that are not to be used, as those of free money; with
    them out no order is replaced by a contradiction. A quote or forward is used for as many orders as name
    it; sizes are the caller's to check.
    """
    by_expiry = {market.expiry_years: market for market in forwards}
    usable = np.ones(len(quotes), dtype=np.bool_) if excluded is None else ~excluded
    found = (
        _cheapest(
            quote,
            quantity,
            quotes,
            by_expiry.get(float(quotes.expiry_years[quote])),
            usable,
            fee_per_contract,
        )
        for quote, quantity in orders
        if quantity
    )
    return tuple(each for each in found if each is not None and each.saving > _NEGLIGIBLE)


def _cheapest(
    quote: int,
    quantity: int,
    quotes: Quotes,
    forward: ForwardMarket | None,
    usable: BoolArray,
    fee: float,
) -> Replacement | None:
    pairs = _pairs(quotes, float(quotes.expiry_years[quote]), usable)
    own = np.flatnonzero(pairs.strike == quotes.strike[quote])
    if len(own) == 0:
        return None
    is_call = bool(quotes.is_call[quote])
    twin = int(pairs.put[own[0]] if is_call else pairs.call[own[0]])
    direct = _premium(quotes, quote, quantity, fee)
    base = _premium(quotes, twin, quantity, fee)
    # A call is its put and a forward bought at the strike; a put is its call and one sold.
    units = quantity * OPTION_MULTIPLIER * (1.0 if is_call else -1.0)
    strike = float(quotes.strike[quote])
    ways = [
        way
        for way in (
            _by_underlying(forward, units, strike),
            _by_synthetic(quotes, pairs, units, strike, fee, forward),
        )
        if way is not None
    ]
    if not ways:
        return None
    cost, legs, forward_units, words = min(ways, key=lambda way: way[0])
    twin_name = "put" if is_call else "call"
    return Replacement(
        quote=quote,
        quantity=quantity,
        legs=((twin, quantity), *legs),
        forward_units=forward_units,
        direct=direct,
        replaced=base + cost,
        way=f"the {twin_name} of the same strike and {words}",
    )


_Way = tuple[float, tuple[tuple[int, int], ...], float, str]


def _by_underlying(forward: ForwardMarket | None, units: float, strike: float) -> _Way | None:
    """Units of the underlying forward, against the strike."""
    if forward is None or abs(units) > forward.most:
        return None
    price = forward.ask if units > 0.0 else forward.bid
    return units * forward.discount * (price - strike), (), units, "the underlying forward"


def _by_synthetic(
    quotes: Quotes, pairs: _Pairs, units: float, strike: float, fee: float, forward: ForwardMarket | None
) -> _Way | None:
    """A forward made of the call and put of the strike at which that is cheapest, but the order's own."""
    other = np.flatnonzero(pairs.strike != strike)
    if forward is None or len(other) == 0:
        return None
    contracts = round(units / OPTION_MULTIPLIER)
    call, put = pairs.call[other], pairs.put[other]
    bought = contracts > 0
    paid = quotes.ask[call] - quotes.bid[put] if bought else quotes.bid[call] - quotes.ask[put]
    cost = units * (paid + forward.discount * (pairs.strike[other] - strike)) + 2.0 * abs(contracts) * fee
    best = int(np.argmin(cost))
    legs = ((int(call[best]), contracts), (int(put[best]), -contracts))
    return float(cost[best]), legs, 0.0, f"a synthetic forward at {pairs.strike[other][best]:g}"


def _pairs(quotes: Quotes, years: float, usable: BoolArray) -> _Pairs:
    at = np.flatnonzero((quotes.expiry_years == years) & usable)
    calls, puts = at[quotes.is_call[at]], at[~quotes.is_call[at]]
    strike, call, put = np.intersect1d(quotes.strike[calls], quotes.strike[puts], return_indices=True)
    return _Pairs(strike=strike, call=calls[call], put=puts[put])


def _premium(quotes: Quotes, quote: int, quantity: int, fee: float) -> float:
    """Paid for contracts at the touch, fees included [currency]; negative is received."""
    price = float(quotes.ask[quote] if quantity > 0 else quotes.bid[quote])
    return quantity * OPTION_MULTIPLIER * price + abs(quantity) * fee
