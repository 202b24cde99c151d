"""Numba kernel of the value of American puts above their exercise boundary, with all derivatives.

Early exercise premium (Kim 1990), m = log(S / K), y the log boundary, d- and d+ from m to y(1 - s):

    P = int_0^1 [R e^(-R s) N(-d-) - Q e^(m - Q s) N(-d+)] ds

The derivatives are taken under the integral, the boundary's included. Just above the boundary they change
within s of about (distance / w)^2, so the quadrature runs in t, sqrt(s) = sin(angle), angle =
scale sinh(t asinh(pi / (2 scale))), with the distance in deviations as scale. Closer than LEAST_GAP
deviations the derivatives are interpolated to their exact limits on the boundary.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from pricing.american.boundary import LEAST_FALL
from pricing.american.compiled import inner
from pricing.american.lane_functions import exponential, normal_density, normal_tail
from pricing.american.layout import (
    ANGLE,
    BEFORE,
    BLOCK,
    CHEBYSHEV,
    DEVIATION,
    HORIZON,
    INVERSE,
    LEVEL,
    LEVEL_Q,
    LEVEL_R,
    LEVEL_W,
    LEVEL_WW,
    P_M,
    P_MM,
    P_Q,
    P_QM,
    P_R,
    P_RM,
    P_W,
    P_WM,
    P_WW,
    PLACE,
    RANGE,
    RATE,
    REST,
    ROOT,
    SCALE,
    SQUARES,
    START,
    WEIGHT,
    YIELD,
    P,
)

FloatArray = npt.NDArray[np.float64]

LEAST_GAP = 0.003
_HALF_PI = 0.5 * math.pi


@inner
def premium(
    work: FloatArray, abscissae: FloatArray, final_weights: FloatArray, coefficients: FloatArray
) -> None:
    """Fill the premium's rows at the log moneyness in PLACE; coefficients by degree, then by square."""
    for i in range(P, P + 10 * BLOCK):
        work[i] = 0.0
    for i in range(BLOCK):
        work[RANGE + i] = math.asinh(_HALF_PI / work[SCALE + i])
    for point in range(abscissae.size):
        _locate(work, abscissae[point], final_weights[point])
        _interpolate(work, coefficients)
        _moving_level(work)
        _add_point(work)


@inner
def _locate(work: FloatArray, abscissa: float, final_weight: float) -> None:
    """ROOT = sqrt(s), WEIGHT for ds and ANGLE = the Chebyshev argument 2 sqrt(1 - s) - 1."""
    for i in range(BLOCK):
        growth = exponential(work[RANGE + i] * abscissa)
        angle = 0.5 * work[SCALE + i] * (growth - 1.0 / growth)
        slope = 0.5 * work[SCALE + i] * work[RANGE + i] * (growth + 1.0 / growth)
        # Series to 1e-16 on half the range: sine and cosine of half the angle.
        half = 0.5 * angle
        square = half * half
        sine, cosine = _sine(half, square), _cosine(square)
        root, other = 2.0 * sine * cosine, (cosine - sine) * (cosine + sine)
        work[ROOT + i] = root
        work[WEIGHT + i] = 2.0 * root * other * slope * final_weight
        work[REST + i] = other
        seen = other / work[HORIZON + i]
        work[ANGLE + i] = 2.0 * (seen if seen < 1.0 else 1.0) - 1.0


@inner
def _sine(angle: float, square: float) -> float:
    """Taylor's series, for angles up to pi / 4."""
    total = -1.0 / 1307674368000.0
    for divisor in (6227020800.0, -39916800.0, 362880.0, -5040.0, 120.0, -6.0, 1.0):
        total = total * square + 1.0 / divisor
    return total * angle


@inner
def _cosine(square: float) -> float:
    """Taylor's series, for angles up to pi / 4."""
    total = 1.0 / 20922789888000.0
    for divisor in (-87178291200.0, 479001600.0, -3628800.0, 40320.0, -720.0, 24.0, -2.0, 1.0):
        total = total * square + 1.0 / divisor
    return total


