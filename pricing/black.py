"""Black's formula on the forward, vectorised."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from pricing.black_kernel import BLOCK, VALUE_ROWS, black_values
from pricing.broadcast import flat_columns

FloatArray = npt.NDArray[np.float64]


def black_price(
    forward: npt.ArrayLike,
    strike: npt.ArrayLike,
    expiry_years: npt.ArrayLike,
    volatility: npt.ArrayLike,
    discount: npt.ArrayLike,
    is_call: npt.ArrayLike,
) -> FloatArray:
    """Present value [currency] of European options; inputs broadcast against each other.

    V = D w (F N(w d1) - K N(w d2)), w = +1 for a call and -1 for a put (Black 1976, equations 14 and 15). An
    out-of-the-money value is right to a few units in its own last place at any distance from the money; one
    in the money is that value plus the discounted intrinsic value.

    Where volatility is zero or the expiry is less than 1e-15 years ahead: the discounted intrinsic value. At
    infinite volatility: the discounted forward of a call, strike of a put. A forward or strike below the
    least normal number counts as zero. NaN where an input is NaN, a forward, strike or volatility is
    negative, a forward, strike or expiry is infinite, or a discount factor is not positive and finite; other
    elements stay right.
    """
    columns = (forward, strike, expiry_years, volatility, discount)
    shape, flat, calls = flat_columns(*columns, is_call=is_call)
    value = np.empty(math.prod(shape))
    black_values(flat, calls, np.ones(VALUE_ROWS * BLOCK), value)
    return value.reshape(shape)


def black_quantiles(
    forward: npt.ArrayLike, strike: npt.ArrayLike, expiry_years: npt.ArrayLike, volatility: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """d1 and d2 = (log(F/K) +- s^2/2) / s with s = volatility sqrt(expiry); +-infinity or 0 where s is 0."""
    expiry = np.maximum(np.asarray(expiry_years, dtype=np.float64), 0.0)
    deviation = np.asarray(volatility, dtype=np.float64) * np.sqrt(expiry)
    log_ratio = np.log(np.asarray(forward, dtype=np.float64) / np.asarray(strike, dtype=np.float64))
    certain = deviation == 0.0
    limit = np.where(log_ratio == 0.0, 0.0, np.copysign(np.inf, log_ratio))
    middle = np.where(certain, limit, log_ratio / np.where(certain, 1.0, deviation))
    return middle + 0.5 * deviation, middle - 0.5 * deviation
