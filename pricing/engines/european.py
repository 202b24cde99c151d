"""European options by QuantLib's analytic engine."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import QuantLib as ql

from pricing.black import FloatArray
from pricing.engines.flat_year import ONE_YEAR, FlatYear, columns_of, each_row, per_year, vanilla_option
from pricing.greeks import GreekColumns

_SCALE_STEP = 1e-3


def european_greeks(
    spot: npt.ArrayLike,
    forward: npt.ArrayLike,
    strike: npt.ArrayLike,
    expiry_years: npt.ArrayLike,
    volatility: npt.ArrayLike,
    discount: npt.ArrayLike,
    is_call: npt.ArrayLike,
) -> GreekColumns:
    """Value and Greeks of European options by QuantLib's analytic engine, one object an option.

    The authority that `black_greeks` is held to; units as there. QuantLib's objects have no second-order
    Greek but gamma: vanna, volga and charm are central differences (four points) of its delta and vega, and
    dual gamma is gamma by homogeneity. Inputs broadcast to one axis; expiry_years > 0.
    """
    columns = columns_of(spot, forward, strike, expiry_years, volatility, discount, is_call)
    year = FlatYear()
    engine, exercise = ql.AnalyticEuropeanEngine(year.process), ql.EuropeanExercise(ONE_YEAR)

    def greeks(totals: list[float], strike: float, is_call: bool) -> tuple[float, ...]:
        option = vanilla_option(strike, is_call, exercise, engine)
        spot, rate, dividend, deviation = totals

        def slopes(deviation_scale: float, time_scale: float) -> FloatArray:
            """Delta and vega of the flat year with its deviation or its time scaled."""
            root = time_scale**0.5
            year.put(spot, rate * time_scale, dividend * time_scale, deviation * deviation_scale * root)
            return np.array([option.delta(), option.vega()])

        vanna, volga = _slope(lambda scale: slopes(scale, 1.0)) / deviation
        charm, _ = -_slope(lambda scale: slopes(1.0, scale))
        year.put(*totals)
        own = (option.NPV(), option.delta(), option.gamma(), option.vega(), option.theta(), option.rho())
        dual_gamma = option.gamma() * (spot / strike) ** 2
        return *own, option.dividendRho(), vanna, volga, charm, option.strikeSensitivity(), dual_gamma

    return per_year(each_row(greeks, columns), columns)


def _slope(function: Callable[[float], FloatArray]) -> FloatArray:
    """Derivative at one by central differences of fourth order."""
    near = function(1.0 + _SCALE_STEP) - function(1.0 - _SCALE_STEP)
    far = function(1.0 + 2.0 * _SCALE_STEP) - function(1.0 - 2.0 * _SCALE_STEP)
    return (8.0 * near - far) / (12.0 * _SCALE_STEP)
