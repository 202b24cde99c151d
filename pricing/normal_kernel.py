"""The normal law and the logarithm as inline numba functions without a branch, so that loops vectorise.

numba's cache looks at the file of the outermost kernel alone: after a change here, clear the caches.

Every product that needs it is a fused multiply-add, which rounds once on every machine: results do not depend
on what the compiler contracts. Polynomials are Chebyshev interpolants made in 60-digit arithmetic.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

# Highest power first.
_EXP = (
    2.510038549551032e-08,
    2.7620088445409746e-07,
    2.7557268459997064e-06,
    2.4801521295954376e-05,
    0.00019841269863053618,
    0.0013888888917213717,
    0.008333333333330062,
    0.04166666666662413,
    0.16666666666666669,
    0.5000000000000001,
)
_ATANH = (
    0.06804515131429249,
    0.06604854121029731,
    0.07694433902806859,
    0.09090868813151469,
    0.11111111524175794,
    0.14285714283637968,
    0.2000000000000397,
    0.3333333333333333,
)
_MILLS = (
    1.2859287935669594e-11,
    1.3962752743346853e-10,
    9.052140850557036e-11,
    -1.728256819579252e-09,
    -1.706686723285057e-09,
    1.4110945555622816e-08,
    9.420340088960158e-09,
    -1.0671910866326113e-07,
    1.3481373822356015e-08,
    7.735272232175939e-07,
    -1.0730315323088536e-06,
    -4.5070801220850575e-06,
    1.7034499900511977e-05,
    2.694069880752453e-06,
    -0.00016230884446566092,
    0.000454603763780804,
    8.239286854219153e-05,
    -0.005343142001559098,
    0.02514103201148471,
    -0.07766866793780806,
    0.18842804927373105,
    -0.3827125866707656,
    0.6717118214996193,
    -1.0375024310762349,
    1.4261935116084035,
    -1.7571690543441034,
    1.9485319307624096,
)

# Loops of this length are unrolled, which a longer one is not.
_MILLS_HIGH, _MILLS_MIDDLE, _MILLS_LOW = _MILLS[:9], _MILLS[9:18], _MILLS[18:]
# Where the Mills ratio's variable (d - 6) / (d + 6) is zero, and from where on its polynomial holds.
_MILLS_CENTRE = 6.0
MILLS_BEGINS = -0.5
SQRT_TWO_PI = math.sqrt(2.0 * math.pi)

_LOG2_E = 1.0 / math.log(2.0)
# The logarithm of two in two pieces, the first with room for eleven more bits.
_LOG_TWO_HIGH = float.fromhex("0x1.62e42fefa2000p-1")
_LOG_TWO_LOW = 7.371002565167799e-13
# Adding this rounds to an integer, which is then in the low bits.
_INTEGER_SHIFT = 1.5 * 2.0**52
_INTEGER_BITS = np.uint64(0x4330000000000000)
_INTEGER_FLOAT = 2.0**52
_MANTISSA_SIZE = np.uint64(52)
_ONE = np.uint64(1)
_EXPONENT_BIAS = np.uint64(1023)
_RATIO_BIAS = np.uint64(2047)
_RATIO_ROUNDING = np.uint64((2047 << 52) + (1 << 51))
_UPPER_HALF = np.uint64(0xFFFFFFFFF8000000)
_DEEPEST = 1100.0


@intrinsic
def _fused(_typing: Any, a: Any, b: Any, c: Any) -> Any:
    """a b + c, rounded once."""

    def code(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.fma(*arguments)

    return types.float64(types.float64, types.float64, types.float64), code


@intrinsic
def _bits_of(_typing: Any, number: Any) -> Any:
    """The 64 bits of a double as an unsigned integer."""

    def code(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(types.uint64))

    return types.uint64(types.float64), code


@intrinsic
def _double_of(_typing: Any, bits: Any) -> Any:
    """The double that has these 64 bits."""

    def code(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(types.float64))

    return types.float64(types.uint64), code


# An intrinsic's own signature is the compiler's; these are its callers'.
fused: Callable[[float, float, float], float] = cast(Any, _fused)
bits_of: Callable[[float], np.uint64] = cast(Any, _bits_of)
double_of: Callable[[np.uint64], float] = cast(Any, _double_of)


@njit(error_model="numpy")
def exp_of_minus_half_square(number: float, low: float) -> float:
    """exp(-(number + low)^2 / 2) with low far below number; no rounding is magnified by the exponent."""
    upper = double_of(bits_of(number) & _UPPER_HALF)
    half_square = 0.5 * upper * upper
    half_square = _DEEPEST if half_square > _DEEPEST else half_square
    shifted = fused(-half_square, _LOG2_E, _INTEGER_SHIFT)
    power = shifted - _INTEGER_SHIFT
    rest = fused(power, -_LOG_TWO_LOW, fused(power, -_LOG_TWO_HIGH, -half_square))
    rest = rest - 0.5 * (number - upper) * (number + upper) - number * low
    total = 0.0
    for coefficient in _EXP:
        total = fused(total, rest, coefficient)
    mantissa = 1.0 + fused(total * rest, rest, rest)
    # Two factors: the power of two alone may be below the smallest normal number.
    half = bits_of(0.5 * power + _INTEGER_SHIFT)
    whole = bits_of(shifted)
    first = double_of((half + _EXPONENT_BIAS) << _MANTISSA_SIZE)
    second = double_of((whole - half + _EXPONENT_BIAS) << _MANTISSA_SIZE)
    return mantissa * first * second


@njit(error_model="numpy")
def log_quotient(above: float, below: float) -> tuple[float, float]:
    """log(above / below) of positive normal numbers, as the sum of a double and its rounding error."""
    biased = (bits_of(above) + _RATIO_ROUNDING - bits_of(below)) >> _MANTISSA_SIZE
    power = double_of(biased | _INTEGER_BITS) - _INTEGER_FLOAT - 2047.0
    half = biased >> _ONE
    first = double_of(half << _MANTISSA_SIZE)
    second = double_of((biased - half - _ONE) << _MANTISSA_SIZE)
    # Within a factor 1.5 of each other now: the difference is exact.
    scaled = below * first * second
    difference, total = above - scaled, above + scaled
    part = total - above
    total_low = (above - (total - part)) + (scaled - part)
    inverse = 1.0 / total
    ratio = difference * inverse
    ratio_low = (fused(-ratio, total, difference) - ratio * total_low) * inverse
    square = ratio * ratio
    series = 0.0
    for coefficient in _ATANH:
        series = fused(series, square, coefficient)
    small = 2.0 * fused(ratio * square, series, ratio_low)
    large = power * _LOG_TWO_HIGH
    high = large + 2.0 * ratio
    low = (2.0 * ratio - (high - large)) + fused(power, _LOG_TWO_LOW, small)
    result = high + low
    return result, low - (result - high)


@njit(error_model="numpy")
def mills_ratios(near: float, far: float, width: float) -> tuple[float, float, float]:
    """R at `near` (at -near if that is below MILLS_BEGINS), R at `far`, and R(near) - R(far).

    R(d) = N(-d) / phi(d) is the Mills ratio of the normal law; |near| <= far and width = far - near. The
    difference is a divided difference times `width`, so that no two close numbers are subtracted; it holds
    for near > MILLS_BEGINS, below which the complements are the small quantities.
    """
    start = near if near > MILLS_BEGINS else -near
    start_shifted, far_shifted = start + _MILLS_CENTRE, far + _MILLS_CENTRE
    inverse = 1.0 / (start_shifted * far_shifted)
    start_inverse, far_inverse = far_shifted * inverse, start_shifted * inverse
    at_start = fused(-2.0 * _MILLS_CENTRE, start_inverse, 1.0)
    value, slope = _mills_pair(at_start, fused(-2.0 * _MILLS_CENTRE, far_inverse, 1.0))
    slope = 2.0 * _MILLS_CENTRE * slope
    far_value = fused(slope * inverse, far - start, value)
    difference = width * inverse * fused(-slope, far_inverse, value)
    return value * start_inverse, far_value * far_inverse, difference


@njit(error_model="numpy")
def _mills_pair(near: float, far: float) -> tuple[float, float]:
    """The polynomial f(p) = (d + 6) R(d), p = (d - 6) / (d + 6), at `near`; its divided difference to `far`.

    The divided difference comes out of Horner's rule itself.
    """
    value, slope = 0.0, 0.0
    for coefficient in _MILLS_HIGH:
        slope = fused(slope, far, value)
        value = fused(value, near, coefficient)
    for coefficient in _MILLS_MIDDLE:
        slope = fused(slope, far, value)
        value = fused(value, near, coefficient)
    for coefficient in _MILLS_LOW:
        slope = fused(slope, far, value)
        value = fused(value, near, coefficient)
    return value, slope
