"""A recorded book between two of its messages, as arrays: by order where they are known, and by level."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from execution.recorded.book_rows import BookHistory, book_sides
from execution.recorded.level_ladder import LevelLadder, empty_ladder, set_volume
from execution.recorded.messages import IntArray, RecordedKind, RecordedMessages
from execution.recorded.order_links import NO_ORDER, link_orders


class Flow(NamedTuple):
    """The recorded messages (row,), read only; level: number of its (side, price), NO_ORDER for none."""

    ts_ns: IntArray
    kind: npt.NDArray[np.uint8]
    side: npt.NDArray[np.int8]
    quantity: IntArray
    price_ticks: IntArray
    added_at: IntArray
    level: IntArray


class Levels(NamedTuple):
    """(level,): every (side, price) that a recording names, sorted by `key`.

    first, end: the level's rows in `queue`; all before `front` are gone. known: lots of orders that the
    recording added; old: lots of others, below 0 where recorded levels show less than the known orders have.
    old_lost, lost: lots that we took out of the old ones, and in all.
    """

    key: IntArray
    first: IntArray
    end: IntArray
    front: IntArray
    known: IntArray
    old: IntArray
    old_lost: IntArray
    lost: IntArray


class Replay(NamedTuple):
    """left, lost (row,): lots of the order that an ADD brought: what the recording has, what we took.

    queue: rows of the ADDs, by level and then by time. ladder: recorded volume by price less what we took.
    counts: messages played, lots traded, lots that recorded aggressors missed because we had taken them.
    stale (row,): the message proved levels wrong.
    """

    flow: Flow
    levels: Levels
    queue: IntArray
    left: IntArray
    lost: IntArray
    ladder: LevelLadder
    counts: IntArray
    stale: npt.NDArray[np.bool_]


PLAYED, TRADED, MISSED = range(3)


def new_replay(
    messages: RecordedMessages, initial: BookHistory | None = None, shown: BookHistory | None = None
) -> Replay:
    """The state before the first message: empty, or `initial`'s last row. `shown` names levels to come."""
    visible = messages.kind <= RecordedKind.TRADE
    keys = level_key(messages.side.astype(np.int64), messages.price_ticks)
    others = [
        level_key(np.int64(side), np.unique(prices[volumes > 0]))
        for book in (initial, shown)
        if book is not None
        for side, prices, volumes in book_sides(book)
    ]
    distinct = np.unique(np.concatenate([keys[visible], *others]))
    level = np.where(visible, np.searchsorted(distinct, keys), NO_ORDER)
    replay = Replay(
        _flow(messages, level),
        *_levels(messages, distinct, level),
        np.zeros(len(messages), np.int64),
        np.zeros(len(messages), np.int64),
        empty_ladder(len(distinct)),
        np.zeros(3, np.int64),
        np.zeros(len(messages), np.bool_),
    )
    for side, prices, volumes in book_sides(initial) if initial is not None and len(initial) else ():
        for price, volume in zip(prices[-1].tolist(), volumes[-1].tolist(), strict=True):
            if volume > 0:
                replay.levels.old[find_level(replay.levels, side, price)] = volume
                set_volume(replay.ladder, side, price, volume)
    return replay


def level_key(side: IntArray | np.int64, price_ticks: IntArray) -> IntArray:
    """One number for a side and a price."""
    return np.asarray(2 * price_ticks + (side > 0), np.int64)


def _flow(messages: RecordedMessages, level: IntArray) -> Flow:
    links = link_orders(messages.kind, messages.order_id, messages.quantity)
    return Flow(
        messages.ts_ns,
        messages.kind,
        messages.side,
        messages.quantity,
        messages.price_ticks,
        links.added_at,
        level,
    )


def _levels(messages: RecordedMessages, distinct: IntArray, level: IntArray) -> tuple[Levels, IntArray]:
    adds = np.flatnonzero(messages.kind == RecordedKind.ADD)
    queue = adds[np.argsort(level[adds], kind="stable")]
    bounds = np.searchsorted(level[queue], np.arange(len(distinct) + 1))
    totals = (np.zeros(len(distinct), np.int64) for _ in range(4))
    return Levels(distinct, bounds[:-1].copy(), bounds[1:].copy(), bounds[:-1].copy(), *totals), queue


