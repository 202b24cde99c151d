"""Numba kernel of a structure's profit and loss at its first expiry: extremes, breakevens, probability.

Legs are columns of one array, its rows below. Legs of the first expiry are worth their intrinsic value then;
later ones Black's formula on what is left of their time, their volatility kept and their forward moving with
spot in proportion.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from numba import njit

FloatArray = npt.NDArray[np.float64]

# Rows: units held (ratio x multiplier); +1 call, -1 put, 0 underlying; the rest as their names say.
UNITS, SIGN, STRIKE, FORWARD, YEARS, VOLATILITY, DISCOUNT = range(7)
LEG_ROWS = 7
# What `fill_profile` writes before the breakevens.
GAIN, LOSS, PROBABILITY, COUNT = range(4)
PROFILE_ROWS = 4
DEVIATIONS = 5.0

_Function = TypeVar("_Function", bound=Callable[..., Any])

_GRID = 120
_HALVINGS = 60
_GOLDEN = 0.6180339887498949
_SAME_EXPIRY = 1e-9
_ROUNDING = 1e-12
_ROOT_HALF = math.sqrt(0.5)


def inner(function: _Function) -> _Function:
    """Compile for other kernels alone: a door for Python would take as long as the function itself."""
    return njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)  # type: ignore[call-overload, no-any-return]


@inner
def normal_below(number: float) -> float:
    """The normal distribution function."""
    return 0.5 * math.erfc(-_ROOT_HALF * number)


@inner
def _undiscounted(sign: float, forward: float, strike: float, deviation: float) -> float:
    if deviation <= 0.0 or forward <= 0.0:
        return max(sign * (forward - strike), 0.0)
    d1 = math.log(forward / strike) / deviation + 0.5 * deviation
    d2 = d1 - deviation
    return sign * (forward * normal_below(sign * d1) - strike * normal_below(sign * d2))


@inner
def first_expiry(legs: FloatArray) -> int:
    """The column of an option that expires first; -1 where there is none."""
    first = -1
    for leg in range(legs.shape[1]):
        if legs[SIGN, leg] != 0.0 and (first < 0 or legs[YEARS, leg] < legs[YEARS, first]):
            first = leg
    return first


@inner
def _is_later(legs: FloatArray, leg: int, first: int) -> bool:
    return bool(legs[SIGN, leg] != 0.0 and legs[YEARS, leg] > legs[YEARS, first] + _SAME_EXPIRY)


@inner
def has_later(legs: FloatArray, first: int) -> bool:
    """Whether an option outlives the first expiry."""
    later = False
    for leg in range(legs.shape[1]):
        later = later or _is_later(legs, leg, first)
    return later


@inner
def worth_at(legs: FloatArray, first: int, spot: float) -> float:
    """What all legs are worth at the first expiry at a spot [currency]."""
    worth = 0.0
    for leg in range(legs.shape[1]):
        sign, strike = legs[SIGN, leg], legs[STRIKE, leg]
        if sign == 0.0:
            price = spot
        elif _is_later(legs, leg, first):
            left = legs[YEARS, leg] - legs[YEARS, first]
            forward = spot * legs[FORWARD, leg] / legs[FORWARD, first]
            deviation = legs[VOLATILITY, leg] * math.sqrt(left)
            discount = legs[DISCOUNT, leg] / legs[DISCOUNT, first]
            price = discount * _undiscounted(sign, forward, strike, deviation)
        else:
            price = max(sign * (spot - strike), 0.0)
        worth += legs[UNITS, leg] * price
    return worth


@inner
def _knots(legs: FloatArray, first: int, knots: FloatArray) -> int:
    """Spots between which the profit is linear, or, with later expiries, seen on a fine grid; how many.

    Loops and no slices: numba takes three seconds more to compile those.
    """
    last, highest, count = first, 0.0, 0
    for leg in range(legs.shape[1]):
        if legs[SIGN, leg] != 0.0:
            count = _insert(knots, count, legs[STRIKE, leg])
            highest = max(highest, legs[STRIKE, leg])
            if _is_later(legs, leg, first) and legs[YEARS, leg] > legs[YEARS, last]:
                last = leg
    if first < 0 or last == first:
        count = _insert(knots, count, 0.0)
        return _insert(knots, count, 2.0 * highest if highest > 0.0 else 1.0)
    width = DEVIATIONS * max(legs[VOLATILITY, last], 0.01) * math.sqrt(legs[YEARS, last])
    for at in range(_GRID):
        step = 2.0 * at / (_GRID - 1.0) - 1.0
        count = _insert(knots, count, legs[FORWARD, first] * math.exp(width * step))
    return count


@inner
def _insert(knots: FloatArray, count: int, knot: float) -> int:
    """Put a knot in its place among the first `count`, which rise; the new count."""
    place = count
    while place > 0 and knots[place - 1] > knot:
        knots[place] = knots[place - 1]
        place -= 1
    knots[place] = knot
    return count + 1


@inner
def _slope_above(legs: FloatArray) -> float:
    """Units held when spot is above every strike; zero where only rounding is left of a sum."""
    total, size = 0.0, 0.0
    for leg in range(legs.shape[1]):
        if legs[SIGN, leg] >= 0.0:
            total += legs[UNITS, leg]
            size += abs(legs[UNITS, leg])
    return 0.0 if abs(total) <= 1e-9 * size else total


@inner
def _zero_between(
    legs: FloatArray, first: int, premium: float, low: float, high: float, below: float, above: float
) -> float:
    """The breakeven in an interval at whose ends the profit has opposite signs."""
    if not has_later(legs, first):
        return low + (high - low) * below / (below - above)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if (worth_at(legs, first, middle) - premium > 0.0) == (below > 0.0):
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@inner
def _extreme(legs: FloatArray, first: int, knots: FloatArray, at: int, direction: float) -> float:
    """The greatest worth x direction near a knot, by golden sections; the knot's own where it is a corner."""
    low, high = knots[max(at - 1, 0)], knots[min(at + 1, knots.size - 1)]
    best = direction * worth_at(legs, first, knots[at])
    for _ in range(_HALVINGS):
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        of_left, of_right = (
            direction * worth_at(legs, first, left),
            direction * worth_at(legs, first, right),
        )
        best = max(best, of_left, of_right)
        if of_left < of_right:
            low = left
        else:
            high = right
    return direction * best


