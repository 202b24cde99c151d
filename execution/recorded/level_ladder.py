"""The recorded book by price level: occupied prices only, sorted so that the best is last.

A recording's prices run from one cent to stub quotes at 200,000 dollars, and a recorded book may be crossed
where the recording is wrong; so this is no ladder of all prices and nothing is matched in it. Most messages
are near the touch, where an insertion moves only a few levels.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from execution.recorded.messages import IntArray


class LevelLadder(NamedTuple):
    """Rows 0 (bids) and 1 (asks); column occupied[row] - 1 is the best level.

    price_ticks, volume [lots]: (2, level). old: the part of `volume` that was there before the recording
    began.
    """

    price_ticks: IntArray
    volume: IntArray
    old: IntArray
    occupied: IntArray


def empty_ladder(levels: int) -> LevelLadder:
    """Room for `levels` prices a side."""
    shape = (2, max(levels, 1))
    return LevelLadder(
        np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.zeros(2, np.int64)
    )


@njit(cache=True)
def find(ladder: LevelLadder, side: int, price_ticks: int) -> int:
    """Column of the level, or -1 - (the column where it would be)."""
    row = 0 if side > 0 else 1
    low, high = 0, ladder.occupied[row]
    while low < high:
        middle = (low + high) // 2
        if side * (ladder.price_ticks[row, middle] - price_ticks) < 0:
            low = middle + 1
        else:
            high = middle
    return low if low < ladder.occupied[row] and ladder.price_ticks[row, low] == price_ticks else -1 - low


@njit(cache=True)
def put(ladder: LevelLadder, side: int, price_ticks: int, volume: int, old: int) -> None:
    """Add volume to a level, of which `old` was there before the recording; a new level if need be."""
    row = 0 if side > 0 else 1
    at = find(ladder, side, price_ticks)
    if at < 0:
        at = -1 - at
        for column in range(ladder.occupied[row], at, -1):
            ladder.price_ticks[row, column] = ladder.price_ticks[row, column - 1]
            ladder.volume[row, column] = ladder.volume[row, column - 1]
            ladder.old[row, column] = ladder.old[row, column - 1]
        ladder.price_ticks[row, at] = price_ticks
        ladder.volume[row, at] = ladder.old[row, at] = 0
        ladder.occupied[row] += 1
    ladder.volume[row, at] += volume
    ladder.old[row, at] += old


@njit(cache=True)
def take(ladder: LevelLadder, side: int, price_ticks: int, quantity: int, known: bool) -> int:
    """Take up to `quantity` out of a level, of orders that the recording added (`known`) or of older ones.

    Returns what was taken; what is not there cannot be taken. An empty level is gone.
    """
    row = 0 if side > 0 else 1
    at = find(ladder, side, price_ticks)
    if at < 0:
        return 0
    there = ladder.volume[row, at] - ladder.old[row, at] if known else ladder.old[row, at]
    taken = min(quantity, there)
    ladder.volume[row, at] -= taken
    if not known:
        ladder.old[row, at] -= taken
    if ladder.volume[row, at] == 0:
        _close(ladder, row, at, at + 1)
    return int(taken)


@njit(cache=True)
def volume_at(ladder: LevelLadder, side: int, price_ticks: int) -> int:
    """Lots that rest at a price; 0 where there is no level."""
    at = find(ladder, side, price_ticks)
    return ladder.volume[0 if side > 0 else 1, at] if at >= 0 else 0


@njit(cache=True)
def drop_better(ladder: LevelLadder, side: int, price_ticks: int) -> bool:
    """Take out the levels of a side that are better than a price; say whether there were any."""
    row = 0 if side > 0 else 1
    before = ladder.occupied[row]
    while ladder.occupied[row] > 0:
        if side * (ladder.price_ticks[row, ladder.occupied[row] - 1] - price_ticks) <= 0:
            break
        ladder.occupied[row] -= 1
    return bool(ladder.occupied[row] < before)


@njit(cache=True)
def agree(ladder: LevelLadder, side: int, row: int, prices: IntArray, volumes: IntArray) -> None:
    """Make the best levels those of one row of (message, level) arrays, best first; deeper ones stay.

    A row with an empty level shows the whole side. What is too much goes out of the older volume first; what
    is missing counts as older.
    """
    ladder_row = 0 if side > 0 else 1
    shown = 0
    while shown < prices.shape[1] and volumes[row, shown] > 0:
        price, volume = prices[row, shown], volumes[row, shown]
        _drop_between(ladder, side, shown, price)
        at = ladder.occupied[ladder_row] - 1 - shown
        if at < 0 or ladder.price_ticks[ladder_row, at] != price:
            put(ladder, side, price, volume, volume)
        else:
            excess = ladder.volume[ladder_row, at] - volume
            ladder.volume[ladder_row, at] = volume
            ladder.old[ladder_row, at] = max(ladder.old[ladder_row, at] - excess, 0)
        shown += 1
    if shown < prices.shape[1]:
        _drop_from(ladder, ladder_row, shown)


@njit(cache=True)
def _drop_between(ladder: LevelLadder, side: int, kept: int, price_ticks: int) -> None:
    """Take out the levels that are better than a price but for the `kept` best."""
    row = 0 if side > 0 else 1
    top = ladder.occupied[row] - 1 - kept
    low = top
    while low >= 0 and side * (ladder.price_ticks[row, low] - price_ticks) > 0:
        low -= 1
    if low < top:
        _close(ladder, row, low + 1, top + 1)


@njit(cache=True)
def _drop_from(ladder: LevelLadder, row: int, kept: int) -> None:
    """Take out all but the best `kept` levels."""
    if ladder.occupied[row] > kept:
        _close(ladder, row, 0, ladder.occupied[row] - kept)


@njit(cache=True)
def _close(ladder: LevelLadder, row: int, start: int, end: int) -> None:
    """Take out the columns from start to before end."""
    for column in range(end, ladder.occupied[row]):
        to = column - end + start
        ladder.price_ticks[row, to] = ladder.price_ticks[row, column]
        ladder.volume[row, to] = ladder.volume[row, column]
        ladder.old[row, to] = ladder.old[row, column]
    ladder.occupied[row] -= end - start
