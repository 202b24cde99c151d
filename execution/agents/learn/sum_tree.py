"""A binary tree of sums: draws a leaf with a chance proportional to its priority in logarithmic time."""

from __future__ import annotations

from typing import final

import numpy as np
import numpy.typing as npt
from numba import njit

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@final
class SumTree:
    """Priorities of so many leaves, all 0 at first.

    nodes: the root at 1, the children of n at 2 n and 2 n + 1, leaves from `first` on; each node is the sum
    of its children, computed anew with every change, so that nothing drifts.
    """

    def __init__(self, leaves: int) -> None:
        if leaves < 1:
            raise ValueError(f"a tree needs a leaf, got {leaves}")
        self.first = 1 << (leaves - 1).bit_length()
        self.leaves = leaves
        self.nodes: FloatArray = np.zeros(2 * self.first)

    @property
    def total(self) -> float:
        """Sum of all priorities."""
        return float(self.nodes[1])

    def set(self, leaves: IntArray, priorities: FloatArray) -> None:
        """Set the priorities of leaves, both of shape (draw,); of a leaf named twice the last counts."""
        _set(self.nodes, self.first + leaves, priorities)

    def priorities(self, leaves: IntArray) -> FloatArray:
        """Priorities of leaves, shape (draw,)."""
        return self.nodes[self.first + leaves]

    def draw(self, uniforms: FloatArray) -> IntArray:
        """Leaves at uniforms in [0, 1) of the total, shape (draw,)."""
        found = np.empty(len(uniforms), dtype=np.int64)
        _draw(self.nodes, self.first, uniforms, found)
        return found


@njit(cache=True)
def _set(nodes, places, priorities):  # type: ignore[no-untyped-def]
    for index in range(len(places)):
        node = places[index]
        nodes[node] = priorities[index]
        node //= 2
        while node > 0:
            nodes[node] = nodes[2 * node] + nodes[2 * node + 1]
            node //= 2


@njit(cache=True)
def _draw(nodes, first, uniforms, found):  # type: ignore[no-untyped-def]
    for index in range(len(uniforms)):
        left = uniforms[index] * nodes[1]
        node = 1
        while node < first:
            node *= 2
            # Rounding may carry past the last leaf that has a priority.
            if left >= nodes[node] and nodes[node + 1] > 0.0:
                left -= nodes[node]
                node += 1
        found[index] = node - first