@inner
def _interpolate(work: FloatArray, coefficients: FloatArray) -> None:
    """The boundary's square and its derivatives at the point, by Chebyshev polynomials."""
    for i in range(BLOCK):
        work[CHEBYSHEV + i] = 1.0
        work[BEFORE + i] = work[ANGLE + i]
    for i in range(LEVEL, LEVEL + SQUARES * BLOCK):
        work[i] = 0.0
    for start in range(0, coefficients.size, SQUARES * BLOCK):
        for i in range(BLOCK):
            now = work[CHEBYSHEV + i]
            work[LEVEL + i] += coefficients[start + i] * now
            work[LEVEL_W + i] += coefficients[start + BLOCK + i] * now
            work[LEVEL_WW + i] += coefficients[start + 2 * BLOCK + i] * now
            work[LEVEL_R + i] += coefficients[start + 3 * BLOCK + i] * now
            work[LEVEL_Q + i] += coefficients[start + 4 * BLOCK + i] * now
            work[CHEBYSHEV + i] = 2.0 * work[ANGLE + i] * now - work[BEFORE + i]
            work[BEFORE + i] = now


@inner
def _moving_level(work: FloatArray) -> None:
    """The log boundary and its derivatives from those of its square."""
    for i in range(BLOCK):
        fall = LEAST_FALL * work[DEVIATION + i] * work[REST + i]
        least = work[START + i] * work[START + i] + fall * fall
        square = work[LEVEL + i]
        clear = square > least
        here = -math.sqrt(square if clear else least)
        along = 0.5 * work[LEVEL_W + i] / here
        bend = (0.5 * work[LEVEL_WW + i] - along * along) / here
        work[LEVEL + i] = here
        work[LEVEL_W + i] = along if clear else 0.0
        work[LEVEL_WW + i] = bend if clear else 0.0
        work[LEVEL_R + i] = 0.5 * work[LEVEL_R + i] / here
        work[LEVEL_Q + i] = 0.5 * work[LEVEL_Q + i] / here


@inner
def _add_point(work: FloatArray) -> None:
    """Add a point to the premium and its derivatives."""
    for i in range(BLOCK):
        rate, dividend, inverse = work[RATE + i], work[YIELD + i], work[INVERSE + i]
        root, weight, place = work[ROOT + i], work[WEIGHT + i], work[PLACE + i]
        over, s = inverse / root, root * root
        lower = (place - work[LEVEL + i]) * over
        lower += ((rate - dividend) * inverse - 0.5 * work[DEVIATION + i]) * root
        upper = lower + work[DEVIATION + i] * root
        kept = exponential(-rate * s) * weight
        held = exponential(place - dividend * s) * weight
        share = exponential(work[LEVEL + i])
        density = normal_density(lower) * kept
        strike_leg = normal_tail(lower, density, kept)
        share_leg = normal_tail(upper, normal_density(upper) * held, held)
        gain, paid = rate - dividend * share, dividend * share
        lower_w = -work[LEVEL_W + i] * over - lower * inverse - root
        lower_ww = -work[LEVEL_WW + i] * over + work[LEVEL_W + i] * over * inverse
        lower_ww += (lower * inverse - lower_w) * inverse
        lower_r = root * inverse - work[LEVEL_R + i] * over
        lower_q = -root * inverse - work[LEVEL_Q + i] * over
        mass = density * over
        push = gain * lower_w - paid * root
        bend = gain * lower_ww - lower * lower_w * push - paid * work[LEVEL_W + i] * (lower_w + root)
        work[P + i] += rate * strike_leg - dividend * share_leg
        work[P_M + i] -= gain * mass + dividend * share_leg
        work[P_MM + i] += mass * (gain * lower * over + paid) - dividend * share_leg
        work[P_W + i] -= density * push
        work[P_WW + i] -= density * bend
        work[P_WM + i] += mass * (gain * (lower * lower_w + inverse) + paid * work[LEVEL_W + i])
        work[P_WM + i] += paid * density * (lower_w + root)
        work[P_R + i] += strike_leg * (1.0 - rate * s) - density * gain * lower_r
        work[P_Q + i] -= share_leg * (1.0 - dividend * s) + density * gain * lower_q
        work[P_RM + i] += mass * (gain * lower * lower_r - 1.0 + rate * s)
        work[P_QM + i] += (1.0 - dividend * s) * (share * mass - share_leg) + mass * gain * lower * lower_q
