"""A market as QuantLib's own term structures, and European options priced on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import QuantLib as ql

from pricing.black import FloatArray
from pricing.engines.flat_year import DAY_COUNTER, TODAY, columns_of, quantlib_today, vanilla_option
from pricing.market import UnderlyingMarket

# QuantLib's calendar ends in 2199: so many of its days are shared out over a market's horizon.
_DAYS_AHEAD = 100_000
_FIRST_EXPIRY_YEARS = 3.0 / (24.0 * 365.0)
_LOG_MONEYNESS = np.sinh(np.linspace(-6.0, 6.0, 241)) / np.sinh(6.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantLibMarket:
    """A market as QuantLib's own objects; `process` has discount, dividend and variance term structures.

    variance: bilinear in total variance over strike and expiry, equal to our surface at the grid it was built
    on. years_per_day: ACT/365F years that one day of QuantLib's calendar stands for.
    """

    process: ql.BlackScholesMertonProcess
    variance: ql.BlackVarianceSurface
    years_per_day: float

    def date_at(self, expiry_years: float) -> ql.Date:
        """The QuantLib date that stands for an expiry, at least one day ahead."""
        return TODAY + max(round(expiry_years / self.years_per_day), 1)


def quantlib_market(
    market: UnderlyingMarket, *, strike: npt.ArrayLike = (), expiry_years: npt.ArrayLike = ()
) -> QuantLibMarket:
    """Build QuantLib's term structures of a market, exact at the given strikes and expiries.

    Those join a grid of 241 strikes within a factor e of spot, densest at the money, and of 80 expiries from
    three hours to the last of the curves. expiry_years > 0; expiries closer than a hundred-thousandth of the
    longest one coincide.
    """
    years = np.unique(np.append(expiry_years, _default_expiries(market)))
    years_per_day = float(years[-1]) / _DAYS_AHEAD
    days, first = np.unique(np.maximum(np.rint(years / years_per_day), 1.0), return_index=True)
    years = years[first]
    dates = [TODAY + int(day) for day in days]
    strikes = np.unique(np.append(strike, market.spot * np.exp(_LOG_MONEYNESS)))
    variance = _variance_surface(market, strikes, years, dates)
    discount = market.discount.discount_at(years)
    dividend = discount * market.forward.forward_at(years) / market.forward.spot
    process = ql.BlackScholesMertonProcess(
        ql.QuoteHandle(ql.SimpleQuote(market.spot)),
        ql.YieldTermStructureHandle(_discount_curve(dates, dividend)),
        ql.YieldTermStructureHandle(_discount_curve(dates, discount)),
        ql.BlackVolTermStructureHandle(variance),
    )
    return QuantLibMarket(process=process, variance=variance, years_per_day=years_per_day)


def quantlib_prices(
    market: UnderlyingMarket, strike: npt.ArrayLike, expiry_years: npt.ArrayLike, is_call: npt.ArrayLike
) -> FloatArray:
    """European prices [currency] by QuantLib's analytic engine on its own term structures of `market`."""
    strikes, years, calls = columns_of(strike, expiry_years, is_call)
    on = quantlib_market(market, strike=strikes, expiry_years=years)
    engine = ql.AnalyticEuropeanEngine(on.process)
    with quantlib_today():
        options = (
            vanilla_option(strike, is_call, ql.EuropeanExercise(on.date_at(expiry)), engine)
            for strike, expiry, is_call in zip(strikes.tolist(), years.tolist(), calls == 1.0, strict=True)
        )
        return np.array([option.NPV() for option in options], dtype=np.float64)


def _default_expiries(market: UnderlyingMarket) -> FloatArray:
    last = max(float(market.forward.expiry_years[-1]), 1.0)
    return np.geomspace(_FIRST_EXPIRY_YEARS, last, 80)


def _variance_surface(
    market: UnderlyingMarket, strikes: FloatArray, years: FloatArray, dates: list[ql.Date]
) -> ql.BlackVarianceSurface:
    """Volatilities in QuantLib's scaled time such that total variance is ours at each strike and date."""
    log_moneyness = np.log(strikes[:, None] / market.forward.forward_at(years))
    total_variance = market.surface.total_variance(log_moneyness, years)
    times = np.array([DAY_COUNTER.yearFraction(TODAY, date) for date in dates])
    volatility = ql.Matrix(np.sqrt(total_variance / times).tolist())
    surface = ql.BlackVarianceSurface(
        TODAY, ql.NullCalendar(), dates, strikes.tolist(), volatility, DAY_COUNTER
    )
    surface.enableExtrapolation()
    return surface


def _discount_curve(dates: list[ql.Date], discount: FloatArray) -> ql.DiscountCurve:
    curve = ql.DiscountCurve([TODAY, *dates], [1.0, *discount.tolist()], DAY_COUNTER)
    curve.enableExtrapolation()
    return curve
