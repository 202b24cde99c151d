"""Numba kernel of Black's formula: blocks of options through loops without a branch, which vectorise.

A block works in one array, a row for each quantity at a fixed offset, so that the compiler knows the rows
apart. With x = |log(F / K)|, s = volatility sqrt(T) and the densities and Mills ratios R at a = x / s - s / 2
and b = x / s + s / 2, the out-of-the-money option is worth min(F, K) phi(a) (R(a) - R(b)) (Jäckel 2015,
'Let's be rational', section 6, in other letters). The difference is taken by a divided difference of R, and a
is carried with its rounding error: the value is right to a few units in its own last place, in the far tail
as at the money.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from pricing.normal_kernel import (
    MILLS_BEGINS,
    SQRT_TWO_PI,
    exp_of_minus_half_square,
    fused,
    log_quotient,
    mills_ratios,
)

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

BLOCK = 64
# Rows of the work array: the columns in their order, then what `quantiles` and `tails` derive.
FORWARD, STRIKE, YEARS, VOLATILITY, DISCOUNT, SPOT, SIGN = (row * BLOCK for row in range(7))
DEVIATION, INVERSE, NEAR, NEAR_LOW, FAR, PEAK, VALUE, TAIL_NEAR, TAIL_FAR = (
    row * BLOCK for row in range(7, 16)
)
VALUE_ROWS = 16

_INVERSE_SQRT_TWO_PI = 1.0 / SQRT_TWO_PI
_LEAST_NORMAL = float(np.finfo(np.float64).tiny)
# Nearer than this many years, or less deviation, is none: what divides by them stays finite.
_LEAST_YEARS = 1e-15
_LEAST_DEVIATION = 1e-100
# Beyond these nothing changes; they keep infinities out of the arithmetic.
_MOST_VOLATILITY = 1e100
_MOST_ROUNDED_DEVIATION = 1e6
_MOST_QUANTILE = 1000.0
_NO_RATIO = 3000.0


@njit(cache=True, error_model="numpy")
def black_values(
    columns: tuple[FloatArray, ...], is_call: BoolArray, work: FloatArray, value: FloatArray
) -> None:
    """Fill `value` from forward, strike, years, volatility and discount, each as long or of one element."""
    for start in range(0, value.size, BLOCK):
        count = block_count(value.size, start)
        load(columns, is_call, work, start, count)
        quantiles(work)
        tails(work)
        for i in range(count):
            value[start + i] = work[VALUE + i]


@njit(error_model="numpy")
def block_count(size: int, start: int) -> int:
    """How many elements the block that begins at `start` has."""
    return BLOCK if size - start > BLOCK else size - start


@njit(error_model="numpy")
def load(
    columns: tuple[FloatArray, ...], is_call: BoolArray, work: FloatArray, start: int, count: int
) -> None:
    """Copy a block of every column into the row of its position, and of the rights' signs into SIGN."""
    row = 0
    for column in columns:
        load_column(column, work, row, start, count)
        row += BLOCK
    step = 0 if is_call.size == 1 else 1
    for i in range(count):
        work[SIGN + i] = 1.0 if is_call[step * (start + i)] else -1.0


@njit(error_model="numpy")
def load_column(column: FloatArray, work: FloatArray, row: int, start: int, count: int) -> None:
    """Copy a block of a column, or its only element, into a row."""
    if column.size == 1:
        for i in range(BLOCK):
            work[row + i] = column[0]
    else:
        for i in range(count):
            work[row + i] = column[start + i]


@njit(error_model="numpy")
def quantiles(work: FloatArray) -> None:
    """Deviation s and its inverse, a with its rounding error, and b; a is NaN where no option is."""
    for i in range(BLOCK):
        forward, strike = work[FORWARD + i], work[STRIKE + i]
        years = 0.0 if work[YEARS + i] < _LEAST_YEARS else work[YEARS + i]
        volatility = work[VOLATILITY + i]
        volatility = _MOST_VOLATILITY if volatility > _MOST_VOLATILITY else volatility
        low, high = (forward, strike) if strike >= forward else (strike, forward)
        root = math.sqrt(years)
        deviation = volatility * root
        live = deviation > _LEAST_DEVIATION
        inverse = 1.0 / deviation
        logarithm, logarithm_low = log_quotient(high, low)
        root_error = 0.5 * volatility * volatility * inverse * fused(-root, root, years)
        deviation_low = fused(volatility, root, -deviation) + root_error
        centre = logarithm * inverse
        residual = fused(-centre, deviation_low, fused(-centre, deviation, logarithm) + logarithm_low)
        centre = centre if live else (_MOST_QUANTILE if logarithm > 0.0 else 0.0)
        centre = _MOST_QUANTILE if centre > _MOST_QUANTILE else centre
        centre = centre if low >= _LEAST_NORMAL else _NO_RATIO
        half = 0.5 * deviation
        half = _MOST_QUANTILE if half > _MOST_QUANTILE else half
        near = centre - half
        part = near - centre
        rounded = (centre - (near - part)) - (half + part)
        exact = live and deviation < _MOST_ROUNDED_DEVIATION and centre < _MOST_QUANTILE
        priced = low >= 0.0 and high < math.inf and deviation >= 0.0 and years < math.inf
        priced = priced and work[DISCOUNT + i] >= _LEAST_NORMAL and work[DISCOUNT + i] < math.inf
        work[YEARS + i] = years
        work[VOLATILITY + i] = volatility
        work[DEVIATION + i] = deviation
        work[INVERSE + i] = inverse if live else 0.0
        work[NEAR + i] = near if priced else math.nan
        work[NEAR_LOW + i] = rounded + residual * inverse - 0.5 * deviation_low if exact else 0.0
        work[FAR + i] = centre + half


@njit(error_model="numpy")
def tails(work: FloatArray) -> None:
    """N(-a), N(-b), D min(F, K) phi(a) = D F phi(d1), and the value of the option asked for."""
    for i in range(BLOCK):
        forward, strike, discount = work[FORWARD + i], work[STRIKE + i], work[DISCOUNT + i]
        low, high = (forward, strike) if strike >= forward else (strike, forward)
        near, far = work[NEAR + i], work[FAR + i]
        density = _INVERSE_SQRT_TWO_PI * exp_of_minus_half_square(near, work[NEAR_LOW + i])
        # Above the money by more than s / 2, the complements are the small and certain quantities.
        direct = near > MILLS_BEGINS
        mills_near, mills_far, difference = mills_ratios(near, far, work[DEVIATION + i])
        narrow = density * difference
        wide = fused(-density, mills_near + mills_far, 1.0)
        intrinsic = work[SIGN + i] * (forward - strike)
        intrinsic = 0.0 if intrinsic < 0.0 else intrinsic
        work[VALUE + i] = discount * (low * (narrow if direct else wide) + intrinsic)
        work[TAIL_NEAR + i] = density * mills_near if direct else fused(-density, mills_near, 1.0)
        work[TAIL_FAR + i] = density * mills_far * (low / high)
        work[PEAK + i] = discount * low * density
