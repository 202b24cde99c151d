"""Options on the better or the worse of two assets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from pricing.black import FloatArray
from pricing.spreads.bivariate_normal import bivariate_normal
from pricing.spreads.two_assets import TwoAssetColumns, TwoAssets

# What is held of the first asset, of the second, and owed of the strike, each a probability.
_Shares = tuple[FloatArray, FloatArray, FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketColumns:
    """value [currency] and deltas dV/dS_i [units of asset i], arrays of equal shape."""

    value: FloatArray
    first_delta: FloatArray
    second_delta: FloatArray


def minimum_option(assets: TwoAssets, strike: npt.ArrayLike, is_call: npt.ArrayLike) -> BasketColumns:
    """Value and deltas of max(w (min(S1, S2) - K), 0) at expiry, w = 1 for a call (Stulz 1982, equation 11).

    strike [currency]: not negative. Inputs broadcast. Where nothing moves the value is intrinsic; NaN as in
    `spread_option`, and where the strike is negative.
    """
    columns, (strikes, calls) = assets.broadcast(strike, is_call)
    return _option(columns, strikes, calls, _worse_call(columns, strikes), _worse(columns))


def maximum_option(assets: TwoAssets, strike: npt.ArrayLike, is_call: npt.ArrayLike) -> BasketColumns:
    """Value and deltas of max(w (max(S1, S2) - K), 0) at expiry: both calls less the call on the minimum.

    Arguments, limits and NaN as in `minimum_option` (Stulz 1982, equation 14).
    """
    columns, (strikes, calls) = assets.broadcast(strike, is_call)
    first_upper, first_lower = _quantiles(columns.first_forward, strikes, columns.first_deviation)
    second_upper, second_lower = _quantiles(columns.second_forward, strikes, columns.second_deviation)
    first, second, owed = _worse_call(columns, strikes)
    call = (
        ndtr(first_upper) - first,
        ndtr(second_upper) - second,
        ndtr(first_lower) + ndtr(second_lower) - owed,
    )
    first, second, whole = _worse(columns)
    return _option(columns, strikes, calls, call, (1.0 - first, 1.0 - second, whole))


def _worse_call(columns: TwoAssetColumns, strike: FloatArray) -> _Shares:
    """Shares of the call on the minimum."""
    first, second, rho = columns.first_deviation, columns.second_deviation, columns.correlation
    first_upper, first_lower = _quantiles(columns.first_forward, strike, first)
    second_upper, second_lower = _quantiles(columns.second_forward, strike, second)
    between = _relative_deviation(columns)
    upper, lower = _quantiles(columns.first_forward, columns.second_forward, between)
    moving = between > 0.0
    still = np.zeros_like(between)
    first_load = np.divide(first - rho * second, between, out=still.copy(), where=moving)
    second_load = np.divide(second - rho * first, between, out=still.copy(), where=moving)
    return (
        bivariate_normal(first_upper, -upper, np.clip(-first_load, -1.0, 1.0)),
        bivariate_normal(second_upper, lower, np.clip(-second_load, -1.0, 1.0)),
        bivariate_normal(first_lower, second_lower, rho),
    )


def _worse(columns: TwoAssetColumns) -> _Shares:
    """Shares of the minimum itself; its strike is owed in full."""
    upper, lower = _quantiles(columns.first_forward, columns.second_forward, _relative_deviation(columns))
    return ndtr(-upper), ndtr(lower), np.ones_like(lower)


def _option(
    columns: TwoAssetColumns, strike: FloatArray, is_call: FloatArray, call: _Shares, forward: _Shares
) -> BasketColumns:
    """The call, or the put by parity with the forward contract; NaN outside of the domain."""
    put = np.where(is_call == 0.0, 1.0, 0.0)
    first, second, owed = (held - put * whole for held, whole in zip(call, forward, strict=True))
    discount = np.where(columns.in_domain(strike) & (strike >= 0.0), columns.discount, np.nan)
    legs = columns.first_forward * first + columns.second_forward * second - strike * owed
    return BasketColumns(
        value=discount * np.maximum(legs, 0.0),
        first_delta=discount * columns.first_forward * first / columns.first_spot,
        second_delta=discount * columns.second_forward * second / columns.second_spot,
    )


def _relative_deviation(columns: TwoAssetColumns) -> FloatArray:
    """Deviation of log(S1 / S2) at expiry."""
    first, second = columns.first_deviation, columns.second_deviation
    return np.sqrt((first - second) ** 2 + 2.0 * first * second * (1.0 - columns.correlation))


def _quantiles(
    forward: FloatArray, strike: FloatArray, deviation: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """(log(F / K) +- s^2 / 2) / s; infinite, or zero at the money, where s or K is zero; NaN outside."""
    with np.errstate(divide="ignore", invalid="ignore"):
        moneyness = np.log(forward / strike)
    still = np.where(moneyness == 0.0, 0.0, np.copysign(np.inf, moneyness))
    still = np.where(np.isnan(moneyness), np.nan, still)
    moving = (deviation > 0.0) & np.isfinite(moneyness)
    centre = np.divide(moneyness, deviation, out=still, where=moving)
    return centre + 0.5 * deviation, centre - 0.5 * deviation
