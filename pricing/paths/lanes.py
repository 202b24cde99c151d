"""Random numbers for many paths side by side: SFC64 streams in lanes, normals by Box and Muller.

Every lane is numpy's SFC64 generator (Doty-Humphrey's Small Fast Chaotic 64), which needs no 64-bit product
and so runs in vector registers everywhere, as does all that is made of its words: there is no branch. A
kernel works in one array, the streams being the bits of its first rows, so that the compiler knows all rows
apart without checking at run time.

numba's cache looks at the file of the outermost kernel alone: after a change here, clear the caches.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from pricing.american.compiled import inner
from pricing.normal_kernel import bits_of, double_of, fused

Words = npt.NDArray[np.uint64]
FloatArray = npt.NDArray[np.float64]

LANES = 64
SEED_WORDS = 3 * LANES
STREAM_ROWS = 4

_WARM_UP_ROUNDS = 12  # as numpy's SFC64 after seeding
# Rows of the streams: three words and a counter, as numpy has them.
_B, _C, _COUNTER, _FIRST = (row * LANES for row in range(1, 5))
_ONE, _TWELVE, _MANTISSA_SIZE = np.uint64(1), np.uint64(12), np.uint64(52)
_ROTATE, _BACK = np.uint64(24), np.uint64(40)
_SHIFT_RIGHT, _SHIFT_LEFT = np.uint64(11), np.uint64(3)
_SIGN_PLACE = np.uint64(63)
_BITS_OF_ONE = np.uint64(0x3FF0000000000000)
_BITS_OF_ROOT_HALF = np.uint64(0x3FE6A09E667F3BCD)
_BITS_OF_SHIFT = np.uint64(0x4330000000000000)
_SHIFT = 2.0**52
_EXPONENT_BIAS, _TWICE_BIAS = np.uint64(1023), np.uint64(1024)
_LOG_TWO = math.log(2.0)
# Taylor's series, highest power first; loops of this length are unrolled, which a longer one is not.
_ATANH_HIGH = tuple(1.0 / (2 * power + 1) for power in range(10, 5, -1))
_ATANH_LOW = tuple(1.0 / (2 * power + 1) for power in range(5, -1, -1))
_SINE = tuple((-1.0) ** power / math.factorial(2 * power + 1) for power in range(7, -1, -1))
_COSINE = tuple((-1.0) ** power / math.factorial(2 * power) for power in range(8, -1, -1))
_HALF_PI = 0.5 * math.pi


def lane_seed(seed: np.random.SeedSequence) -> Words:
    """Words that `start_lanes` begins its streams with, shape (SEED_WORDS,)."""
    return seed.generate_state(SEED_WORDS, np.uint64).astype(np.uint64, copy=False)


@inner
def start_lanes(seed_words: Words, work: FloatArray) -> None:
    """Set the streams of all lanes, the first rows of `work`: three seed words each, as numpy sets SFC64."""
    for at in range(SEED_WORDS):
        work[at] = double_of(seed_words[at])
    for lane in range(LANES):
        work[_COUNTER + lane] = double_of(_ONE)
    for _ in range(_WARM_UP_ROUNDS):
        draw_words(work, _FIRST)


@inner
def draw_words(work: FloatArray, row: int) -> None:
    """64 random bits of every lane, put into a row of `work` as the bits of a double."""
    for lane in range(LANES):
        a, b = bits_of(work[lane]), bits_of(work[_B + lane])
        c, counter = bits_of(work[_C + lane]), bits_of(work[_COUNTER + lane])
        word = a + b + counter
        work[lane] = double_of(b ^ (b >> _SHIFT_RIGHT))
        work[_B + lane] = double_of(c + (c << _SHIFT_LEFT))
        work[_C + lane] = double_of(((c << _ROTATE) | (c >> _BACK)) + word)
        work[_COUNTER + lane] = double_of(counter + _ONE)
        work[row + lane] = double_of(word)


@inner
def draw_uniforms(work: FloatArray, row: int) -> None:
    """A uniform number in (0, 1] of every lane, put into a row of `work`."""
    draw_words(work, row)
    for lane in range(LANES):
        work[row + lane] = unit_of(bits_of(work[row + lane]))


@inner
def draw_normals(work: FloatArray, first_row: int, second_row: int) -> None:
    """Two standard normal numbers of every lane, put into two rows of `work`."""
    draw_words(work, first_row)
    draw_words(work, second_row)
    for lane in range(LANES):
        first, second = normal_pair(bits_of(work[first_row + lane]), bits_of(work[second_row + lane]))
        work[first_row + lane] = first
        work[second_row + lane] = second


@inner
def unit_of(word: np.uint64) -> float:
    """A uniform number in (0, 1] from the upper 52 bits of a word."""
    return 2.0 - double_of((word >> _TWELVE) | _BITS_OF_ONE)


@inner
def logarithm(number: float) -> float:
    """log(x) of a positive normal number, to 3e-16 of the larger of |log x| and 1/2.

    x = 2^n m with m within a factor sqrt(2) of one, log m = 2 atanh((m - 1) / (m + 1)).
    """
    bits = bits_of(number) - _BITS_OF_ROOT_HALF + (_EXPONENT_BIAS << _MANTISSA_SIZE)
    biased = bits >> _MANTISSA_SIZE
    power = double_of(biased | _BITS_OF_SHIFT) - _SHIFT - 1023.0
    mantissa = double_of(bits_of(number) - ((biased - _EXPONENT_BIAS) << _MANTISSA_SIZE))
    ratio = (mantissa - 1.0) / (mantissa + 1.0)
    square = ratio * ratio
    series = 0.0
    for coefficient in _ATANH_HIGH:
        series = fused(series, square, coefficient)
    for coefficient in _ATANH_LOW:
        series = fused(series, square, coefficient)
    return fused(power, _LOG_TWO, 2.0 * ratio * series)


@inner
def normal_pair(radius_word: np.uint64, angle_word: np.uint64) -> tuple[float, float]:
    """Two independent standard normal numbers (Box and Muller 1958); none is beyond 8.5.

    The angle is drawn within an eighth of a turn either side of an axis; a low bit of each word, which no
    uniform number uses, chooses among the four axes.
    """
    radius = math.sqrt(-2.0 * logarithm(unit_of(radius_word)))
    signed = double_of(bits_of(radius) ^ ((radius_word & _ONE) << _SIGN_PLACE))
    angle = _HALF_PI * (1.5 - double_of((angle_word >> _TWELVE) | _BITS_OF_ONE))
    square = angle * angle
    sine, cosine = 0.0, 0.0
    for coefficient in _SINE:
        sine = fused(sine, square, coefficient)
    for coefficient in _COSINE:
        cosine = fused(cosine, square, coefficient)
    sine = sine * angle
    swapped = (angle_word & _ONE) == _ONE
    first = sine if swapped else cosine
    second = cosine if swapped else sine
    return signed * first, signed * second
