"""Options whose strike is set later as a share of the spot then, by QuantLib's closed form."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import QuantLib as ql

from pricing.black import FloatArray
from pricing.engines.exotic import exotic_prices
from pricing.engines.flat_year import TODAY, columns_of

_DAYS = 36_500


def forward_start_prices(
    spot: npt.ArrayLike,
    forward: npt.ArrayLike,
    moneyness: npt.ArrayLike,
    start_years: npt.ArrayLike,
    expiry_years: npt.ArrayLike,
    volatility: npt.ArrayLike,
    discount: npt.ArrayLike,
    is_call: npt.ArrayLike,
) -> FloatArray:
    """Present values [currency] of European options struck at `moneyness` times the spot at `start_years`.

    Rubinstein (1990) with rate, yield and volatility flat to the expiry; columns of one axis. The start is
    rounded to a 36,500th of the time to expiry. NaN unless 0 <= start_years < expiry_years, and as in
    `exotic_prices`.
    """
    years = np.asarray(expiry_years, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        days = np.rint(_DAYS * np.asarray(start_years, dtype=np.float64) / years)
    days = np.where((days >= 0.0) & (days < _DAYS), days, np.nan)
    columns = columns_of(spot, forward, moneyness, years, volatility, discount, is_call, days)
    exercise = ql.EuropeanExercise(TODAY + _DAYS)

    def option(right: int, moneyness: float, start: float) -> ql.ForwardVanillaOption:
        # The payoff's strike is not looked at: the reset date sets it.
        payoff = ql.PlainVanillaPayoff(right, 0.0)
        return ql.ForwardVanillaOption(moneyness, TODAY + int(start), payoff, exercise)

    return exotic_prices(columns, ql.ForwardEuropeanEngine, option, years=_DAYS / 365.0)
