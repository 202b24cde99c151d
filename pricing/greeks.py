"""Greeks of European options in closed form, as columns, with units."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import pi, sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from pricing.black import FloatArray, black_quantiles


@dataclass(frozen=True, slots=True, kw_only=True)
class GreekColumns:
    """Value and Greeks of options per one unit of underlying (no multiplier), arrays of equal shape.

    value [currency]. delta dV/dS [units of underlying], the forward moving in proportion to spot. gamma
    d2V/dS2 [units per currency]. vega [currency per 1.00 of volatility]. theta [currency per year of 365
    days], time passing at constant implied volatility, rate and carry. rho [currency per 1.00 of rate], the
    dividend yield held and the forward moving with the rate. dividend_rho [currency per 1.00 of dividend
    yield], the rate held. vanna d2V/dS dsigma [units per 1.00 of volatility]. volga d2V/dsigma2 [currency per
    1.00 squared]. charm [units of underlying per year] and theta count calendar time as it passes.
    dual_delta dV/dK and dual_gamma d2V/dK2 [per currency].
    """

    value: FloatArray
    delta: FloatArray
    gamma: FloatArray
    vega: FloatArray
    theta: FloatArray
    rho: FloatArray
    dividend_rho: FloatArray
    vanna: FloatArray
    volga: FloatArray
    charm: FloatArray
    dual_delta: FloatArray
    dual_gamma: FloatArray

    def replaced(self, rows: npt.NDArray[np.bool_], by: GreekColumns) -> GreekColumns:
        """A copy in which the rows where `rows` is True are those of `by`, in order."""
        columns = {each.name: getattr(self, each.name).copy() for each in fields(self)}
        for name, column in columns.items():
            column[rows] = getattr(by, name)
        return GreekColumns(**columns)

    def taken(self, rows: npt.NDArray[np.intp]) -> GreekColumns:
        """The rows at the positions `rows`, in that order, repeated where a position repeats."""
        return GreekColumns(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class ThirdOrderColumns:
    """Third-order Greeks of options per one unit of underlying, arrays of equal shape.

    speed d3V/dS3 [units per currency squared]. colour [gamma per year], calendar time as it passes. zomma
    d gamma/dsigma [units per currency and 1.00 of volatility]. ultima d3V/dsigma3 [currency per 1.00 cubed].
    """

    speed: FloatArray
    colour: FloatArray
    zomma: FloatArray
    ultima: FloatArray


def black_greeks(
    spot: npt.ArrayLike,
    forward: npt.ArrayLike,
    strike: npt.ArrayLike,
    expiry_years: npt.ArrayLike,
    volatility: npt.ArrayLike,
    discount: npt.ArrayLike,
    is_call: npt.ArrayLike,
) -> GreekColumns:
    """Value and Greeks of European options; inputs broadcast against each other.

    The rate is -log(discount) / T and the net carry log(forward / spot) / T (Haug 2007, chapter 2; theta from
    the Black-Scholes-Merton equation, r V - b S delta - sigma^2 S^2 gamma / 2). Where T or the volatility is
    zero: discounted intrinsic value, delta of a forward or of nothing (half at the money), gamma zero; where
    T is zero or past, vega, theta and rho are zero too. NaN stays NaN.
    """
    columns = (spot, forward, strike, np.maximum(expiry_years, 0.0), volatility, discount)
    spot, forward, strike, years, volatility, discount = (
        np.asarray(each, dtype=np.float64) for each in columns
    )
    sign = np.where(np.asarray(is_call, dtype=np.bool_), 1.0, -1.0)
    upper, lower = black_quantiles(forward, strike, years, volatility)
    deviation = volatility * np.sqrt(years)
    live, ahead = deviation > 0.0, years > 0.0
    rate = np.where(ahead, -np.log(discount) / np.where(ahead, years, 1.0), 0.0)
    carry = np.where(ahead, np.log(forward / spot) / np.where(ahead, years, 1.0), 0.0)
    forward_leg = discount * sign * forward * ndtr(sign * upper)
    strike_leg = discount * sign * strike * ndtr(sign * lower)
    value = np.maximum(forward_leg - strike_leg, 0.0)
    density = discount * forward * np.exp(-0.5 * upper * upper) / sqrt(2.0 * pi)
    gamma = np.where(live, density / np.where(live, deviation, 1.0), 0.0) / (spot * spot)
    vega = density * np.sqrt(years)
    over = np.where(live, 1.0 / np.where(live, volatility, 1.0), 0.0)
    upper, lower = np.where(live, upper, 0.0), np.where(live, lower, 0.0)
    drift = np.where(live, carry / np.where(live, deviation, 1.0), 0.0)
    pull = drift - lower / (2.0 * np.where(ahead, years, 1.0))
    return GreekColumns(
        value=value,
        delta=forward_leg / spot,
        gamma=gamma,
        vega=vega,
        theta=rate * value - carry * forward_leg - 0.5 * (volatility * spot) ** 2 * gamma,
        rho=years * strike_leg,
        dividend_rho=-years * forward_leg,
        vanna=-density * lower * over / spot,
        volga=vega * upper * lower * over,
        charm=((rate - carry) * forward_leg - np.where(live, density * pull, 0.0)) / spot,
        dual_delta=-strike_leg / strike,
        dual_gamma=gamma * (spot / strike) ** 2,
    )
