"""Exotic options one by one in QuantLib's flat year."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import QuantLib as ql

from pricing.black import FloatArray
from pricing.engines.flat_year import FlatYear, quantlib_today

_LEAST_DEVIATION = 1e-8


def exotic_prices(
    columns: tuple[FloatArray, ...],
    engine_of: Callable[[ql.BlackScholesMertonProcess], ql.PricingEngine],
    option_of: Callable[..., ql.Instrument],
    *,
    years: float = 1.0,
) -> FloatArray:
    """Present values [currency] of options built by `option_of(right, strike, *extra)`, one a row.

    columns: spot, forward, strike, expiry_years, volatility, discount, is_call, then the extra ones, of equal
    length. The options expire `years` years of 365 days after QuantLib's date, whatever their own expiry.
    Rows that are not `priceable` give NaN.
    """
    good = priceable(columns)
    values = np.full(len(good), np.nan)
    values[good] = _each_price(tuple(column[good] for column in columns), engine_of, option_of, years)
    return values


def priceable(columns: tuple[FloatArray, ...]) -> npt.NDArray[np.bool_]:
    """Rows that are finite, with prices and discount positive, expiry ahead and volatility not negative."""
    spot, forward, _, expiry, volatility, discount = columns[:6]
    good = (spot > 0.0) & (forward > 0.0) & (discount > 0.0) & (expiry > 0.0) & (volatility >= 0.0)
    for column in columns:
        good &= np.isfinite(column)
    return good


def _each_price(
    columns: tuple[FloatArray, ...],
    engine_of: Callable[[ql.BlackScholesMertonProcess], ql.PricingEngine],
    option_of: Callable[..., ql.Instrument],
    years: float,
) -> FloatArray:
    spot, forward, strike, expiry, volatility, discount, is_call, *extra = columns
    rate = -np.log(discount) / years
    dividend = rate - np.log(forward / spot) / years
    deviation = np.maximum(volatility * np.sqrt(expiry), _LEAST_DEVIATION) / np.sqrt(years)
    markets = np.column_stack((spot, rate, dividend, deviation)).tolist()
    rows = zip(is_call.tolist(), strike.tolist(), *(column.tolist() for column in extra), strict=True)
    year = FlatYear()
    engine = engine_of(year.process)
    values = []
    with quantlib_today():
        for market, (call, *terms) in zip(markets, rows, strict=True):
            year.put(*market)
            option = option_of(ql.Option.Call if call else ql.Option.Put, *terms)
            option.setPricingEngine(engine)
            values.append(option.NPV())
    return np.array(values, dtype=np.float64)
