"""Draw from a finite law in constant time: the alias method (Walker 1977, Vose 1991)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from execution.random_stream import Stream, uniform

FloatArray = npt.NDArray[np.float64]


class AliasTable(NamedTuple):
    """A law on 0 .. n - 1: cell i gives i with probability keep[i], else other[i]; shapes (n,)."""

    keep: FloatArray
    other: npt.NDArray[np.int64]


def alias_table(weights: npt.ArrayLike) -> AliasTable:
    """The law proportional to `weights`, shape (n,).

    Raises ValueError unless they are finite, non-negative, and not all zero.
    """
    weight = np.asarray(weights, np.float64)
    if weight.ndim != 1 or not np.isfinite(weight).all() or (weight < 0.0).any() or weight.sum() <= 0.0:
        raise ValueError(f"weights are {weights}, expected finite numbers from 0 on, one of them positive")
    keep = weight * (len(weight) / weight.sum())
    other = np.arange(len(weight))
    small, large = list(np.flatnonzero(keep < 1.0)), list(np.flatnonzero(keep >= 1.0))
    while small and large:
        poor, rich = small.pop(), large[-1]
        other[poor] = rich
        keep[rich] -= 1.0 - keep[poor]
        if keep[rich] < 1.0:
            small.append(large.pop())
    keep[small + large] = 1.0  # what is left is 1 but for rounding
    return AliasTable(keep, other)


@njit(cache=True, forceinline=True)
def draw_index(table: AliasTable, stream: Stream) -> int:
    """One draw from the table's law, from one uniform number."""
    scaled = uniform(stream) * len(table.keep)
    cell = int(scaled)
    return cell if scaled - cell < table.keep[cell] else int(table.other[cell])
