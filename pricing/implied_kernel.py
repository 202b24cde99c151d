"""The numba kernel of the implied volatility: a root of Black's formula built from Mills ratios.

Kernels that call each other stay in one file: numba's cache looks at the caller's file only.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

OK, BELOW_INTRINSIC, ABOVE_BOUND, NOT_UNIQUE, INVALID = range(5)

_ROUNDING = 4.0 * float(np.finfo(np.float64).eps)
_LOG_SQRT_TWO_PI = 0.5 * math.log(2.0 * math.pi)
_MAX_STEPS = 64
# Convergence is of fourth order: a step of this relative size leaves an error below machine precision.
_LAST_STEP = 1e-5

_SQRT_HALF_PI = math.sqrt(0.5 * math.pi)
_INVERSE_SQRT_TWO = math.sqrt(0.5)
_TAIL_BEGINS = -3.0
_SMALL_HALF_WIDTH = 0.25
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(7)


@njit(cache=True, error_model="numpy")
def invert(
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
        if status[i] != OK:
            continue
        if expiry_years[i] > 0.0:
            volatility[i] = _deviation(time_value, forward[i], strike[i]) / math.sqrt(expiry_years[i])
        else:
            status[i] = INVALID if math.isnan(expiry_years[i]) else NOT_UNIQUE


@njit(cache=True, error_model="numpy")
def _time_value(price: float, forward: float, strike: float, is_call: bool) -> tuple[float, int]:
    """Undiscounted price less intrinsic value, and the status."""
    if not (0.0 < forward < math.inf and 0.0 < strike < math.inf and math.isfinite(price)):
        return math.nan, INVALID
    intrinsic = max(forward - strike if is_call else strike - forward, 0.0)
    time_value = price - intrinsic
    rounding = _ROUNDING * intrinsic
    if time_value < -rounding:
        return math.nan, BELOW_INTRINSIC
    if price >= (forward if is_call else strike) or time_value >= min(forward, strike):
        return math.nan, ABOVE_BOUND
    return time_value, OK if time_value > rounding else NOT_UNIQUE


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
    at_centre = vega * _price_over_vega(-0.5 * centre, 0.5 * centre)
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
    over_vega = _mills(-h - t) + _mills(h - t) if to_bound else _price_over_vega(h, t)
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


@njit(cache=True, error_model="numpy")
def _mills(z: float) -> float:
    """Y(z) = N(z) / phi(z); infinite above z of about 38."""
    if z > _TAIL_BEGINS:
        return _SQRT_HALF_PI * math.erfc(-z * _INVERSE_SQRT_TWO) * math.exp(0.5 * z * z)
    return 1.0 / (_tail(-z) - z)


@njit(cache=True, error_model="numpy")
def _mills_slope(z: float) -> float:
    """Y'(z) = 1 + z Y(z), positive, without cancellation in the lower tail."""
    if z > _TAIL_BEGINS:
        return 1.0 + z * _mills(z)
    remainder = _tail(-z)
    return remainder / (remainder - z)


@njit(cache=True, error_model="numpy")
def _price_over_vega(centre: float, half_width: float) -> float:
    """Y(h + t) - Y(h - t): Black's out-of-the-money price over its derivative in s; h = x / s, t = s / 2.

    A narrow difference is the integral of the slope (Gauss-Legendre, seven nodes), because subtraction would
    lose the digits; the quadrature error below t = 0.25 is under one unit in the last place.
    """
    if half_width > _SMALL_HALF_WIDTH:
        return _mills(centre + half_width) - _mills(centre - half_width)
    total = 0.0
    for node in range(_NODES.size):
        total += _WEIGHTS[node] * _mills_slope(centre + half_width * _NODES[node])
    return half_width * total


@njit(cache=True, error_model="numpy")
def _tail(distance: float) -> float:
    """1 / (d + 2 / (d + 3 / (d + ...))): the Mills ratio at -d is 1 over d plus this (Laplace)."""
    # Each level n contracts the error by about exp(-d / sqrt(n)): this many levels leave exp(-38).
    levels = int((19.0 / distance) ** 2) + 12
    fraction = distance
    for level in range(levels, 1, -1):
        fraction = distance + level / fraction
    return 1.0 / fraction