@inner
def _below(level: float, outlook: FloatArray) -> float:
    """Probability that spot is below a level at the first expiry: lognormal, of a forward and a deviation."""
    forward, deviation = outlook
    if level <= 0.0:
        return 0.0
    if deviation <= 0.0:
        return 1.0 if level > forward else 0.0
    return normal_below(math.log(level / forward) / deviation + 0.5 * deviation)


@inner
def _gains_on(legs: FloatArray, first: int, premium: float, low: float, high: float) -> bool:
    """Whether there is a profit between two neighbouring breakevens; `high` infinite is beyond the last."""
    spot = 2.0 * (low + _highest(legs)) if high == math.inf else 0.5 * (low + high)
    worth = worth_at(legs, first, spot)
    return worth - premium > _ROUNDING * max(abs(worth), abs(premium))


@inner
def _highest(legs: FloatArray) -> float:
    highest = 1.0
    for leg in range(legs.shape[1]):
        highest = max(highest, legs[STRIKE, leg])
    return highest


@inner
def _probability(
    legs: FloatArray, first: int, premium: float, zeros: FloatArray, outlook: FloatArray, gains: FloatArray
) -> float:
    """Probability of profit; `gains` is filled with 1 for each stretch between breakevens that has one."""
    total, low, below = 0.0, 0.0, 0.0
    for at in range(zeros.size + 1):
        high = zeros[at] if at < zeros.size else math.inf
        up_to = _below(high, outlook) if at < zeros.size else 1.0
        gains[at] = 1.0 if _gains_on(legs, first, premium, low, high) else 0.0
        total += gains[at] * (up_to - below)
        low, below = high, up_to
    return total


