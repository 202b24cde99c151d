"""Numba kernel of the implied volatility: Black's formula inverted for blocks of options in lockstep.

With x = |log(F / K)|, s = volatility sqrt(T), a = x / s - s / 2, b = x / s + s / 2 and the Mills ratio R, the
out-of-the-money price over min(F, K) is u = phi(a) (R(a) - R(b)), and 1 - u = phi(a) (R(-a) + R(b)). The root
in s is that of the logarithm of whichever of the two keeps its digits, by Householder's method of order three
inside a bracket, as in Jäckel (2015), 'Let's be rational'. The first guess inverts Bachelier's formula with
forward and strike over their geometric mean.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from pricing.black_kernel import BLOCK, SIGN, block_count, load
from pricing.normal_kernel import (
    MILLS_BEGINS,
    SQRT_TWO_PI,
    fused,
    log_quotient,
    mills_ratios,
)

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

OK, BELOW_INTRINSIC, ABOVE_BOUND, NOT_UNIQUE, INVALID = range(5)

# Rows of the work array: the columns in their order, then what is derived; SIGN is black_kernel's.
PRICE, FORWARD, STRIKE, YEARS, DISCOUNT = (row * BLOCK for row in range(5))
STATUS, RATIO, GAP, LOG_MONEYNESS, DEVIATION, LOW, HIGH, STEP = (row * BLOCK for row in range(7, 15))
IMPLIED_ROWS = 15

_ROUNDING = 4.0 * float(np.finfo(np.float64).eps)
_LEAST_NORMAL = float(np.finfo(np.float64).tiny)
_LOG_SQRT_TWO_PI = math.log(SQRT_TWO_PI)
_MOST_STEPS = 64
# Convergence is of fourth order: a step of this relative size leaves an error below machine precision.
_LAST_STEP = 2e-5

# Bachelier's formula says price = x psi(x / s). Least squares, relative error below 5e-4: s / price in powers
# of x / price up to the border, and (x / s) / v in powers of 1 / v, v = sqrt(-2 log(price / x)), beyond.
_BORDER = 4.0
_NEAR_GUESS = (-0.00219479083, 0.0261635138, -0.141732516, 1.23399933, 2.5076964)
_FAR_GUESS = (34.1569191, -63.4204046, 33.0858312, 3.64056076, -6.0802344, -0.281433512, 1.00349851)


@njit(cache=True, error_model="numpy")
def invert(
    columns: tuple[FloatArray, ...],
    is_call: BoolArray,
    work: FloatArray,
    volatility: FloatArray,
    status: IntArray,
) -> None:
    """Fill `volatility`, NaN where there is none, and `status`.

    The columns are price, forward, strike, years and discount, each as long as `status` or of one element;
    `work` has IMPLIED_ROWS * BLOCK elements.
    """
    for start in range(0, status.size, BLOCK):
        count = block_count(status.size, start)
        load(columns, is_call, work, start, count)
        _time_values(work)
        _first_guess(work)
        for _ in range(_MOST_STEPS):
            _improve(work)
            if _converged(work, count):
                break
        for i in range(count):
            status[start + i] = int(work[STATUS + i])
            volatility[start + i] = work[DEVIATION + i] / math.sqrt(work[YEARS + i])


@njit(error_model="numpy")
def _time_values(work: FloatArray) -> None:
    """STATUS; x; and the time value over the lower of forward and strike with its distance to one."""
    for i in range(BLOCK):
        price, forward, strike = work[PRICE + i], work[FORWARD + i], work[STRIKE + i]
        years, discount, sign = work[YEARS + i], work[DISCOUNT + i], work[SIGN + i]
        low, high = (forward, strike) if strike >= forward else (strike, forward)
        inside = sign * (forward - strike) > 0.0
        intrinsic = high - low if inside else 0.0
        part = intrinsic - high
        # What the subtraction high - low rounded away; the product with the discount is not rounded.
        lost = (high - (intrinsic - part)) - (low + part) if inside else 0.0
        discounted = fused(-discount, intrinsic, price) - discount * lost
        inverse_discount = 1.0 / discount
        value = discounted * inverse_discount
        rounding = _ROUNDING * intrinsic
        # How far the price is below its bound, again without rounding the product.
        below = fused(discount, forward if sign > 0.0 else strike, -price)
        status = OK if value > rounding and value >= low * _LEAST_NORMAL and years > 0.0 else NOT_UNIQUE
        status = status if below > 0.0 else ABOVE_BOUND
        status = BELOW_INTRINSIC if value < -rounding else status
        valid = low >= _LEAST_NORMAL and high < math.inf and abs(price) < math.inf and years < math.inf
        valid = valid and discount >= _LEAST_NORMAL and discount < math.inf and value == value
        status = status if valid else INVALID
        solved = status == OK
        inverse = 1.0 / low
        logarithm, _ = log_quotient(high, low)
        work[STATUS + i] = status
        work[RATIO + i] = value * inverse if solved else 0.5
        work[GAP + i] = below * inverse_discount * inverse if solved else 0.5
        work[LOG_MONEYNESS + i] = logarithm if solved else 0.0
        work[YEARS + i] = years if solved else math.nan


@njit(error_model="numpy")
def _first_guess(work: FloatArray) -> None:
    """DEVIATION from Bachelier's formula, or near the bound from that of the money; the bracket open."""
    for i in range(BLOCK):
        x, ratio, gap = work[LOG_MONEYNESS + i], work[RATIO + i], work[GAP + i]
        price = ratio * math.exp(-0.5 * x)
        near = x / price
        near_total, far_total = 0.0, 0.0
        for coefficient in _NEAR_GUESS:
            near_total = fused(near_total, near, coefficient)
        far = math.sqrt(x - 2.0 * log_quotient(ratio, x)[0])
        inverse = 1.0 / far
        for coefficient in _FAR_GUESS:
            far_total = fused(far_total, inverse, coefficient)
        guess = near_total * price if near < _BORDER else x * inverse / far_total
        bound = math.sqrt(-8.0 * log_quotient(gap, 1.0)[0])
        work[DEVIATION + i] = bound if gap < 0.5 and bound > guess else guess
        work[LOW + i] = 0.0
        work[HIGH + i] = math.inf
        work[STEP + i] = math.inf


