"""Discount and forward curves implied by put-call parity."""

from __future__ import annotations

import numpy as np

from pricing.curves import DiscountCurve, ForwardCurve
from pricing.errors import InputError, InputProblem
from pricing.parity_fit import ParityFit, fit_parity
from pricing.quotes import Quotes


def imply_curves(quotes: Quotes) -> tuple[DiscountCurve, ForwardCurve, tuple[ParityFit, ...]]:
    """Discount and forward curves with a knot at every expiry that has a call and a put at one strike.

    Where the strikes do not identify the rate it is borrowed from the other expiries and the fit says so.
    Raises InputError when no expiry has such a pair.
    """
    fits = fit_parity(quotes.expiry_years, quotes.strike, quotes.is_call, quotes.bid, quotes.ask)
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
