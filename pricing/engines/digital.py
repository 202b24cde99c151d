"""Digital options: what is paid if the spot ends beyond the strike, or ever touches it."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt
import QuantLib as ql

from pricing.black import FloatArray
from pricing.engines.exotic import exotic_prices
from pricing.engines.flat_year import ONE_YEAR, TODAY, columns_of


class DigitalPayoff(StrEnum):
    """What a digital option pays."""

    CASH = "cash"
    ASSET = "asset"
    GAP = "gap"


class Touch(StrEnum):
    """When an option on touching the strike pays."""

    AT_HIT = "at-hit"
    AT_EXPIRY = "at-expiry"
    NO_TOUCH = "no-touch"


def digital_prices(
    spot: npt.ArrayLike,
    forward: npt.ArrayLike,
    strike: npt.ArrayLike,
    expiry_years: npt.ArrayLike,
    volatility: npt.ArrayLike,
    discount: npt.ArrayLike,
    is_call: npt.ArrayLike,
    *,
    payoff: DigitalPayoff,
    cash: npt.ArrayLike = 1.0,
) -> FloatArray:
    """Present values [currency] of European digitals by QuantLib's analytic engine; columns of one axis.

    Paid at expiry if the spot ends above the strike (call) or below it (put): `cash` [currency]; or the
    asset; or for a gap option the asset less `cash`, its second strike (the opposite for a put), which may be
    negative. expiry_years > 0.
    """
    columns = columns_of(spot, forward, strike, expiry_years, volatility, discount, is_call, cash)

    def option(right: int, strike: float, cash: float) -> ql.VanillaOption:
        return ql.VanillaOption(_payoff(payoff, right, strike, cash), ql.EuropeanExercise(ONE_YEAR))

    return exotic_prices(columns, ql.AnalyticEuropeanEngine, option)


def touch_prices(
    spot: npt.ArrayLike,
    forward: npt.ArrayLike,
    strike: npt.ArrayLike,
    expiry_years: npt.ArrayLike,
    volatility: npt.ArrayLike,
    discount: npt.ArrayLike,
    is_call: npt.ArrayLike,
    *,
    payoff: DigitalPayoff,
    touch: Touch,
    cash: npt.ArrayLike = 1.0,
) -> FloatArray:
    """Present values [currency] of options on touching the strike from below (call) or above (put).

    Rubinstein and Reiner (1991) by QuantLib's analytic engines; columns of one axis. `cash` [currency] or the
    asset is paid when the strike is touched, or at expiry if it was, or at expiry if it never was. A spot on
    the far side has touched. expiry_years > 0. Raises ValueError for a gap payoff, which has no such option.
    """
    if payoff is DigitalPayoff.GAP:
        raise ValueError("a gap option pays at expiry by where the spot ends; it has no touch")
    columns = columns_of(spot, forward, strike, expiry_years, volatility, discount, is_call, cash)
    engine = (
        ql.AnalyticDigitalAmericanKOEngine if touch is Touch.NO_TOUCH else ql.AnalyticDigitalAmericanEngine
    )
    exercise = ql.AmericanExercise(TODAY, ONE_YEAR, touch is not Touch.AT_HIT)

    def option(right: int, strike: float, cash: float) -> ql.VanillaOption:
        return ql.VanillaOption(_payoff(payoff, right, strike, cash), exercise)

    spots, strikes, calls = columns[0], columns[2], columns[6] == 1.0
    touched = np.where(calls, spots >= strikes, spots <= strikes)
    paid = columns[7] if payoff is DigitalPayoff.CASH else spots
    if touch is Touch.AT_EXPIRY:
        held = columns[5] * (1.0 if payoff is DigitalPayoff.CASH else columns[1] / spots)
        paid = paid * held
    elif touch is Touch.NO_TOUCH:
        paid = np.zeros_like(paid)
    values = np.array(paid)
    values[~touched] = exotic_prices(tuple(column[~touched] for column in columns), engine, option)
    return values


def _payoff(payoff: DigitalPayoff, right: int, strike: float, cash: float) -> ql.StrikedTypePayoff:
    if payoff is DigitalPayoff.CASH:
        return ql.CashOrNothingPayoff(right, strike, cash)
    if payoff is DigitalPayoff.ASSET:
        return ql.AssetOrNothingPayoff(right, strike)
    return ql.GapPayoff(right, strike, cash)
