"""Several books as one: which venue has the next lot cheapest."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def cheapest_first(lots: IntArray, cost: FloatArray, volume: IntArray) -> IntArray:
    """How many lots to take at each venue when the cheapest level of any is taken first, (order, venue).

    lots: of each order, 0 or more, shape (order,). cost: of a lot of each level, fees included. volume: lots
    of it, 0 where there is no level; both (order, venue, level). Of equal costs the earlier venue goes first.
    What no level holds is the first venue's. Marginal costs are merged: no other split of what the levels
    hold is cheaper.
    """
    orders, venues, levels = volume.shape
    shown = np.where(volume > 0, cost, np.inf).reshape(orders, -1)
    order = np.argsort(shown, axis=1, kind="stable")
    offered = np.take_along_axis(volume.reshape(orders, -1), order, axis=1).astype(np.int64)
    before = np.cumsum(offered, axis=1) - offered
    taken = np.zeros((orders, venues * levels), np.int64)
    np.put_along_axis(taken, order, np.clip(lots[:, None] - before, 0, offered), axis=1)
    at_venue: IntArray = taken.reshape(volume.shape).sum(axis=2)
    at_venue[:, 0] += lots - at_venue.sum(axis=1)
    return at_venue
