"""Spread options by the two closed-form approximations that desks quote."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from pricing.black import FloatArray
from pricing.spreads.two_assets import TwoAssetColumns, TwoAssets


def kirk_price(assets: TwoAssets, strike: npt.ArrayLike, is_call: npt.ArrayLike) -> FloatArray:
    """Present value [currency] of max(w (S1 - S2 - K), 0) by Kirk (1995): S2 + K taken as lognormal.

    Exact at K = 0. NaN where F2 + K <= 0, which the approximation has no value for, and as in
    `spread_option`.
    """
    columns, (strikes, calls) = assets.broadcast(strike, is_call)
    total, share = _total_and_share(columns, strikes)
    first, second = columns.first_deviation, share * columns.second_deviation
    deviation = np.sqrt((first - second) ** 2 + 2.0 * first * second * (1.0 - columns.correlation))
    moneyness = np.log(columns.first_forward / total)
    upper = _quantile(moneyness + 0.5 * deviation**2, deviation)
    lower = _quantile(moneyness - 0.5 * deviation**2, deviation)
    sign = np.where(calls != 0.0, 1.0, -1.0)
    legs = sign * (columns.first_forward * ndtr(sign * upper) - total * ndtr(sign * lower))
    return np.asarray(columns.discount * np.maximum(legs, 0.0), dtype=np.float64)


def bjerksund_stensland_price(assets: TwoAssets, strike: npt.ArrayLike, is_call: npt.ArrayLike) -> FloatArray:
    """Present value [currency] of max(w (S1 - S2 - K), 0) by Bjerksund and Stensland (2006; 2014).

    The exact value of the strategy that exercises where S1 exceeds a power of S2 (their equation 7), so never
    above the exact value of the option. NaN as in `kirk_price`.
    """
    columns, (strikes, calls) = assets.broadcast(strike, is_call)
    total, share = _total_and_share(columns, strikes)
    first, second = columns.first_deviation, columns.second_deviation
    covariance = columns.correlation * first * second
    power = share * share * second * second
    deviation = np.sqrt(np.maximum(first**2 - 2.0 * share * covariance + power, 0.0))
    moneyness = np.log(columns.first_forward / total)
    on_first = _quantile(moneyness + 0.5 * first**2 - share * covariance + 0.5 * power, deviation)
    on_second = _quantile(
        moneyness - 0.5 * first**2 + covariance + 0.5 * power - share * second**2, deviation
    )
    on_strike = _quantile(moneyness - 0.5 * first**2 + 0.5 * power, deviation)
    sign = np.where(calls != 0.0, 1.0, -1.0)
    legs = sign * (
        columns.first_forward * ndtr(sign * on_first)
        - columns.second_forward * ndtr(sign * on_second)
        - strikes * ndtr(sign * on_strike)
    )
    return np.asarray(columns.discount * np.maximum(legs, 0.0), dtype=np.float64)


def _total_and_share(columns: TwoAssetColumns, strike: FloatArray) -> tuple[FloatArray, FloatArray]:
    """F2 + K and the second asset's share of it; NaN outside of the domain."""
    total = columns.second_forward + strike
    total = np.where(columns.in_domain(strike) & (total > 0.0), total, np.nan)
    return total, columns.second_forward / total


def _quantile(excess: FloatArray, deviation: FloatArray) -> FloatArray:
    """excess / deviation; plus or minus infinity, or zero at the money, where nothing moves."""
    still = np.where(excess == 0.0, 0.0, np.copysign(np.inf, excess))
    return np.divide(excess, deviation, out=np.where(np.isnan(excess), np.nan, still), where=deviation > 0.0)
