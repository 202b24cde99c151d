"""Losses of hedging inside a band along paths, and their gradient with respect to the band's edges.

The band is a table by date and node of log spot, read by linear interpolation. Holdings are clamped into it,
so a path's loss is continuous in every edge and its derivative exists almost everywhere; the adjoint needs
only which edge, if any, was hit at each date. Axes: step, path of the paths; date, node of the tables.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

FloatArray = npt.NDArray[np.float64]
ByteArray = npt.NDArray[np.int8]

# Paths worked on together, so that their holdings stay in the nearest cache.
_BLOCK = 512


@njit(cache=True, error_model="numpy")
def band_losses(
    spot: FloatArray,
    place: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    cost: float,
    trade: ByteArray,
    loss: FloatArray,
) -> None:
    """Add costs less gains to `loss` (path,), which holds what is owed; write the side of every trade.

    spot: (step + 1, path) [currency]. place: (step, path), the position of log spot among the nodes, at least
    0 and below the last node. lower, upper: (step, node) [units of underlying]. cost: fraction of the traded
    value; the first holding is bought from nothing. trade: (step, path), +1 where bought, -1 where sold.
    """
    steps, paths = place.shape
    holding = np.empty(_BLOCK)
    for begin in range(0, paths, _BLOCK):
        count = min(_BLOCK, paths - begin)
        holding[:] = 0.0
        for n in range(steps):
            for k in range(count):
                p = begin + k
                node = int(place[n, p])
                share = place[n, p] - node
                low = lower[n, node] + share * (lower[n, node + 1] - lower[n, node])
                high = upper[n, node] + share * (upper[n, node + 1] - upper[n, node])
                held = holding[k]
                bought, sold = held < low, held > high
                now = low if bought else (high if sold else held)
                trade[n, p] = 1 if bought else (-1 if sold else 0)
                loss[p] += cost * abs(now - held) * spot[n, p] - now * (spot[n + 1, p] - spot[n, p])
                holding[k] = now


@njit(cache=True, error_model="numpy")
def band_gradients(
    spot: FloatArray,
    place: FloatArray,
    cost: float,
    trade: ByteArray,
    weight: FloatArray,
    lower_gradient: FloatArray,
    upper_gradient: FloatArray,
) -> None:
    """Add the gradient of sum(weight * loss) with respect to both tables, of shape (step, node)."""
    steps, paths = place.shape
    later = np.empty(_BLOCK)
    for begin in range(0, paths, _BLOCK):
        count = min(_BLOCK, paths - begin)
        later[:] = 0.0
        for n in range(steps - 1, -1, -1):
            for k in range(count):
                p = begin + k
                value = later[k] - (spot[n + 1, p] - spot[n, p])
                side = trade[n, p]
                if side == 0:
                    later[k] = value
                    continue
                charge = side * cost * spot[n, p]
                later[k] = -charge
                node = int(place[n, p])
                share = place[n, p] - node
                edge = weight[p] * (value + charge)
                table = lower_gradient if side > 0 else upper_gradient
                table[n, node] += edge * (1.0 - share)
                table[n, node + 1] += edge * share
