"""Numba kernels of the Greeks of European options, on the blocks of `pricing.black_kernel`."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from pricing.black_kernel import (
    BLOCK,
    DISCOUNT,
    FAR,
    FORWARD,
    INVERSE,
    NEAR,
    PEAK,
    SIGN,
    SPOT,
    STRIKE,
    TAIL_FAR,
    TAIL_NEAR,
    VALUE,
    VALUE_ROWS,
    VOLATILITY,
    YEARS,
    block_count,
    load,
    load_column,
    quantiles,
    tails,
)
from pricing.normal_kernel import log_quotient

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

# Rows of the results, in the order of the dataclasses' fields.
_OUT = VALUE_ROWS * BLOCK
(
    _WORTH,
    _DELTA,
    _GAMMA,
    _VEGA,
    _THETA,
    _RHO,
    _DIVIDEND_RHO,
    _VANNA,
    _VOLGA,
    _CHARM,
    _DUAL_DELTA,
    _DUAL_GAMMA,
) = (_OUT + row * BLOCK for row in range(12))
_SPEED, _COLOUR, _ZOMMA, _ULTIMA = (_OUT + row * BLOCK for row in range(4))
GREEK_ROWS = VALUE_ROWS + 12
_LEAST_NORMAL = float(np.finfo(np.float64).tiny)


@njit(cache=True, error_model="numpy")
def fill_greeks(
    columns: tuple[FloatArray, ...],
    spot: FloatArray,
    is_call: BoolArray,
    work: FloatArray,
    greeks: FloatArray,
) -> None:
    """Fill the twelve rows of `greeks`, in the order of GreekColumns.

    The columns are forward, strike, years, volatility and discount; they and spot are as long as a row or of
    one element. `work` has GREEK_ROWS * BLOCK elements.
    """
    rows, size = greeks.shape
    for start in range(0, size, BLOCK):
        count = block_count(size, start)
        load(columns, is_call, work, start, count)
        load_column(spot, work, SPOT, start, count)
        quantiles(work)
        tails(work)
        _greeks(work)
        for row in range(rows):
            for i in range(count):
                greeks[row, start + i] = work[_OUT + row * BLOCK + i]


@njit(cache=True, error_model="numpy")
def fill_third_order(
    columns: tuple[FloatArray, ...],
    spot: FloatArray,
    is_call: BoolArray,
    work: FloatArray,
    greeks: FloatArray,
) -> None:
    """Fill the four rows of `greeks`, in the order of ThirdOrderColumns, from the inputs of `fill_greeks`."""
    rows, size = greeks.shape
    for start in range(0, size, BLOCK):
        count = block_count(size, start)
        load(columns, is_call, work, start, count)
        load_column(spot, work, SPOT, start, count)
        quantiles(work)
        tails(work)
        _third_order(work)
        for row in range(rows):
            for i in range(count):
                greeks[row, start + i] = work[_OUT + row * BLOCK + i]


@njit(error_model="numpy")
def _share(sign: float, above: bool, tail: float) -> float:
    """w N(w d) from the tail that the out-of-the-money option has in it; w = +1 for a call, -1 for a put."""
    return sign * (tail if (sign > 0.0) == above else 1.0 - tail)


@njit(error_model="numpy")
def _greeks(work: FloatArray) -> None:
    for i in range(BLOCK):
        forward, strike, years = work[FORWARD + i], work[STRIKE + i], work[YEARS + i]
        spot, sign, inverse = work[SPOT + i], work[SIGN + i], work[INVERSE + i]
        nothing = 0.0 if spot >= _LEAST_NORMAL and spot < math.inf else math.nan
        discount, peak, value = (
            work[DISCOUNT + i] + nothing,
            work[PEAK + i] + nothing,
            work[VALUE + i] + nothing,
        )
        near, far = work[NEAR + i], work[FAR + i]
        tail_near, tail_far = work[TAIL_NEAR + i], work[TAIL_FAR + i]
        above = strike >= forward
        d1, d2 = (-near, -far) if above else (far, near)
        forward_leg = discount * forward * _share(sign, above, tail_near if above else tail_far)
        strike_leg = discount * _share(sign, above, tail_far if above else tail_near)
        log_discount, log_growth = log_quotient(discount, 1.0)[0], log_quotient(forward, spot)[0]
        inverse_years = 1.0 / years if years > 0.0 else 0.0
        rate, carry = -log_discount * inverse_years, log_growth * inverse_years
        inverse_spot = 1.0 / spot
        inverse_strike = 1.0 / strike if strike >= _LEAST_NORMAL else 0.0
        root, scaled = math.sqrt(years), peak * inverse
        variance_rate = work[VOLATILITY + i] * work[VOLATILITY + i]
        slide = 0.5 * inverse_years * peak * d2 if inverse > 0.0 else 0.0
        work[_WORTH + i] = value
        work[_DELTA + i] = forward_leg * inverse_spot
        work[_GAMMA + i] = scaled * inverse_spot * inverse_spot
        work[_VEGA + i] = peak * root
        work[_THETA + i] = rate * value - carry * forward_leg - 0.5 * variance_rate * scaled
        work[_RHO + i] = years * strike * strike_leg
        work[_DIVIDEND_RHO + i] = -years * forward_leg
        work[_VANNA + i] = -scaled * d2 * root * inverse_spot
        work[_VOLGA + i] = scaled * d1 * d2 * years
        work[_CHARM + i] = ((rate - carry) * forward_leg + slide - scaled * carry) * inverse_spot
        work[_DUAL_DELTA + i] = -strike_leg
        work[_DUAL_GAMMA + i] = scaled * inverse_strike * inverse_strike


@njit(error_model="numpy")
def _third_order(work: FloatArray) -> None:
    for i in range(BLOCK):
        forward, strike, years = work[FORWARD + i], work[STRIKE + i], work[YEARS + i]
        spot, inverse = work[SPOT + i], work[INVERSE + i]
        nothing = 0.0 if spot >= _LEAST_NORMAL and spot < math.inf else math.nan
        peak = work[PEAK + i] + nothing
        near, far = work[NEAR + i], work[FAR + i]
        d1, d2 = (-near, -far) if strike >= forward else (far, near)
        log_discount, log_growth = log_quotient(work[DISCOUNT + i], 1.0)[0], log_quotient(forward, spot)[0]
        inverse_years = 1.0 / years if years > 0.0 else 0.0
        rate, carry = -log_discount * inverse_years, log_growth * inverse_years
        inverse_spot, per_volatility = 1.0 / spot, math.sqrt(years) * inverse
        gamma = peak * inverse * inverse_spot * inverse_spot
        product = d1 * d2
        decay = 0.5 * inverse_years + rate - carry + d1 * (carry * inverse - 0.5 * d2 * inverse_years)
        bend = product * (product - 1.0) - d1 * d1 - d2 * d2
        work[_SPEED + i] = -gamma * inverse_spot * (1.0 + d1 * inverse)
        work[_COLOUR + i] = gamma * decay
        work[_ZOMMA + i] = gamma * (product - 1.0) * per_volatility
        work[_ULTIMA + i] = peak * years * inverse * per_volatility * bend