@njit(cache=True)
def find_level(levels: Levels, side: int, price_ticks: int) -> int:
    """Number of a (side, price), NO_ORDER where the recording does not name it."""
    key = 2 * price_ticks + (1 if side > 0 else 0)
    low, high = 0, len(levels.key)
    while low < high:
        middle = (low + high) // 2
        if levels.key[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low if low < len(levels.key) and levels.key[low] == key else NO_ORDER


@njit(cache=True)
def refresh(replay: Replay, level: int) -> None:
    """Bring the ladder's level up to date."""
    levels = replay.levels
    there = levels.known[level] + levels.old[level] - levels.lost[level]
    key = levels.key[level]
    set_volume(replay.ladder, 1 if key & 1 else -1, key >> 1, max(there, 0))


@njit(cache=True)
def clear_level(replay: Replay, level: int) -> None:
    """Take out all that rests at a level: it was stale."""
    levels = replay.levels
    for at in range(levels.front[level], levels.end[level]):
        row = replay.queue[at]
        if row >= replay.counts[PLAYED]:
            break
        replay.left[row] = replay.lost[row] = 0
        levels.front[level] = at + 1
    levels.known[level] = levels.old[level] = levels.old_lost[level] = levels.lost[level] = 0
    refresh(replay, level)


@njit(cache=True)
def clear_better(replay: Replay, side: int, price_ticks: int) -> bool:
    """Take out the levels of a side that are better than a price; say whether there were any."""
    ladder, row = replay.ladder, 0 if side > 0 else 1
    before = ladder.occupied[row]
    while ladder.occupied[row] > 0:
        best = ladder.price_ticks[row, ladder.occupied[row] - 1]
        if side * (best - price_ticks) <= 0:
            break
        clear_level(replay, find_level(replay.levels, side, best))
    return bool(ladder.occupied[row] < before)


@njit(cache=True)
def add_order(replay: Replay, row: int, taken: int) -> None:
    """The order of an ADD enters its level; `taken` of it we have already."""
    level = replay.flow.level[row]
    replay.left[row] = replay.flow.quantity[row]
    replay.lost[row] = taken
    replay.levels.known[level] += replay.flow.quantity[row]
    replay.levels.lost[level] += taken
    refresh(replay, level)


@njit(cache=True)
def available(replay: Replay, row: int) -> int:
    """What a message's order has that we did not take."""
    order, level = replay.flow.added_at[row], replay.flow.level[row]
    if order == NO_ORDER:
        return int(max(replay.levels.old[level] - replay.levels.old_lost[level], 0))
    return int(replay.left[order] - replay.lost[order])


@njit(cache=True)
def taken_of(replay: Replay, row: int) -> int:
    """What we took of a message's order."""
    order, level = replay.flow.added_at[row], replay.flow.level[row]
    return int(replay.levels.old_lost[level] if order == NO_ORDER else replay.lost[order])


@njit(cache=True)
def take_out(replay: Replay, row: int) -> int:
    """A cancellation or execution leaves the recorded book; returns by how much what we see shrinks.

    What we had not taken of the order goes first, so that what we took stays taken.
    """
    flow, levels = replay.flow, replay.levels
    order, level = flow.added_at[row], flow.level[row]
    before = available(replay, row)
    if order == NO_ORDER:
        gone = min(flow.quantity[row], max(levels.old[level], 0))
        levels.old[level] -= gone
        freed = max(levels.old_lost[level] - max(levels.old[level], 0), 0)
        levels.old_lost[level] -= freed
    else:
        gone = replay.left[order] if flow.kind[row] == RecordedKind.DELETE else flow.quantity[row]
        gone = min(gone, replay.left[order])
        replay.left[order] -= gone
        freed = max(replay.lost[order] - replay.left[order], 0)
        replay.lost[order] -= freed
        levels.known[level] -= gone
    levels.lost[level] -= freed
    refresh(replay, level)
    return before - available(replay, row)


@njit(cache=True)
def agree(replay: Replay, side: int, row: int, prices: IntArray, volumes: IntArray) -> None:
    """Make the best recorded levels of a side those of one row of (message, level) arrays; deeper ones stay.

    A row with an empty level shows the whole side.
    """
    levels, ladder, ladder_row = replay.levels, replay.ladder, 0 if side > 0 else 1
    width = prices.shape[1]
    for at in range(width):
        if volumes[row, at] == 0:
            _keep_best(replay, side, row, prices, volumes, at)
            return
        level = find_level(levels, side, prices[row, at])
        levels.old[level] = volumes[row, at] - levels.known[level]
        refresh(replay, level)
        column = ladder.occupied[ladder_row] - 1
        while column >= 0 and side * (ladder.price_ticks[ladder_row, column] - prices[row, at]) > 0:
            price = ladder.price_ticks[ladder_row, column]
            if at == 0 or side * (price - prices[row, at - 1]) < 0:
                clear_level(replay, find_level(levels, side, price))
            column -= 1


@njit(cache=True)
def _keep_best(replay: Replay, side: int, row: int, prices: IntArray, volumes: IntArray, shown: int) -> None:
    """Take out every level that is worse than the last of `shown` ones."""
    ladder, ladder_row = replay.ladder, 0 if side > 0 else 1
    while ladder.occupied[ladder_row] > 0:
        worst = ladder.price_ticks[ladder_row, 0]
        if shown > 0 and side * (worst - prices[row, shown - 1]) >= 0:
            return
        clear_level(replay, find_level(replay.levels, side, worst))
