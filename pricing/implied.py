"""Implied volatility: Black's formula inverted to near machine precision, with a status for every quote."""

from __future__ import annotations

import math
from enum import IntEnum

import numpy as np
import numpy.typing as npt
from numba import njit

from pricing.mills import mills, price_over_vega

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


class ImpliedStatus(IntEnum):
    """Why an option has, or has not, an implied volatility."""

    OK = 0
    BELOW_INTRINSIC = 1
    ABOVE_BOUND = 2
    NOT_UNIQUE = 3
    INVALID = 4


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
    _invert(price, forward, strike, expiry_years, discount, is_call, *outputs)
    return volatility, status


# The kernel sees statuses as plain integers, which numba compiles in.
_OK, _BELOW, _ABOVE, _NOT_UNIQUE, _INVALID = (int(status) for status in ImpliedStatus)
_ROUNDING = 4.0 * float(np.finfo(np.float64).eps)
_LOG_SQRT_TWO_PI = 0.5 * math.log(2.0 * math.pi)
_MAX_STEPS = 64
# Convergence is of fourth order: a step of this relative size leaves an error below machine precision.
_LAST_STEP = 1e-5


@njit(cache=True, error_model="numpy")
def _invert(
    price: FloatArray,
    forward: FloatArray,
    strike: FloatArray,
    expiry_years: FloatArray,
    discount: FloatArray,
    is_call: BoolArray,
    volatility: FloatArray,
    status: IntArray,
) -> None:
    """Fill `volatility` where there is one, and `status` everywhere."""
    for i in range(price.size):
        time_value, status[i] = _time_value(price[i] / discount[i], forward[i], strike[i], is_call[i])
        if status[i] != _OK:
            continue
        if expiry_years[i] > 0.0:
            volatility[i] = _deviation(time_value, forward[i], strike[i]) / math.sqrt(expiry_years[i])
        else:
            status[i] = _INVALID if math.isnan(expiry_years[i]) else _NOT_UNIQUE


@njit(cache=True, error_model="numpy")
def _time_value(price: float, forward: float, strike: float, is_call: bool) -> tuple[float, int]:
    """Undiscounted price less intrinsic value, and the status."""
    if not (0.0 < forward < math.inf and 0.0 < strike < math.inf and math.isfinite(price)):
        return math.nan, _INVALID
    intrinsic = max(forward - strike if is_call else strike - forward, 0.0)
    time_value = price - intrinsic
    rounding = _ROUNDING * intrinsic
    if time_value < -rounding:
        return math.nan, _BELOW
    if price >= (forward if is_call else strike) or time_value >= min(forward, strike):
        return math.nan, _ABOVE
    return time_value, _OK if time_value > rounding else _NOT_UNIQUE


@njit(cache=True, error_model="numpy")
def _deviation(time_value: float, forward: float, strike: float) -> float:
    """The s = volatility sqrt(T) at which the out-of-the-money option on F and K is worth `time_value`."""
    ratio = forward / strike
    # Near the money the difference is exact where the ratio is rounded.
    x = -abs(math.log1p((forward - strike) / strike) if 0.5 < ratio < 2.0 else math.log(ratio))
    scale = math.sqrt(forward) * math.sqrt(strike)
    price = time_value / scale
    gap = (min(forward, strike) - time_value) / scale
    guess = _guess(x, price)
    if gap > price:
        return _solve(x, math.log(price), False, guess)
    return _solve(x, math.log(gap), True, max(guess, math.sqrt(max(-8.0 * math.log(gap), 0.0))))


@njit(cache=True, error_model="numpy")
def _guess(x: float, price: float) -> float:
    """First s, from the inflection of the price at sqrt(2 |x|): above it a lower bound, below it close."""
    centre = math.sqrt(-2.0 * x)
    vega = math.exp(0.5 * x - _LOG_SQRT_TWO_PI)
    at_centre = vega * price_over_vega(-0.5 * centre, 0.5 * centre)
    if price >= at_centre:
        return centre + (price - at_centre) / vega
    return centre * math.sqrt(math.log(at_centre) / math.log(price))


@njit(cache=True, error_model="numpy")
def _solve(x: float, log_target: float, to_bound: bool, s: float) -> float:
    """Root in s of log(price) = log_target, or of log(upper bound - price) = log_target with `to_bound`."""
    low, high = 0.0, math.inf
    for _ in range(_MAX_STEPS):
        error, step = _householder(x, log_target, to_bound, s)
        if abs(step) <= _LAST_STEP * s:
            return s + step
        if (error > 0.0) != to_bound:
            high = s
        else:
            low = s
        inside = low < s + step < high
        s = s + step if inside else min(2.0 * s, 0.5 * (low + high))
    return s


@njit(cache=True, error_model="numpy")
def _householder(x: float, log_target: float, to_bound: bool, s: float) -> tuple[float, float]:
    """Error of the logarithm at s, and Householder's step of order three."""
    h, t = x / s, 0.5 * s
    over_vega = mills(-h - t) + mills(h - t) if to_bound else price_over_vega(h, t)
    error = math.log(over_vega) - 0.5 * (h * h + t * t) - _LOG_SQRT_TWO_PI - log_target
    slope = -1.0 / over_vega if to_bound else 1.0 / over_vega
    # The derivatives of vega in s, over vega, give the higher derivatives of the logarithm.
    first = h * h / s - 0.25 * s
    second = first * first - 3.0 * (h / s) ** 2 - 0.25
    curvature = first - slope
    third = second - 3.0 * first * slope + 2.0 * slope * slope
    newton = -error / slope
    numerator = 1.0 + 0.5 * curvature * newton
    return error, newton * numerator / (1.0 + newton * (curvature + third * newton / 6.0))
