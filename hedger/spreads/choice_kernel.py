"""Every whole combination within a budget of reduced cost, looked at in turn."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from execution.book.compiled import compiled, internal

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

DEEPEST = 256
_MARGIN = 1e-9


class Pivots(NamedTuple):
    """The columns in which the relaxation trades a fraction, one to each of as many binding rows.

    activity: shape (pivot, row). row: the binding rows. inverse: from those rows to quantities, shape (pivot,
    pivot). anchor: the rows' binding sides. per_cost: how far a row may go beyond its side for one of
    currency, signed.
    """

    cost: FloatArray
    most: IntArray
    is_leg: BoolArray
    activity: FloatArray
    row: IntArray
    inverse: FloatArray
    anchor: FloatArray
    per_cost: FloatArray


class Others(NamedTuple):
    """All other columns by rising reduced cost; activity: shape (column, row).

    is_turned: it counts downwards from its limit and stops to be a leg with its last contract.
    """

    cost: FloatArray
    most: IntArray
    is_leg: BoolArray
    is_turned: BoolArray
    activity: FloatArray
    reduced: FloatArray


class Bounds(NamedTuple):
    """Of every row, and how many legs may trade; turned_legs: held at their limit to begin with."""

    lower: FloatArray
    upper: FloatArray
    most_legs: int
    turned_legs: int


class Scratch(NamedTuple):
    """Room that the search works in: a row a depth, and one value a pivot or a row.

    searched: combinations looked at so far, shape (1,).
    """

    activity: FloatArray
    spent: FloatArray
    used: FloatArray
    legs: IntArray
    repeats: IntArray
    distance: FloatArray
    first: IntArray
    last: IntArray
    trial: IntArray
    found: IntArray
    path: IntArray
    total: FloatArray
    searched: IntArray


def scratch(rows: int, pivots: int) -> Scratch:
    """Room for a problem of so many rows and pivots."""
    deep = DEEPEST + 1
    first, last, trial, found = (np.zeros(pivots, np.int64) for _ in range(4))
    return Scratch(
        activity=np.zeros((deep, rows)),
        spent=np.zeros(deep),
        used=np.zeros(deep),
        legs=np.zeros(deep, np.int64),
        repeats=np.zeros(deep, np.int64),
        distance=np.zeros(pivots),
        first=first,
        last=last,
        trial=trial,
        found=found,
        path=np.full(DEEPEST, -1, np.int64),
        total=np.zeros(rows),
        searched=np.zeros(1, np.int64),
    )


@internal
def set_ranges(activity: FloatArray, left: float, pivots: Pivots, room: Scratch) -> bool:
    """Fewest and most contracts of each pivot that end the binding rows within a budget of their sides.

    The rows share the budget `left` [currency], so that a pivot moves at most by the farthest that one of
    them could move it. False where some pivot has no such number.
    """
    for row in range(len(pivots.row)):
        room.distance[row] = pivots.anchor[row] - activity[pivots.row[row]]
    for pivot in range(len(pivots.row)):
        middle, down, up = 0.0, 0.0, 0.0
        for row in range(len(pivots.row)):
            middle += pivots.inverse[pivot, row] * room.distance[row]
            moved = pivots.inverse[pivot, row] * pivots.per_cost[row] * left
            down, up = min(down, moved), max(up, moved)
        most = pivots.most[pivot]
        lowest = max(middle + down - 1e-7, 0.0)
        highest = min(middle + up + 1e-7, float(most))
        if math.floor(highest) < math.ceil(lowest):
            return False
        room.first[pivot], room.last[pivot] = math.ceil(lowest), math.floor(highest)
    return True


@internal
def meets(activity: FloatArray, bounds: Bounds) -> bool:
    """Whether every row lies within its bounds, to a billionth of the row's scale."""
    for row in range(len(activity)):
        if activity[row] < bounds.lower[row] - _MARGIN or activity[row] > bounds.upper[row] + _MARGIN:
            return False
    return True


