"""Order-flow imbalance: what arrived on the bid side less what arrived on the ask side, level by level.

Best quotes: Cont, Kukanov and Stoikov, 'The price impact of order book events', Journal of Financial
Econometrics 12 (2014), equation 2. Deeper levels: Xu, Gould and Howison, 'Multi-level order-flow imbalance
in a limit order book' (2018), equation 4.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def order_flow_imbalance(depth: IntArray) -> FloatArray:
    """Order-flow imbalance from each state of a book to the next [lots], shape (time, level); row 0 is 0.

    depth: (time, side, level, 2), bids first, price [ticks] and volume [lots], (0, 0) where there is no
    level. Positive is pressure to buy. States may be every change of the book or snapshots: between
    snapshots only what is left of the changes counts. ValueError for another shape.
    """
    if depth.ndim != 4 or depth.shape[1] != 2 or depth.shape[3] != 2:
        raise ValueError(f"depth has shape {depth.shape}, expected (time, 2, level, 2)")
    out = np.zeros((len(depth), depth.shape[2]))
    _flows(np.ascontiguousarray(depth, np.int64), out)
    return out


@njit(cache=True, inline="always")
def level_flow(side: int, was_price: int, was_volume: int, price: int, volume: int) -> int:
    """Lots that arrived on a side, in terms of one level's state before and after; side +1 bids, -1 asks.

    The whole of a better price arrived, the whole of a worse one's predecessor left; at the same price the
    difference. A level that is not there is worse than any price.
    """
    if volume == 0 or was_volume == 0:
        return volume - was_volume
    better = side * (price - was_price)
    if better > 0:
        return volume
    if better < 0:
        return -was_volume
    return volume - was_volume


@njit(cache=True)
def _flows(depth: IntArray, out: FloatArray) -> None:
    for row in range(1, len(depth)):
        before, after = depth[row - 1], depth[row]
        for level in range(depth.shape[2]):
            for at in range(2):
                side = 1 - 2 * at
                out[row, level] += side * level_flow(
                    side,
                    before[at, level, 0],
                    before[at, level, 1],
                    after[at, level, 0],
                    after[at, level, 1],
                )
