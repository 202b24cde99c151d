"""QuantLib options in a flat market, one object an option, the global evaluation date contained.

QuantLib counts time in whole days from a global evaluation date. Here its dates are labels only: the date is
set inside a `with` and put back after it, and expiries of any length, minutes included, are scaled onto it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import QuantLib as ql

from pricing.black import FloatArray
from pricing.greeks import GreekColumns

TODAY = ql.Date(1, 1, 1901)
ONE_YEAR = TODAY + 365
DAY_COUNTER = ql.Actual365Fixed()
# A deviation sigma sqrt(T) of zero has no diffusion to price; this one adds less than 1e-8 of spot.
_LEAST_DEVIATION = 1e-8


@contextmanager
def quantlib_today() -> Iterator[None]:
    """QuantLib's evaluation date set to ours, and put back on leaving."""
    with ql.SavedSettings():
        ql.Settings.instance().evaluationDate = TODAY
        yield


class FlatYear:
    """A flat QuantLib market in which every option has one year to go.

    With constant coefficients a price depends on rate, yield and variance through their totals to expiry
    alone, so r T, q T and sigma sqrt(T) over one year stand for any T.
    """

    def __init__(self) -> None:
        self._quotes = tuple(ql.SimpleQuote(1.0) for _ in range(4))
        spot, rate, dividend, deviation = (ql.QuoteHandle(quote) for quote in self._quotes)
        self.process = ql.BlackScholesMertonProcess(
            spot,
            ql.YieldTermStructureHandle(ql.FlatForward(TODAY, dividend, DAY_COUNTER)),
            ql.YieldTermStructureHandle(ql.FlatForward(TODAY, rate, DAY_COUNTER)),
            ql.BlackVolTermStructureHandle(
                ql.BlackConstantVol(TODAY, ql.NullCalendar(), deviation, DAY_COUNTER)
            ),
        )

    def put(self, spot: float, rate: float, dividend: float, deviation: float) -> None:
        """Set spot [currency] and the totals to expiry r T, q T and sigma sqrt(T)."""
        for quote, number in zip(self._quotes, (spot, rate, dividend, deviation), strict=True):
            quote.setValue(number)


def columns_of(*inputs: npt.ArrayLike) -> tuple[FloatArray, ...]:
    """The inputs as float columns of equal length."""
    return np.broadcast_arrays(*(np.atleast_1d(np.asarray(each, dtype=np.float64)) for each in inputs))


def each_row(
    greeks: Callable[[list[float], float, bool], tuple[float, ...]], columns: tuple[FloatArray, ...]
) -> FloatArray:
    """Ask `greeks` for every option, given its totals to expiry; one row an output."""
    spot, forward, strike, years, volatility, discount, is_call = columns
    rate = -np.log(discount)
    deviation = np.maximum(volatility * np.sqrt(years), _LEAST_DEVIATION)
    totals = np.column_stack((spot, rate, rate - np.log(forward / spot), deviation))
    with quantlib_today():
        rows = [greeks(*each) for each in zip(totals.tolist(), strike.tolist(), is_call == 1.0, strict=True)]
    return np.array(rows, dtype=np.float64).T


def vanilla_option(
    strike: float, is_call: bool, exercise: ql.Exercise, engine: ql.PricingEngine
) -> ql.VanillaOption:
    """A plain vanilla option that `engine` will price."""
    option = ql.VanillaOption(
        ql.PlainVanillaPayoff(ql.Option.Call if is_call else ql.Option.Put, strike), exercise
    )
    option.setPricingEngine(engine)
    return option


def per_year(rows: FloatArray, columns: tuple[FloatArray, ...]) -> GreekColumns:
    """Greeks of the flat year as Greeks to each option's own expiry, by the chain rule."""
    value, delta, gamma, vega, theta, rho, dividend_rho, vanna, volga, charm, dual_delta, dual_gamma = rows
    years = columns[3]
    return GreekColumns(
        value=value,
        delta=delta,
        gamma=gamma,
        vega=vega * np.sqrt(years),
        theta=theta / years,
        rho=rho * years,
        dividend_rho=dividend_rho * years,
        vanna=vanna * np.sqrt(years),
        volga=volga * years,
        charm=charm / years,
        dual_delta=dual_delta,
        dual_gamma=dual_gamma,
    )
