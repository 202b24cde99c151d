"""American options by QuantLib's QD+ fixed-point engine."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import QuantLib as ql

from pricing.black import FloatArray
from pricing.engines.flat_year import (
    ONE_YEAR,
    TODAY,
    FlatYear,
    columns_of,
    each_row,
    per_year,
    vanilla_option,
)
from pricing.greeks import GreekColumns, black_greeks

_RATE_STEP = 1e-5


def american_greeks(
    spot: npt.ArrayLike,
    forward: npt.ArrayLike,
    strike: npt.ArrayLike,
    expiry_years: npt.ArrayLike,
    volatility: npt.ArrayLike,
    discount: npt.ArrayLike,
    is_call: npt.ArrayLike,
) -> GreekColumns:
    """Value and Greeks of American options with rate and yield continuous and flat to each expiry.

    An option never worth exercising early (a call with yield <= 0 <= rate, a put with rate <= 0 <= yield) is
    its European twin. For the others QuantLib's QD+ fixed-point engine, fast scheme (Andersen, Lake and
    Offengenden 2016), with Greeks by central differences; gamma jumps at the exercise boundary and is
    smeared over a hundredth of a deviation there. Where negative rates make two exercise boundaries,
    QuantLib's finite differences stand in. Where a volatility of a few percent meets rates of tens of percent
    the fast scheme is unreliable next to the boundary. Inputs broadcast to one axis; expiry_years > 0.
    """
    columns = columns_of(spot, forward, strike, expiry_years, volatility, discount, is_call)
    spots, forwards, _, _, _, discounts, calls = columns
    rate, dividend = -np.log(discounts), np.log(spots / (forwards * discounts))
    early = np.where(calls == 1.0, (dividend > 0.0) | (rate < 0.0), (rate > 0.0) | (dividend < 0.0))
    greeks = black_greeks(*columns)
    if early.any():
        greeks = greeks.replaced(early, _exercised_early(tuple(column[early] for column in columns)))
    return greeks


def _exercised_early(columns: tuple[FloatArray, ...]) -> GreekColumns:
    """American options by QuantLib's fixed point, or its grid where there are two exercise boundaries."""
    year = FlatYear()
    exercise = ql.AmericanExercise(TODAY, ONE_YEAR)
    fixed_point = ql.QdFpAmericanEngine(year.process, ql.QdFpAmericanEngine.fastScheme())
    grid = ql.FdBlackScholesVanillaEngine(year.process, 200, 400)

    def greeks(totals: list[float], strike: float, is_call: bool) -> tuple[float, ...]:
        option = vanilla_option(
            strike, is_call, exercise, grid if _two_boundaries(totals, is_call) else fixed_point
        )

        def value(*totals: float) -> float:
            year.put(*totals)
            return float(option.NPV())

        return _central_differences(value, strike, *totals)

    return per_year(each_row(greeks, columns), columns)


def _two_boundaries(totals: list[float], is_call: bool) -> bool:
    """Whether rate and yield, or one of them as it is moved for its Greek, make a second boundary."""
    _, rate, dividend, _ = totals
    moves = ((0.0, 0.0), (_RATE_STEP, 0.0), (-_RATE_STEP, 0.0), (0.0, _RATE_STEP), (0.0, -_RATE_STEP))
    moved = ((rate + up, dividend + across) for up, across in moves)
    return any(r < q < 0.0 if is_call else q < r < 0.0 for r, q in moved)


def _central_differences(
    value: Callable[..., float], strike: float, spot: float, rate: float, dividend: float, deviation: float
) -> tuple[float, ...]:
    """The Greeks of the flat year in the order of `per_year`, by steps small against one deviation.

    Those in strike follow from those in spot, because the value is homogeneous in both.
    """
    step = spot * max(0.01 * deviation, 1e-4)

    def along_spot(rate: float, dividend: float, deviation: float) -> tuple[float, ...]:
        """Value, delta and gamma."""
        here, above, below = (value(spot + move, rate, dividend, deviation) for move in (0.0, step, -step))
        return here, (above - below) / (2.0 * step), (above - 2.0 * here + below) / step**2

    here, delta, gamma = along_spot(rate, dividend, deviation)
    wide, narrow = (along_spot(rate, dividend, deviation * scale) for scale in (1.01, 0.99))
    later, sooner = (
        along_spot(rate * scale, dividend * scale, deviation * scale**0.5) for scale in (0.999, 1.001)
    )
    dear, cheap = (value(spot, rate + move, dividend, deviation) for move in (_RATE_STEP, -_RATE_STEP))
    rich, poor = (value(spot, rate, dividend + move, deviation) for move in (_RATE_STEP, -_RATE_STEP))
    rho, dividend_rho = _slope(dear, cheap, _RATE_STEP), _slope(rich, poor, _RATE_STEP)
    vega, vanna = (_slope(wide[order], narrow[order], 0.01 * deviation) for order in (0, 1))
    theta, charm = (_slope(later[order], sooner[order], 0.001) for order in (0, 1))
    volga = (wide[0] - 2.0 * here + narrow[0]) / (0.01 * deviation) ** 2
    dual_delta, dual_gamma = (here - spot * delta) / strike, gamma * (spot / strike) ** 2
    second = (dividend_rho, vanna, volga, charm, dual_delta, dual_gamma)
    return here, delta, gamma, vega, theta, rho, *second


def _slope(above: float, below: float, step: float) -> float:
    return (above - below) / (2.0 * step)
