"""Spread and exchange options by QuantLib's engines, each approximation under its own name."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import QuantLib as ql

from pricing.black import FloatArray
from pricing.engines.flat_year import ONE_YEAR, TODAY, FlatYear, quantlib_today
from pricing.spreads.two_assets import TwoAssetColumns, TwoAssets


class SpreadMethod(StrEnum):
    """QuantLib's engines for a European spread option."""

    KIRK = "kirk"
    BJERKSUND_STENSLAND = "bjerksund-stensland"
    OPERATOR_SPLITTING_1 = "operator-splitting-1"
    OPERATOR_SPLITTING_2 = "operator-splitting-2"
    DENG_LI_ZHOU = "deng-li-zhou"
    PEARSON = "pearson"
    CHOI = "choi"


def quantlib_spread(
    assets: TwoAssets, strike: npt.ArrayLike, is_call: npt.ArrayLike, *, method: SpreadMethod
) -> FloatArray:
    """Present values [currency] of max(w (S1 - S2 - K), 0) by one of QuantLib's engines; columns of one axis.

    Kirk (1995); Bjerksund and Stensland (2006); operator splitting of first and second order (Lo 2016); Deng,
    Li and Zhou (2008); Pearson's (1995) integral, exact to about 1e-8; Choi (2018), lambda 10. T > 0.
    """
    columns, (strikes, calls) = assets.broadcast(np.atleast_1d(strike), is_call)
    years = FlatYear(), FlatYear()
    values = []
    with quantlib_today():
        for row, (at, call) in enumerate(zip(strikes.tolist(), calls.tolist(), strict=True)):
            _put(columns, row, years)
            payoff = ql.PlainVanillaPayoff(ql.Option.Call if call else ql.Option.Put, at)
            option = ql.BasketOption(ql.SpreadBasketPayoff(payoff), ql.EuropeanExercise(ONE_YEAR))
            option.setPricingEngine(
                _ENGINES[method](*(year.process for year in years), columns.correlation[row])
            )
            values.append(option.NPV())
    return np.array(values, dtype=np.float64)


def quantlib_american_exchange(
    assets: TwoAssets, *, first_units: int = 1, second_units: int = 1
) -> FloatArray:
    """Present values [currency] of American options to exchange, columns of one axis.

    QuantLib's engine: the approximation of Bjerksund and Stensland (1993) on S1 / S2. T > 0.
    """
    columns, _ = assets.broadcast(np.zeros(1))
    years = FlatYear(), FlatYear()
    values = []
    with quantlib_today():
        for row in range(len(columns.first_spot)):
            _put(columns, row, years)
            option = ql.MargrabeOption(first_units, second_units, ql.AmericanExercise(TODAY, ONE_YEAR))
            processes = (year.process for year in years)
            option.setPricingEngine(ql.AnalyticAmericanMargrabeEngine(*processes, columns.correlation[row]))
            values.append(option.NPV())
    return np.array(values, dtype=np.float64)


def _put(columns: TwoAssetColumns, row: int, years: tuple[FlatYear, FlatYear]) -> None:
    """Set both flat years to one row's totals to expiry."""
    rate = -np.log(columns.discount[row])
    for year, spot, forward, deviation in zip(
        years,
        (columns.first_spot, columns.second_spot),
        (columns.first_forward, columns.second_forward),
        (columns.first_deviation, columns.second_deviation),
        strict=True,
    ):
        carry = np.log(forward[row] / spot[row])
        year.put(float(spot[row]), float(rate), float(rate - carry), float(deviation[row]))


def _vector_engine(engine: type[ql.PricingEngine]) -> Callable[..., ql.PricingEngine]:
    def build(
        first: ql.BlackScholesMertonProcess, second: ql.BlackScholesMertonProcess, correlation: float
    ) -> ql.PricingEngine:
        processes = ql.GeneralizedBlackScholesProcessVector([first, second])
        return engine(processes, ql.Matrix([[1.0, correlation], [correlation, 1.0]]))

    return build


def _splitting(order: int) -> Callable[..., ql.PricingEngine]:
    def build(
        first: ql.BlackScholesMertonProcess, second: ql.BlackScholesMertonProcess, correlation: float
    ) -> ql.PricingEngine:
        return ql.OperatorSplittingSpreadEngine(first, second, correlation, order)

    return build


_ENGINES: dict[SpreadMethod, Callable[..., ql.PricingEngine]] = {
    SpreadMethod.KIRK: ql.KirkEngine,
    SpreadMethod.BJERKSUND_STENSLAND: ql.BjerksundStenslandSpreadEngine,
    SpreadMethod.OPERATOR_SPLITTING_1: _splitting(ql.OperatorSplittingSpreadEngine.First),
    SpreadMethod.OPERATOR_SPLITTING_2: _splitting(ql.OperatorSplittingSpreadEngine.Second),
    SpreadMethod.DENG_LI_ZHOU: _vector_engine(ql.DengLiZhouBasketEngine),
    SpreadMethod.PEARSON: ql.PearsonSpreadEngine,
    SpreadMethod.CHOI: _vector_engine(ql.ChoiBasketEngine),
}
