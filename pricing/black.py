"""Black's formula on the forward, vectorised."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

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

    V = D w (F N(w d1) - K N(w d2)), w = +1 for a call and -1 for a put (Black 1976, equations 14 and 15).
    Where volatility is zero or the expiry is not ahead, the value is the discounted intrinsic value; NaN
    stays NaN. The error is a few units in the last place of max(F, K), not of the price: a price far below
    that has fewer correct digits.
    """
    forward, strike = np.asarray(forward, dtype=np.float64), np.asarray(strike, dtype=np.float64)
    sign = np.where(np.asarray(is_call, dtype=np.bool_), 1.0, -1.0)
    upper, lower = black_quantiles(forward, strike, expiry_years, volatility)
    undiscounted = sign * (forward * ndtr(sign * upper) - strike * ndtr(sign * lower))
    return np.asarray(discount * np.maximum(undiscounted, 0.0), dtype=np.float64)


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
