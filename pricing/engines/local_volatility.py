"""Local volatility as QuantLib's term structure, and options priced on it by finite differences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import QuantLib as ql

from pricing.black import FloatArray
from pricing.engines.flat_year import DAY_COUNTER, TODAY, columns_of, quantlib_today, vanilla_option
from pricing.engines.term_structures import QuantLibMarket, quantlib_market
from pricing.errors import InputError, InputProblem
from pricing.market import UnderlyingMarket
from pricing.surface.local_volatility import local_volatility

_DAYS_PER_YEAR = 365.0
_DEVIATIONS = np.sinh(np.linspace(-2.5, 2.5, 121)) / np.sinh(2.5)
_WIDEST_DEVIATIONS = 6.0
_EXPIRIES = 120
_MOST_UNDEFINED_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantLibLocalVolatility:
    """`volatility`, QuantLib's term structure in its own scaled time, on `on`, the market's other structures.

    undefined: grid points where the surface has no local volatility; they took that of the nearest strike of
    the same expiry that has one.
    """

    on: QuantLibMarket
    volatility: ql.FixedLocalVolSurface
    undefined: int

    def process(self) -> ql.GeneralizedBlackScholesProcess:
        """The market's process with this local volatility."""
        base = self.on.process
        return ql.GeneralizedBlackScholesProcess(
            ql.QuoteHandle(ql.SimpleQuote(base.x0())),
            base.dividendYield(),
            base.riskFreeRate(),
            base.blackVolatility(),
            ql.LocalVolTermStructureHandle(self.volatility),
        )


def quantlib_local_volatility(market: UnderlyingMarket, expiry_years: float) -> QuantLibLocalVolatility:
    """Dupire's local volatility of a market to `expiry_years` on QuantLib's bilinear grid.

    121 strikes out to six at-the-money deviations of each of 120 expiries (square-root spaced), flat beyond.
    Raises InputError where more than a fifth of the grid has no local volatility.
    """
    on = quantlib_market(market, expiry_years=expiry_years)
    first = max(on.years_per_day, 1e-4 * expiry_years)
    years = np.linspace(np.sqrt(first), np.sqrt(expiry_years), _EXPIRIES) ** 2
    deviation = np.sqrt(market.surface.total_variance(0.0, years))
    k = _WIDEST_DEVIATIONS * _DEVIATIONS[:, None] * deviation
    found = local_volatility(market.surface, k, years)
    if found.undefined > _MOST_UNDEFINED_SHARE * k.size:
        expected = f"a surface with a local volatility; it has none at {found.undefined} of {k.size} points"
        raise InputError(InputProblem(file=market.symbol, expected=expected))
    # A year of QuantLib's calendar stands for this many of ours.
    scale = on.years_per_day * _DAYS_PER_YEAR
    volatility = _filled(found.volatility) * np.sqrt(scale)
    strikes = market.forward.forward_at(years) * np.exp(k)
    surface = ql.FixedLocalVolSurface(
        TODAY,
        (years / scale).tolist(),
        [column.tolist() for column in strikes.T],
        ql.Matrix(volatility.tolist()),
        DAY_COUNTER,
    )
    surface.enableExtrapolation()
    return QuantLibLocalVolatility(on=on, volatility=surface, undefined=found.undefined)


def local_volatility_prices(
    market: UnderlyingMarket,
    strike: npt.ArrayLike,
    expiry_years: float,
    is_call: npt.ArrayLike,
    *,
    time_steps: int = 200,
    spot_steps: int = 400,
) -> FloatArray:
    """European prices [currency] at one expiry by QuantLib's finite differences on local volatility."""
    strikes, calls = columns_of(strike, is_call)
    built = quantlib_local_volatility(market, expiry_years)
    with quantlib_today():
        engine = ql.FdBlackScholesVanillaEngine(
            built.process(), time_steps, spot_steps, 2, ql.FdmSchemeDesc.Douglas(), True, 0.0
        )
        exercise = ql.EuropeanExercise(built.on.date_at(expiry_years))
        options = [
            vanilla_option(level, call, exercise, engine)
            for level, call in zip(strikes.tolist(), (calls == 1.0).tolist(), strict=True)
        ]
        return np.array([option.NPV() for option in options], dtype=np.float64)


def _filled(volatility: FloatArray) -> FloatArray:
    """Gaps of each column taken from the nearest row that has a number."""
    rows, filled = np.arange(volatility.shape[0]), volatility.copy()
    for column in filled.T:
        known = np.flatnonzero(np.isfinite(column))
        if known.size == 0:
            raise InputError(InputProblem(file="surface", expected="a local volatility at every expiry"))
        column[:] = column[known[np.argmin(np.abs(rows[:, None] - known), axis=1)]]
    return filled
