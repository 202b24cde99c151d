"""Discount and forward curves implied by put-call parity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pricing.curves import DiscountCurve, ForwardCurve
from pricing.errors import InputError, InputProblem
from pricing.one_sided import require_possible_spot
from pricing.parity_fit import ParityFit, fit_parity
from pricing.quotes import Quotes

_SPOT_TOLERANCE = 0.002
_CARRY_TOLERANCE = 0.03  # per year: what the carry may differ from the expected one, dividends included


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumedCarry:
    """What the forward grows at where quotes cannot say: zero rates, less a dividend yield [per year]."""

    discount: DiscountCurve
    dividend_yield: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EuropeanChain:
    """Quotes as if they were European, with the curves that put-call parity then implies."""

    quotes: Quotes
    discount: DiscountCurve
    forward: ForwardCurve
    fits: tuple[ParityFit, ...]


def imply_curves(
    quotes: Quotes, *, otherwise: AssumedCarry | None = None
) -> tuple[DiscountCurve, ForwardCurve, tuple[ParityFit, ...]]:
    """Discount and forward curves with a knot at every expiry that has a call and a put at one strike.

    Where the strikes do not identify the rate it is borrowed from the other expiries and the fit says so.
    When no expiry has such a pair (a chain of calls alone) the curves are those of `otherwise`, without a
    fit. Raises InputError where there is no such pair and no `otherwise`, or the prices leave no room for the
    forward of `otherwise`.
    """
    fits = fit_parity(quotes.expiry_years, quotes.strike, quotes.is_call, quotes.bid, quotes.ask)
    if not fits and otherwise is not None:
        return _assumed_curves(quotes, otherwise)
    if not fits:
        expected = "a call and a put at the same strike and expiry, to imply the forward from put-call parity"
        raise InputError(InputProblem(file=quotes.origin or quotes.underlying, expected=expected))
    years = np.array([fit.expiry_years for fit in fits])
    forwards = np.array([fit.forward for fit in fits])
    discount = DiscountCurve(expiry_years=years, zero_rate=np.array([fit.zero_rate for fit in fits]))
    forward = ForwardCurve(
        spot=quotes.spot, expiry_years=years, carry_rate=np.log(forwards / quotes.spot) / years
    )
    return discount, forward, fits


def _assumed_curves(
    quotes: Quotes, carry: AssumedCarry
) -> tuple[DiscountCurve, ForwardCurve, tuple[ParityFit, ...]]:
    years = np.unique(quotes.expiry_years)
    rate = carry.discount.rate_at(years) - carry.dividend_yield
    forward = ForwardCurve(spot=quotes.spot, expiry_years=years, carry_rate=rate)
    require_possible_spot(quotes, carry.discount, forward)
    return carry.discount, forward, ()


def spot_of_quotes(
    quotes: Quotes, forward: ForwardCurve, discount: DiscountCurve, *, dividend_yield: float
) -> float:
    """The spot at the time of the quotes: the chain's own, or the one its nearest forward implies.

    A close beside options quoted minutes later is no carry of the forward: extrapolated, it would misprice
    every later expiry and the future. The chain's spot is kept while the nearest expiry's forward is within
    0.2%, and 3% a year, of spot x exp((rate - dividend_yield) T); beyond that the spot is taken from that
    forward.
    """
    years = float(forward.expiry_years[0])
    carry = (float(discount.rate_at(years)) - dividend_yield) * years
    implied = float(forward.forward_at(years)) * np.exp(-carry)
    gap = abs(np.log(implied / quotes.spot))
    return float(implied) if gap > _SPOT_TOLERANCE + _CARRY_TOLERANCE * years else quotes.spot


def with_spot(forward: ForwardCurve, spot: float) -> ForwardCurve:
    """The same forwards seen from another spot."""
    carry = forward.carry_rate + np.log(forward.spot / spot) / forward.expiry_years
    return ForwardCurve(spot=spot, expiry_years=forward.expiry_years, carry_rate=carry)
