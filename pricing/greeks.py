"""Greeks of European options in closed form, as columns, with units."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from pricing.black import FloatArray
from pricing.black_kernel import BLOCK
from pricing.broadcast import flat_columns
from pricing.greeks_kernel import GREEK_ROWS, fill_greeks, fill_third_order


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
    the Black-Scholes-Merton equation, r V - b S delta - sigma^2 S^2 gamma / 2). Tails keep their relative
    precision, as in `black_price`, whose domain and NaN are the domain and NaN here, with a positive spot.

    Where T or the volatility is zero: discounted intrinsic value, delta and dual delta of a forward or of
    nothing (half at the money), gamma and the other second-order Greeks zero, though at the money some have
    no limit; where T is zero or past, vega, theta and both rhos are zero too.
    """
    inputs = (forward, strike, expiry_years, volatility, discount, spot)
    return GreekColumns(**_filled(GreekColumns, fill_greeks, inputs, is_call))


def black_third_order(
    spot: npt.ArrayLike,
    forward: npt.ArrayLike,
    strike: npt.ArrayLike,
    expiry_years: npt.ArrayLike,
    volatility: npt.ArrayLike,
    discount: npt.ArrayLike,
    is_call: npt.ArrayLike,
) -> ThirdOrderColumns:
    """Third-order Greeks of European options; inputs, NaN and conventions as in `black_greeks`.

    The same for a call and a put. Zero where T or the volatility is zero.
    """
    inputs = (forward, strike, expiry_years, volatility, discount, spot)
    return ThirdOrderColumns(**_filled(ThirdOrderColumns, fill_third_order, inputs, is_call))


def _filled(
    columns: type[GreekColumns] | type[ThirdOrderColumns],
    fill: Callable[..., None],
    inputs: tuple[npt.ArrayLike, ...],
    is_call: npt.ArrayLike,
) -> dict[str, FloatArray]:
    """The kernel's rows under the names of the fields of `columns`."""
    shape, flat, calls = flat_columns(*inputs, is_call=is_call)
    names = [each.name for each in fields(columns)]
    rows = np.empty((len(names), math.prod(shape)))
    fill(flat[:-1], flat[-1], calls, np.ones(GREEK_ROWS * BLOCK), rows)
    return {name: row.reshape(shape) for name, row in zip(names, rows, strict=True)}
