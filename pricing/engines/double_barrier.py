"""European options between two barriers, by QuantLib's closed form."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt
import QuantLib as ql

from pricing.black import FloatArray, black_price
from pricing.engines.exotic import exotic_prices, priceable
from pricing.engines.flat_year import ONE_YEAR, columns_of

_SERIES = 10
_REACH = 8.0


class DoubleBarrierKind(StrEnum):
    """What happens when the spot touches either barrier."""

    KNOCK_IN = "knock-in"
    KNOCK_OUT = "knock-out"


def double_barrier_prices(
    spot: npt.ArrayLike,
    forward: npt.ArrayLike,
    strike: npt.ArrayLike,
    expiry_years: npt.ArrayLike,
    volatility: npt.ArrayLike,
    discount: npt.ArrayLike,
    is_call: npt.ArrayLike,
    *,
    lower: npt.ArrayLike,
    upper: npt.ArrayLike,
    kind: DoubleBarrierKind,
) -> FloatArray:
    """Present values [currency] of European options with two continuously watched barriers, no rebate.

    Ikeda and Kunitomo (1992) with flat barriers, by QuantLib's analytic engines with ten terms of the series
    either way; columns of one axis. A knock-in is the plain option less the knock-out. Where the spot is on
    or beyond a barrier, a knock-out is worth nothing and a knock-in the option without barriers.
    expiry_years > 0; lower < upper; NaN as in `exotic_prices`.
    """
    columns = columns_of(spot, forward, strike, expiry_years, volatility, discount, is_call, lower, upper)
    good = priceable(columns)
    values = np.full(len(good), np.nan)
    values[good] = _knocked(tuple(column[good] for column in columns), kind)
    return values


def _knocked(columns: tuple[FloatArray, ...], kind: DoubleBarrierKind) -> FloatArray:
    """The knock-out, or by parity the knock-in."""
    spots, lowers, uppers = columns[0], columns[7], columns[8]
    touched = (spots <= lowers) | (spots >= uppers)
    out = np.zeros(len(spots))
    out[~touched] = _knocked_out(_within_reach(tuple(column[~touched] for column in columns)))
    return out if kind is DoubleBarrierKind.KNOCK_OUT else black_price(*columns[1:7]) - out


def _within_reach(columns: tuple[FloatArray, ...]) -> tuple[FloatArray, ...]:
    """Barriers that are out of reach moved to its edge: the series loses all digits on very distant ones."""
    spot, forward, _, years, volatility, _, _, lower, upper = columns
    reach = np.exp(_REACH * volatility * np.sqrt(years))
    lowest, highest = np.minimum(spot, forward) / reach, np.maximum(spot, forward) * reach
    return (*columns[:7], np.maximum(lower, lowest), np.minimum(upper, highest))


def _knocked_out(columns: tuple[FloatArray, ...]) -> FloatArray:
    """Knock-out values for spots between the barriers.

    QuantLib's engine of Ikeda and Kunitomo's series takes the strike to lie between the barriers. An option
    in the money all the way between them goes to its engine of Suo and Wang's, one out of it is worthless.
    """
    strike, is_call, lower, upper = columns[2], columns[6] == 1.0, columns[7], columns[8]
    between = (lower <= strike) & (strike <= upper)
    inside = np.where(is_call, strike < lower, strike > upper)
    values = np.zeros(len(strike))
    for rows, engine in (
        (between, ql.AnalyticDoubleBarrierEngine),
        (inside, ql.SuoWangDoubleBarrierEngine),
    ):
        values[rows] = _by_series(tuple(column[rows] for column in columns), engine)
    return values


def _by_series(columns: tuple[FloatArray, ...], engine: type[ql.PricingEngine]) -> FloatArray:
    def option(right: int, strike: float, lower: float, upper: float) -> ql.DoubleBarrierOption:
        payoff = ql.PlainVanillaPayoff(right, strike)
        exercise = ql.EuropeanExercise(ONE_YEAR)
        return ql.DoubleBarrierOption(ql.DoubleBarrier.KnockOut, lower, upper, 0.0, payoff, exercise)

    return exotic_prices(columns, lambda process: engine(process, _SERIES), option)
