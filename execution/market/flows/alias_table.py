"""Draw from a finite law in constant time: the alias method (Walker 1977, Vose 1991)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from execution.book.compiled import inlined
from execution.random_stream import Stream, uniform

FloatArray = npt.NDArray[np.float64]


# A law on 0 .. n - 1, shape (2, n): cell i gives i with probability table[0, i], else table[1, i]. One array,
# not a tuple of two, since parallel loops take no tuples inside a flow's parameters.
AliasTable = FloatArray


def alias_table(weights: npt.ArrayLike) -> AliasTable:
    """The law proportional to `weights`, shape (n,).

    Raises ValueError unless they are finite, non-negative, and not all zero.
    """
    weight = np.asarray(weights, np.float64)
    if weight.ndim != 1 or not np.isfinite(weight).all() or (weight < 0.0).any() or weight.sum() <= 0.0:
        raise ValueError(f"weights are {weight}, expected finite numbers from 0 on, one of them positive")
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
    return np.array([keep, other])


@inlined
def draw_index(table: AliasTable, stream: Stream) -> int:
    """One draw from the table's law, from one uniform number."""
    scaled = uniform(stream) * table.shape[1]
    cell = int(scaled)
    return cell if scaled - cell < table[0, cell] else int(table[1, cell])