@inner
def _zeros(
    legs: FloatArray,
    first: int,
    premium: float,
    knots: FloatArray,
    profit: FloatArray,
    slope: float,
    found: FloatArray,
) -> int:
    """All breakevens, rising, into `found`; the ends of a stretch on which nothing is gained or lost."""
    count, last = 0, knots.size - 1
    for at in range(knots.size):
        zero = -1.0
        if profit[at] == 0.0 and (at < last or slope != 0.0):
            flat = 0 < at < last and profit[at - 1] == 0.0 and profit[at + 1] == 0.0
            zero = -1.0 if flat else knots[at]
        if zero >= 0.0 and (count == 0 or zero > found[count - 1] * (1.0 + _ROUNDING)):
            found[count] = zero
            count += 1
        if at < last and profit[at] * profit[at + 1] < 0.0:
            found[count] = _zero_between(
                legs, first, premium, knots[at], knots[at + 1], profit[at], profit[at + 1]
            )
            count += 1
    if profit[last] * slope < 0.0:
        found[count] = knots[last] - profit[last] / slope
        count += 1
    return count


@njit(cache=True, error_model="numpy")
def fill_profile(legs: FloatArray, premium: float, outlook: FloatArray, out: FloatArray) -> None:
    """Write greatest gain and loss, probability of profit, number of breakevens, the breakevens, and gains.

    Gains are one more than breakevens: 1 for a stretch between two of them with a profit, else 0. legs: shape
    (LEG_ROWS, leg). premium [currency]: paid. outlook: forward of the first expiry and lognormal deviation to
    it. out: `profile_size(legs)` long.
    """
    first = first_expiry(legs)
    work = np.empty((2, legs.shape[1] + _GRID + 2))
    count = _knots(legs, first, work[0])
    knots, profit = work[0, :count], work[1, :count]
    lowest = highest = 0
    for at in range(count):
        worth = worth_at(legs, first, knots[at])
        profit[at] = worth - premium
        if abs(profit[at]) <= _ROUNDING * max(abs(worth), abs(premium)):
            profit[at] = 0.0
        lowest = at if profit[at] < profit[lowest] else lowest
        highest = at if profit[at] > profit[highest] else highest
    slope, curved = _slope_above(legs), has_later(legs, first)
    gain, loss = profit[highest], -profit[lowest]
    if curved:
        gain = _extreme(legs, first, knots, highest, 1.0) - premium
        loss = premium - _extreme(legs, first, knots, lowest, -1.0)
    found = out[PROFILE_ROWS:]
    zeros = _zeros(legs, first, premium, knots, profit, 0.0 if curved else slope, found)
    out[GAIN] = math.inf if slope > 0.0 else max(gain, 0.0)
    out[LOSS] = math.inf if slope < 0.0 else max(loss, 0.0)
    out[PROBABILITY] = _probability(legs, first, premium, found[:zeros], outlook, found[zeros:])
    out[COUNT] = zeros


@njit(cache=True, error_model="numpy")
def _fill_worths(legs: FloatArray, spots: FloatArray, worths: FloatArray) -> None:
    first = first_expiry(legs)
    for at in range(spots.size):
        worths[at] = worth_at(legs, first, spots[at])


def worths_at(legs: FloatArray, spots: FloatArray) -> FloatArray:
    """What a package is worth at its first expiry [currency] at each spot; legs as in `fill_profile`."""
    worths = np.empty(spots.size)
    _fill_worths(legs, np.ascontiguousarray(spots), worths)
    return worths


def profile_size(legs: int) -> int:
    """Elements that `fill_profile` may write for so many legs."""
    return PROFILE_ROWS + 4 * (legs + _GRID) + 4
