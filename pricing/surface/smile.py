"""The market's smile at one expiry: the band of total variance between bid and ask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pricing.curves import DiscountCurve, ForwardCurve
from pricing.implied import ImpliedStatus, implied_volatility
from pricing.quotes import Quotes

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_NARROWEST_BAND = 1e-3  # half band over mid: a locked quote would outweigh all others


@dataclass(frozen=True, slots=True, kw_only=True)
class Smile:
    """Out-of-the-money quotes of one expiry by increasing log-moneyness; lower and upper total variance."""

    expiry_years: float
    log_moneyness: FloatArray
    lower: FloatArray
    upper: FloatArray

    @property
    def middle(self) -> FloatArray:
        """Total variance in the middle of the band."""
        return (self.lower + self.upper) / 2

    @property
    def atm_total_variance(self) -> float:
        """Total variance at the forward, interpolated between the quotes."""
        return float(np.interp(0.0, self.log_moneyness, self.middle))

    def residuals(self, total_variance: FloatArray) -> FloatArray:
        """Errors in half bands, large ones dampened to their square root (pseudo-Huber loss, squared)."""
        half = np.maximum((self.upper - self.lower) / 2, _NARROWEST_BAND * self.middle)
        error = (total_variance - self.middle) / half
        return np.asarray(np.sign(error) * np.sqrt(2 * (np.sqrt(1 + error**2) - 1)), dtype=np.float64)

    def is_inside(self, total_variance: FloatArray) -> BoolArray:
        """Whether the price at this total variance lies between bid and ask."""
        return np.asarray((total_variance >= self.lower) & (total_variance <= self.upper))


def market_smiles(quotes: Quotes, discount: DiscountCurve, forward: ForwardCurve) -> tuple[Smile, ...]:
    """Smiles by increasing expiry from the out-of-the-money quotes whose bid and ask have a volatility."""
    years = quotes.expiry_years
    forwards, discounts = forward.forward_at(years), discount.discount_at(years)
    log_moneyness = np.log(quotes.strike / forwards)
    bands = [
        implied_volatility(price, forwards, quotes.strike, years, discounts, quotes.is_call)
        for price in (quotes.bid, quotes.ask)
    ]
    usable = quotes.is_call == (log_moneyness >= 0)
    for _, status in bands:
        usable &= status == ImpliedStatus.OK
    lower, upper = (volatility**2 * years for volatility, _ in bands)
    order = np.lexsort((log_moneyness, years))
    order = order[usable[order]]
    starts = np.flatnonzero(np.diff(years[order], prepend=-1.0))
    return tuple(
        Smile(
            expiry_years=float(years[of_expiry[0]]),
            log_moneyness=log_moneyness[of_expiry],
            lower=lower[of_expiry],
            upper=upper[of_expiry],
        )
        for of_expiry in np.split(order, starts[1:])
        if len(of_expiry)
    )
