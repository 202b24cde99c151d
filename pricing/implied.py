"""Implied volatility: Black's formula inverted to near machine precision, with a status for every quote."""

from __future__ import annotations

import math
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from pricing.black_kernel import BLOCK
from pricing.broadcast import flat_columns
from pricing.implied_kernel import (
    ABOVE_BOUND,
    BELOW_INTRINSIC,
    IMPLIED_ROWS,
    INVALID,
    NOT_UNIQUE,
    OK,
    invert,
)

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class ImpliedStatus(IntEnum):
    """Why an option has, or has not, an implied volatility."""

    OK = OK
    BELOW_INTRINSIC = BELOW_INTRINSIC
    ABOVE_BOUND = ABOVE_BOUND
    NOT_UNIQUE = NOT_UNIQUE
    INVALID = INVALID


def implied_volatility(
    price: npt.ArrayLike,
    forward: npt.ArrayLike,
    strike: npt.ArrayLike,
    expiry_years: npt.ArrayLike,
    discount: npt.ArrayLike,
    is_call: npt.ArrayLike,
) -> tuple[FloatArray, IntArray]:
    """Volatility [per sqrt(year)] at which Black's price is `price` [currency], and an ImpliedStatus each.

    Inputs broadcast against each other. NaN wherever the status is not OK: BELOW_INTRINSIC (or negative);
    ABOVE_BOUND (at or above the discounted forward for a call, strike for a put); NOT_UNIQUE (expired, or the
    time value is lost in the rounding of the price, or below 2.2e-308 of the lower of forward and strike);
    INVALID (NaN or infinite, a forward, strike or discount factor that is not positive).

    An in-the-money price gives up its discounted intrinsic value exactly (put-call parity): every digit of
    the time value that the price has comes back, and none that it never had. From there on the error is a few
    units in the last place of volatility sqrt(T).
    """
    shape, columns, calls = flat_columns(price, forward, strike, expiry_years, discount, is_call=is_call)
    size = math.prod(shape)
    volatility, status = np.empty(size), np.empty(size, dtype=np.int64)
    invert(columns, calls, np.ones(IMPLIED_ROWS * BLOCK), volatility, status)
    return volatility.reshape(shape), status.reshape(shape)
