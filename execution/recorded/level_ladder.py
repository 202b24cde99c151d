"""A book by price level: occupied prices only, sorted so that the best is last.

A recording's prices run from one cent to stub quotes at 200,000 dollars, and a recorded book may be crossed
where the recording is wrong; so this is no ladder of all prices, and nothing is matched in it. Most messages
are near the touch, where an insertion moves only a few levels.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from execution.recorded.messages import IntArray

NO_PRICE = -1


class LevelLadder(NamedTuple):
    """price_ticks, volume [lots]: (2, level), bids and asks; the best is in column occupied[row] - 1."""

    price_ticks: IntArray
    volume: IntArray
    occupied: IntArray


def empty_ladder(levels: int) -> LevelLadder:
    """Room for `levels` prices a side."""
    shape = (2, max(levels, 1))
    return LevelLadder(np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.zeros(2, np.int64))


@njit(cache=True)
def set_volume(ladder: LevelLadder, side: int, price_ticks: int, volume: int) -> None:
    """Make a price hold so much; 0 takes its level out."""
    row = 0 if side > 0 else 1
    at = _place(ladder, side, price_ticks)
    there = at < ladder.occupied[row] and ladder.price_ticks[row, at] == price_ticks
    if volume > 0 and not there:
        for column in range(ladder.occupied[row], at, -1):
            ladder.price_ticks[row, column] = ladder.price_ticks[row, column - 1]
            ladder.volume[row, column] = ladder.volume[row, column - 1]
        ladder.price_ticks[row, at] = price_ticks
        ladder.occupied[row] += 1
    elif volume == 0 and there:
        ladder.occupied[row] -= 1
        for column in range(at, ladder.occupied[row]):
            ladder.price_ticks[row, column] = ladder.price_ticks[row, column + 1]
            ladder.volume[row, column] = ladder.volume[row, column + 1]
    if volume > 0:
        ladder.volume[row, at] = volume


@njit(cache=True)
def volume_at(ladder: LevelLadder, side: int, price_ticks: int) -> int:
    """Lots at a price; 0 where there is no level."""
    row = 0 if side > 0 else 1
    at = _place(ladder, side, price_ticks)
    there = at < ladder.occupied[row] and ladder.price_ticks[row, at] == price_ticks
    return int(ladder.volume[row, at]) if there else 0


@njit(cache=True)
def write_levels(ladder: LevelLadder, side: int, row: int, prices: IntArray, volumes: IntArray) -> None:
    """Write a side's best levels into one row of (message, level) arrays; NO_PRICE and 0 below the last."""
    ladder_row = 0 if side > 0 else 1
    last = ladder.occupied[ladder_row] - 1
    for level in range(prices.shape[1]):
        there = level <= last
        prices[row, level] = ladder.price_ticks[ladder_row, last - level] if there else NO_PRICE
        volumes[row, level] = ladder.volume[ladder_row, last - level] if there else 0


@njit(cache=True)
def _place(ladder: LevelLadder, side: int, price_ticks: int) -> int:
    """Column of the first level that is not worse than a price, searched from the best."""
    row = 0 if side > 0 else 1
    low, high = 0, ladder.occupied[row]
    step = 1
    while high - step > 0 and side * (ladder.price_ticks[row, high - step] - price_ticks) >= 0:
        step *= 2
    low = max(high - step, 0)
    high -= step // 2
    while low < high:
        middle = (low + high) // 2
        if side * (ladder.price_ticks[row, middle] - price_ticks) < 0:
            low = middle + 1
        else:
            high = middle
    return int(low)
