"""American options by QuantLib: the authority for prices and Greeks, and published approximations by name."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

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
    quantlib_today,
    vanilla_option,
)
from pricing.greeks import GreekColumns, black_greeks

_RATE_STEP = 1e-5
_GRID = (200, 400)


class AmericanMethod(StrEnum):
    """How QuantLib prices an American option.

    HIGH_PRECISION, ACCURATE and FAST: the fixed point of Andersen, Lake and Offengenden (2016).
    FINITE_DIFFERENCES: Crank-Nicolson, also where there are two exercise boundaries. The rest are
    approximations: QD_PLUS (Li 2009), BARONE_ADESI_WHALEY (1987), BJERKSUND_STENSLAND (1993), JU (1999).
    """

    HIGH_PRECISION = "high-precision"
    ACCURATE = "accurate"
    FAST = "fast"
    FINITE_DIFFERENCES = "finite-differences"
    QD_PLUS = "qd-plus"
    BARONE_ADESI_WHALEY = "barone-adesi-whaley"
    BJERKSUND_STENSLAND = "bjerksund-stensland-1993"
    JU = "ju"


_ENGINES: dict[AmericanMethod, Callable[[ql.GeneralizedBlackScholesProcess], ql.PricingEngine]] = {
    AmericanMethod.HIGH_PRECISION: lambda process: ql.QdFpAmericanEngine(
        process, ql.QdFpAmericanEngine.highPrecisionScheme()
    ),
    AmericanMethod.ACCURATE: lambda process: ql.QdFpAmericanEngine(
        process, ql.QdFpAmericanEngine.accurateScheme()
    ),
    AmericanMethod.FAST: lambda process: ql.QdFpAmericanEngine(process, ql.QdFpAmericanEngine.fastScheme()),
    AmericanMethod.FINITE_DIFFERENCES: lambda process: ql.FdBlackScholesVanillaEngine(process, *_GRID),
    AmericanMethod.QD_PLUS: ql.QdPlusAmericanEngine,
    AmericanMethod.BARONE_ADESI_WHALEY: ql.BaroneAdesiWhaleyApproximationEngine,
    AmericanMethod.BJERKSUND_STENSLAND: ql.BjerksundStenslandApproximationEngine,
    AmericanMethod.JU: ql.JuQuadraticApproximationEngine,
}


def quantlib_american(
    spot: npt.ArrayLike,
    strike: npt.ArrayLike,
    rate: npt.ArrayLike,
    dividend_yield: npt.ArrayLike,
    expiry_years: npt.ArrayLike,
    volatility: npt.ArrayLike,
    is_call: npt.ArrayLike,
    *,
    method: AmericanMethod = AmericanMethod.HIGH_PRECISION,
) -> FloatArray:
    """Values [currency] of American options by QuantLib, one object an option.

    rate and dividend_yield: continuous, per year. Inputs broadcast to one axis. Raises QuantLib's
    RuntimeError for what the method refuses, such as two exercise boundaries in the fixed point.
    """
    columns = columns_of(spot, strike, rate, dividend_yield, expiry_years, volatility, is_call)
    with quantlib_today():
        year = FlatYear()
        engine, exercise = _ENGINES[method](year.process), ql.AmericanExercise(TODAY, ONE_YEAR)
        return np.array([_value(year, engine, exercise, *row) for row in zip(*columns, strict=True)])


def _value(
    year: FlatYear, engine: ql.PricingEngine, exercise: ql.Exercise, spot: float, strike: float, *rest: float
) -> float:
    rate, dividend, years, volatility, is_call = (float(each) for each in rest)
    year.put(float(spot), rate * years, dividend * years, volatility * years**0.5)
    return float(vanilla_option(float(strike), is_call == 1.0, exercise, engine).NPV())


def quantlib_american_greek(
    spot: float,
    strike: float,
    rate: float,
    dividend_yield: float,
    expiry_years: float,
    volatility: float,
    is_call: bool,
    *,
    name: str,
    method: AmericanMethod,
) -> float:
    """A Greek as the engine itself gives it: delta, gamma, vega, theta, rho, dividend_rho or dual_delta.

    Units as in `GreekColumns`. Raises QuantLib's RuntimeError where the engine has no such Greek.
    """
    root = expiry_years**0.5
    with quantlib_today():
        year = FlatYear()
        option = vanilla_option(
            strike, is_call, ql.AmericanExercise(TODAY, ONE_YEAR), _ENGINES[method](year.process)
        )
        year.put(spot, rate * expiry_years, dividend_yield * expiry_years, volatility * root)
        asked: dict[str, Callable[[], float]] = {
            "delta": option.delta,
            "gamma": option.gamma,
            "vega": lambda: option.vega() * root,
            "theta": lambda: option.theta() / expiry_years,
            "rho": lambda: option.rho() * expiry_years,
            "dividend_rho": lambda: option.dividendRho() * expiry_years,
            "dual_delta": option.strikeSensitivity,
        }
        return float(asked[name]())


def american_greeks(
    spot: npt.ArrayLike,
    forward: npt.ArrayLike,
    strike: npt.ArrayLike,
    expiry_years: npt.ArrayLike,
    volatility: npt.ArrayLike,
    discount: npt.ArrayLike,
    is_call: npt.ArrayLike,
    *,
    method: AmericanMethod = AmericanMethod.ACCURATE,
) -> GreekColumns:
    """Value and Greeks of American options with rate and yield continuous and flat to each expiry.

    The authority that `pricing.american.american.american_greeks` is held to; some milliseconds an
    option. An option never worth exercising early (a put with rate <= min(yield, 0)) is its European twin.
    For the others QuantLib's `method`, with Greeks by central differences; gamma jumps at the exercise
    boundary and is smeared over a hundredth of a deviation there. Where negative rates make two exercise
    boundaries, QuantLib's finite differences stand in. Inputs broadcast to one axis; expiry_years > 0.
    """
    columns = columns_of(spot, forward, strike, expiry_years, volatility, discount, is_call)
    spots, forwards, _, _, _, discounts, calls = columns
    rate, dividend = -np.log(discounts), np.log(spots / (forwards * discounts))
    early = np.where(calls == 1.0, (dividend > 0.0) | (rate < dividend), (rate > 0.0) | (dividend < rate))
    greeks = black_greeks(*columns)
    if early.any():
        greeks = greeks.replaced(early, _bumped(tuple(column[early] for column in columns), method))
    return greeks


def grid_greeks(columns: tuple[FloatArray, ...]) -> GreekColumns:
    """Value and Greeks by QuantLib's finite differences, the columns of `american_greeks` given as one."""
    return _bumped(columns, AmericanMethod.FINITE_DIFFERENCES)


def _bumped(columns: tuple[FloatArray, ...], method: AmericanMethod) -> GreekColumns:
    """Greeks by steps; the grid where there are two exercise boundaries."""
    year = FlatYear()
    exercise = ql.AmericanExercise(TODAY, ONE_YEAR)
    chosen = _ENGINES[method](year.process)
    grid = _ENGINES[AmericanMethod.FINITE_DIFFERENCES](year.process)

    def greeks(totals: list[float], strike: float, is_call: bool) -> tuple[float, ...]:
        option = vanilla_option(
            strike, is_call, exercise, grid if _two_boundaries(totals, is_call) else chosen
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
