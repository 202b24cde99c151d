"""European options between two barriers, by QuantLib's closed form."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt
import QuantLib as ql

from pricing.black import FloatArray, black_price
from pricing.engines.exotic import exotic_prices
from pricing.engines.flat_year import ONE_YEAR, columns_of

_SERIES = 10


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

    Ikeda and Kunitomo (1992) with flat barriers, by QuantLib's analytic engine with ten terms of the series
    either way; columns of one axis. Where the spot is on or beyond a barrier, a knock-out is worth nothing
    and a knock-in the option without barriers. expiry_years > 0; lower < upper.
    """
    columns = columns_of(spot, forward, strike, expiry_years, volatility, discount, is_call, lower, upper)
    spots, lowers, uppers = columns[0], columns[7], columns[8]
    touched = (spots <= lowers) | (spots >= uppers)
    values = np.zeros(len(spots))
    if kind is DoubleBarrierKind.KNOCK_IN:
        values[touched] = black_price(*(column[touched] for column in columns[1:7]))
    values[~touched] = _untouched(tuple(column[~touched] for column in columns), kind)
    return values


def _untouched(columns: tuple[FloatArray, ...], kind: DoubleBarrierKind) -> FloatArray:
    is_in = kind is DoubleBarrierKind.KNOCK_IN
    quantlib_kind = ql.DoubleBarrier.KnockIn if is_in else ql.DoubleBarrier.KnockOut

    def option(right: int, strike: float, lower: float, upper: float) -> ql.DoubleBarrierOption:
        payoff = ql.PlainVanillaPayoff(right, strike)
        return ql.DoubleBarrierOption(quantlib_kind, lower, upper, 0.0, payoff, ql.EuropeanExercise(ONE_YEAR))

    return exotic_prices(columns, lambda process: ql.AnalyticDoubleBarrierEngine(process, _SERIES), option)
