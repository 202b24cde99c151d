"""Exponential and normal law for loops over lanes: inline and without a branch, so that they vectorise."""

from __future__ import annotations

import math

import numpy as np

from pricing.american.compiled import inner
from pricing.normal_kernel import bits_of, double_of, fused, mills_ratios

_LOG2_E = 1.0 / math.log(2.0)
_LOG_TWO_HIGH = float.fromhex("0x1.62e42fefa2000p-1")
_LOG_TWO_LOW = 7.371002565167799e-13
_INTEGER_SHIFT = 1.5 * 2.0**52
_EXPONENT_BIAS = np.uint64(1023)
_MANTISSA_SIZE = np.uint64(52)
_MOST_EXPONENT = 700.0
# Taylor's series; loops of this length are unrolled, which a longer one is not.
_SERIES_HIGH = tuple(1.0 / math.factorial(power) for power in range(12, 6, -1))
_SERIES_LOW = tuple(1.0 / math.factorial(power) for power in range(6, -1, -1))
_INVERSE_SQRT_TWO_PI = 1.0 / math.sqrt(2.0 * math.pi)


@inner
def exponential(exponent: float) -> float:
    """exp(x) to a unit or two in the last place, x held within -700 and 700."""
    held = -_MOST_EXPONENT if exponent < -_MOST_EXPONENT else exponent
    held = _MOST_EXPONENT if held > _MOST_EXPONENT else held
    shifted = fused(held, _LOG2_E, _INTEGER_SHIFT)
    power = shifted - _INTEGER_SHIFT
    rest = fused(power, -_LOG_TWO_LOW, fused(power, -_LOG_TWO_HIGH, held))
    total = 0.0
    for coefficient in _SERIES_HIGH:
        total = fused(total, rest, coefficient)
    for coefficient in _SERIES_LOW:
        total = fused(total, rest, coefficient)
    return total * double_of((bits_of(shifted) + _EXPONENT_BIAS) << _MANTISSA_SIZE)


@inner
def normal_density(quantile: float) -> float:
    """phi(x)."""
    return _INVERSE_SQRT_TWO_PI * exponential(-0.5 * quantile * quantile)


@inner
def normal_tail(quantile: float, density: float, scale: float) -> float:
    """scale N(-x), where density = scale phi(x) is at hand; the far tail keeps its relative precision."""
    size = abs(quantile)
    ratio, _, _ = mills_ratios(size, size, 0.0)
    tail = density * ratio
    return tail if quantile >= 0.0 else scale - tail
