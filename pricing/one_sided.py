"""Whether the spot of a chain of calls alone, or of puts alone, goes with its prices: parity cannot say."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pricing.curves import DiscountCurve, ForwardCurve
from pricing.errors import InputError, InputProblem
from pricing.quotes import Quotes

FloatArray = npt.NDArray[np.float64]

_LARGEST_GAP = 0.05
_STRAY_SHARE = 0.1  # of the quotes, which may be wrong without the spot's fault


def require_possible_spot(quotes: Quotes, discount: DiscountCurve, forward: ForwardCurve) -> None:
    """Raise InputError where the nearest expiry's prices contradict the forward by more than 5%.

    No call is worth less than the discounted forward less strike, and no put less than strike less forward.
    Call prices are convex in strike and start from the discounted forward at strike zero: the line through
    two of them reaches zero below it. Of puts alone no price says that the forward is too high.
    """
    years = float(quotes.expiry_years.min())
    near = quotes.expiry_years == years
    discounted = float(discount.discount_at(years) * forward.forward_at(years))
    strike = quotes.strike[near] * float(discount.discount_at(years))
    is_call, bid, ask = quotes.is_call[near], quotes.bid[near], quotes.ask[near]
    if is_call.all():
        least, most = _bounds_of_calls(strike, bid, ask)
    else:
        least, most = float(np.quantile(strike - ask, 1.0 - _STRAY_SHARE)), np.inf
    if least * (1.0 - _LARGEST_GAP) <= discounted <= most * (1.0 + _LARGEST_GAP):
        return
    right = "calls" if is_call.all() else "puts"
    bound = f"at least {least:,.2f}" if discounted < least else f"at most {most:,.2f}"
    expected = (
        f"a spot, less dividends, of {bound}: the {right} of {365 * years:.1f} days leave room for no other"
    )
    raise InputError(
        InputProblem(file=quotes.origin or quotes.underlying, value=f"{quotes.spot:g}", expected=expected)
    )


def _bounds_of_calls(strike: FloatArray, bid: FloatArray, ask: FloatArray) -> tuple[float, float]:
    """Least and most discounted forward, but for a tenth of the quotes; strikes discounted."""
    most = float(np.quantile(ask + strike, _STRAY_SHARE))
    order = np.argsort(strike)
    lowest, others = order[0], order[1:]
    others = others[strike[others] > strike[lowest]]
    if len(others) == 0:
        return 0.0, most
    at_zero = (bid[lowest] * strike[others] - ask[others] * strike[lowest]) / (
        strike[others] - strike[lowest]
    )
    return float(np.quantile(at_zero, 1.0 - _STRAY_SHARE)), most
