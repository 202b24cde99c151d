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
    dividend yield held and the forward moving with the rate.
    """

    value: FloatArray
    delta: FloatArray
    gamma: FloatArray
    vega: FloatArray
    theta: FloatArray
    rho: FloatArray

    def replaced(self, rows: npt.NDArray[np.bool_], by: GreekColumns) -> GreekColumns:
        """A copy in which the rows where `rows` is True are those of `by`, in order."""
        columns = {each.name: getattr(self, each.name).copy() for each in fields(self)}
        for name, column in columns.items():
            column[rows] = getattr(by, name)
        return GreekColumns(**columns)

    def taken(self, rows: npt.NDArray[np.intp]) -> GreekColumns:
        """The rows at the positions `rows`, in that order, repeated where a position repeats."""
        return GreekColumns(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})


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
    forward_leg = sign * forward * ndtr(sign * upper)
    strike_leg = sign * strike * ndtr(sign * lower)
    value = discount * np.maximum(forward_leg - strike_leg, 0.0)
    delta = discount * forward_leg / spot
    density = discount * forward * np.exp(-0.5 * upper * upper) / sqrt(2.0 * pi)
    deviation = volatility * np.sqrt(years)
    gamma = density / (spot * spot * np.where(deviation == 0.0, np.inf, deviation))
    return GreekColumns(
        value=value,
        delta=delta,
        gamma=gamma,
        vega=density * np.sqrt(years),
        theta=_decay(spot, forward, years, volatility, discount, value=value, delta=delta, gamma=gamma),
        rho=discount * years * strike_leg,
    )


def _decay(
    spot: FloatArray,
    forward: FloatArray,
    years: FloatArray,
    volatility: FloatArray,
    discount: FloatArray,
    *,
    value: FloatArray,
    delta: FloatArray,
    gamma: FloatArray,
) -> FloatArray:
    """Theta [currency per year] by the Black-Scholes-Merton equation; zero at expiry."""
    alive = years > 0.0
    ahead = np.where(alive, years, 1.0)
    rate = np.where(alive, -np.log(discount) / ahead, 0.0)
    carry = np.where(alive, np.log(forward / spot) / ahead, 0.0)
    return rate * value - carry * spot * delta - 0.5 * (volatility * spot) ** 2 * gamma