@internal
def complete(
    depth: int, left: float, most_searched: int, pivots: Pivots, bounds: Bounds, room: Scratch
) -> float:
    """Cost of the cheapest pivots that complete what is held at a depth, infinite where none do."""
    if not set_ranges(room.activity[depth], left, pivots, room):
        return math.inf
    best, trial, count = math.inf, room.trial, len(pivots.row)
    for k in range(count):
        trial[k] = room.first[k]
    while True:
        room.searched[0] += 1
        cost, legs = room.spent[depth], room.legs[depth]
        for row in range(len(room.total)):
            room.total[row] = room.activity[depth, row]
        for k in range(count):
            cost += trial[k] * pivots.cost[k]
            legs += 1 if trial[k] > 0 and pivots.is_leg[k] else 0
            for row in range(len(room.total)):
                room.total[row] += trial[k] * pivots.activity[k, row]
        if cost < best and legs <= bounds.most_legs and meets(room.total, bounds):
            best = cost
            for pivot in range(count):
                room.found[pivot] = trial[pivot]
        k = 0
        while k < count and trial[k] == room.last[k]:
            trial[k] = room.first[k]
            k += 1
        if k == count or room.searched[0] > most_searched:
            return best
        trial[k] += 1


@internal
def keep(path: IntArray, depth: int, found: IntArray, best_path: IntArray, best_pivots: IntArray) -> None:
    """Write a solution down: the path to it, ended by -1, and its pivots."""
    for k in range(len(best_path)):
        best_path[k] = path[k] if k < depth else -1
    for k in range(len(found)):
        best_pivots[k] = found[k]


@internal
def deepen(depth: int, column: int, again: bool, others: Others, room: Scratch) -> None:
    """Hold one contract more of a column, one level down."""
    for row in range(room.activity.shape[1]):
        room.activity[depth + 1, row] = room.activity[depth, row] + others.activity[column, row]
    room.spent[depth + 1] = room.spent[depth] + others.cost[column]
    room.used[depth + 1] = room.used[depth] + others.reduced[column]
    repeats = room.repeats[depth] + 1 if again else 1
    room.repeats[depth + 1] = repeats
    room.legs[depth + 1] = room.legs[depth]
    if others.is_leg[column] and others.is_turned[column]:
        room.legs[depth + 1] -= 1 if repeats == others.most[column] else 0
    elif others.is_leg[column]:
        room.legs[depth + 1] += 1 if repeats == 1 else 0


@compiled
def enumerate_choices(
    budget: float,
    base: float,
    most_searched: int,
    others: Others,
    pivots: Pivots,
    bounds: Bounds,
    room: Scratch,
    best_path: IntArray,
    best_pivots: IntArray,
) -> tuple[float, int, bool]:
    """The cheapest of all solutions that cost at most `budget` above `base`, the relaxation's cost.

    Returns its cost (infinite where there is none), the combinations looked at, and whether all were: no more
    than most_searched, none of more than DEEPEST contracts. best_path, best_pivots: receive the solution, the
    path's end as -1.
    """
    path = room.path
    best, whole, depth, column, fresh = math.inf, True, 0, 0, True
    while True:
        allowed = min(budget, best - base) + _MARGIN
        if fresh:
            fresh = False
            room.searched[0] += 1
            if room.searched[0] > most_searched:
                return best, room.searched[0], False
            left = allowed - room.used[depth]
            completed = complete(depth, left, most_searched, pivots, bounds, room)
            if completed < best - _MARGIN and completed <= base + budget + 1e-6:
                best = completed
                keep(path, depth, room.found, best_path, best_pivots)
        elif column < len(others.reduced) and room.used[depth] + others.reduced[column] <= allowed:
            again = depth > 0 and path[depth - 1] == column
            if depth == DEEPEST:
                whole, column = False, len(others.reduced)
            elif (again and room.repeats[depth] >= others.most[column]) or (
                not again
                and others.is_leg[column]
                and room.legs[depth] >= bounds.most_legs + bounds.turned_legs
            ):
                column += 1
            else:
                path[depth] = column
                deepen(depth, column, again, others, room)
                depth, fresh = depth + 1, True
        elif depth == 0:
            return best, room.searched[0], whole and room.searched[0] <= most_searched
        else:
            depth -= 1
            column = path[depth] + 1
