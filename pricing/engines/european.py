"""European options by QuantLib's analytic engine."""

from __future__ import annotations

import numpy.typing as npt
import QuantLib as ql

from pricing.engines.flat_year import ONE_YEAR, FlatYear, columns_of, each_row, per_year, vanilla_option
from pricing.greeks import GreekColumns


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

    The authority that `black_greeks` is held to; units as there. Inputs broadcast to one axis;
    expiry_years > 0.
    """
    columns = columns_of(spot, forward, strike, expiry_years, volatility, discount, is_call)
    year = FlatYear()
    engine, exercise = ql.AnalyticEuropeanEngine(year.process), ql.EuropeanExercise(ONE_YEAR)

    def greeks(totals: list[float], strike: float, is_call: bool) -> tuple[float, ...]:
        option = vanilla_option(strike, is_call, exercise, engine)
        year.put(*totals)
        return option.NPV(), option.delta(), option.gamma(), option.vega(), option.theta(), option.rho()

    return per_year(each_row(greeks, columns), columns)
