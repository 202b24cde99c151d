"""Implied volatility: Black's formula inverted to near machine precision, with a status for every quote."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from pricing.implied_kernel import ABOVE_BOUND, BELOW_INTRINSIC, INVALID, NOT_UNIQUE, OK, invert

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
    time value is lost in the rounding of the price); INVALID (NaN, or a forward or strike that is not
    positive and finite).

    An in-the-money price gives up its intrinsic value first (put-call parity), so digits of the time value
    that the price never had do not come back. The root is found in the logarithm of the price, or of its
    distance to the upper bound, by Householder's third-order method inside a bracket; the formulation follows
    Jäckel (2015), 'Let's be rational', sections 2 to 4.
    """
    numbers = (
        np.asarray(each, dtype=np.float64) for each in (price, forward, strike, expiry_years, discount)
    )
    columns = np.broadcast_arrays(*numbers, np.asarray(is_call, dtype=np.bool_))
    shape = columns[0].shape
    volatility, status = np.full(shape, np.nan), np.empty(shape, dtype=np.int64)
    price, forward, strike, expiry_years, discount, is_call = (np.ravel(column) for column in columns)
    outputs = volatility.reshape(-1), status.reshape(-1)
    invert(price, forward, strike, expiry_years, discount, is_call, *outputs)
    return volatility, status
