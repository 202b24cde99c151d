"""Options with one barrier: QuantLib's closed forms, and a binomial tree for American exercise."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt
import QuantLib as ql

from pricing.american.american import american_greeks
from pricing.barrier_tree import american_barrier_price
from pricing.black import FloatArray, black_price
from pricing.engines.exotic import exotic_prices, priceable
from pricing.engines.flat_year import ONE_YEAR, columns_of
from pricing.option import Exercise


class BarrierKind(StrEnum):
    """Where the barrier lies, and what happens when the spot touches it."""

    DOWN_IN = "down-in"
    DOWN_OUT = "down-out"
    UP_IN = "up-in"
    UP_OUT = "up-out"

    @property
    def is_in(self) -> bool:
        """Whether touching the barrier brings the option to life."""
        return self in (BarrierKind.DOWN_IN, BarrierKind.UP_IN)

    @property
    def is_up(self) -> bool:
        """Whether the barrier lies above the spot."""
        return self in (BarrierKind.UP_IN, BarrierKind.UP_OUT)


def barrier_prices(
    spot: npt.ArrayLike,
    forward: npt.ArrayLike,
    strike: npt.ArrayLike,
    expiry_years: npt.ArrayLike,
    volatility: npt.ArrayLike,
    discount: npt.ArrayLike,
    is_call: npt.ArrayLike,
    *,
    barrier: npt.ArrayLike,
    kind: BarrierKind,
    rebate: npt.ArrayLike = 0.0,
    exercise: Exercise = Exercise.EUROPEAN,
    steps: int = 400,
) -> FloatArray:
    """Present values [currency] of options with a continuously watched barrier; columns of one axis.

    European: Reiner and Rubinstein (1991) by QuantLib's analytic engine. American: `american_barrier_price`
    with `steps`. A knock-out pays `rebate` [currency] when it is hit, a knock-in at expiry if it never was.
    Where the spot is beyond the barrier already, a knock-out is worth its rebate and a knock-in the option
    without a barrier; on the barrier an American knock-out is hit. expiry_years > 0; NaN as in
    `exotic_prices`, and for American exercise where the volatility is zero.
    """
    columns = columns_of(spot, forward, strike, expiry_years, volatility, discount, is_call, barrier, rebate)
    option, barriers, rebates = columns[:7], columns[7], columns[8]
    spots = option[0]
    touched = (spots >= barriers) if kind.is_up else (spots <= barriers)
    if exercise is Exercise.EUROPEAN:
        touched &= spots != barriers
    values = np.empty(len(spots))
    values[touched] = _touched(tuple(each[touched] for each in option), rebates[touched], kind, exercise)
    ahead = tuple(each[~touched] for each in columns)
    values[~touched] = (
        _european(ahead, kind) if exercise is Exercise.EUROPEAN else _american(ahead, kind, steps)
    )
    return values


def _touched(
    option: tuple[FloatArray, ...], rebate: FloatArray, kind: BarrierKind, exercise: Exercise
) -> FloatArray:
    """Worth of an option whose barrier the spot has reached."""
    if not kind.is_in or len(rebate) == 0:
        return rebate
    return black_price(*option[1:]) if exercise is Exercise.EUROPEAN else american_greeks(*option).value


def _european(columns: tuple[FloatArray, ...], kind: BarrierKind) -> FloatArray:
    def option(right: int, strike: float, barrier: float, rebate: float) -> ql.BarrierOption:
        payoff = ql.PlainVanillaPayoff(right, strike)
        return ql.BarrierOption(_QUANTLIB_KIND[kind], barrier, rebate, payoff, ql.EuropeanExercise(ONE_YEAR))

    return exotic_prices(columns, ql.AnalyticBarrierEngine, option)


def _american(columns: tuple[FloatArray, ...], kind: BarrierKind, steps: int) -> FloatArray:
    good = priceable(columns) & (columns[4] > 0.0)
    values = np.full(len(good), np.nan)
    rows = zip(*(column[good].tolist() for column in columns), strict=True)
    for at, row in zip(np.flatnonzero(good), rows, strict=True):
        spot, forward, strike, years, volatility, discount, is_call, barrier, rebate = row
        values[at] = american_barrier_price(
            spot,
            forward,
            strike,
            years,
            volatility,
            discount,
            bool(is_call),
            barrier=barrier,
            is_in=kind.is_in,
            rebate=rebate,
            steps=steps,
        )
    return values


_QUANTLIB_KIND = {
    BarrierKind.DOWN_IN: ql.Barrier.DownIn,
    BarrierKind.DOWN_OUT: ql.Barrier.DownOut,
    BarrierKind.UP_IN: ql.Barrier.UpIn,
    BarrierKind.UP_OUT: ql.Barrier.UpOut,
}