@njit(error_model="numpy")
def _improve(work: FloatArray) -> None:
    """One step of Householder's method of order three, or of bisection where that would leave the bracket."""
    for i in range(BLOCK):
        x, s, low, high = work[LOG_MONEYNESS + i], work[DEVIATION + i], work[LOW + i], work[HIGH + i]
        ratio, gap = work[RATIO + i], work[GAP + i]
        inverse_s, half = 1.0 / s, 0.5 * s
        centre = x * inverse_s
        near, far = centre - half, centre + half
        direct = near > MILLS_BEGINS
        mills_near, mills_far, difference = mills_ratios(near, far, s)
        over_vega = difference if direct else mills_near + mills_far
        logarithm, _ = log_quotient(over_vega, ratio if direct else gap)
        error = logarithm - 0.5 * near * near - _LOG_SQRT_TWO_PI
        step = _householder(error, over_vega if direct else -over_vega, centre, s, inverse_s)
        above = (error > 0.0) == direct
        low, high = (low, s) if above else (s, high)
        moved = s + step
        middle = 0.5 * (low + high)
        middle = 2.0 * s if middle > 2.0 * s else middle
        work[LOW + i] = low
        work[HIGH + i] = high
        moved = moved if low <= moved and moved <= high else middle
        # A root once found stays: it does not depend on what else is in the block.
        found = work[STEP + i] <= _LAST_STEP
        work[DEVIATION + i] = s if found else moved
        work[STEP + i] = 0.0 if found else abs(step) * inverse_s


@njit(error_model="numpy")
def _householder(error: float, over_vega: float, centre: float, s: float, inverse_s: float) -> float:
    """Householder's step of order three for a logarithm whose slope in s is 1 / over_vega."""
    slope = 1.0 / over_vega
    # The derivatives of vega in s, over vega, give the higher derivatives of the logarithm.
    bent = centre * inverse_s
    first = bent * centre - 0.25 * s
    second = first * first - 3.0 * bent * bent - 0.25
    curvature = first - slope
    third = second - 3.0 * first * slope + 2.0 * slope * slope
    newton = -error * over_vega
    numerator = newton * (1.0 + 0.5 * curvature * newton)
    return numerator / (1.0 + newton * (curvature + third * newton * (1.0 / 6.0)))


@njit(error_model="numpy")
def _converged(work: FloatArray, count: int) -> bool:
    """Whether the last step of every option of the block was small."""
    largest = 0.0
    for i in range(count):
        largest = work[STEP + i] if work[STEP + i] > largest else largest
    return largest <= _LAST_STEP
