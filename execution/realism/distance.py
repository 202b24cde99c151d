"""How far two laws are apart: half the L1 distance of histograms, and Wasserstein-1.

Both are computed from counts by block of time, shape (block, cell), so that a bootstrap over blocks is one
matrix product. Cells are shared by all tapes that are compared with one held-out tape.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from execution.realism.observed import Observed
from execution.realism.ruler import BLOCKS
from execution.realism.tape import Floats, Integers

MOST_BINS = 200
MOST_CELLS = 512
_TAIL = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """A partition of the line: edges (cell - 1,) between cells and a point (cell,) that stands for each."""

    edges: Floats
    point: Floats

    def counts(self, sample: Observed, block: Integers) -> Floats:
        """Number of values by block and cell, shape (block, cell)."""
        cells = len(self.edges) + 1
        key = block * cells + np.searchsorted(self.edges, sample.value, side="right")
        return np.bincount(key, minlength=BLOCKS * cells).reshape(BLOCKS, cells).astype(np.float64)


def histogram_cells(values: Floats, *, whole: bool) -> Cells:
    """Bins by the rule of Freedman and Diaconis (1981), the two at the ends open, at most 200.

    values: of the held-out tape alone, so that no simulation sets the bins that it is judged by. whole: of
    integers; bins are then a whole number wide and cut halfway between integers.
    """
    low, high = np.quantile(values, (_TAIL, 1.0 - _TAIL))
    lower, upper = np.quantile(values, (0.25, 0.75))
    width = 2.0 * (upper - lower) / len(values) ** (1.0 / 3.0)
    width = max(float(width), float(high - low) / MOST_BINS)
    if whole:
        width = max(1.0, np.ceil(width))
        edges = np.arange(np.floor(low) + 0.5, high + width, width)
    elif width == 0.0:
        edges = np.array([low, np.nextafter(low, np.inf)])  # one value: below it, it, above it
    else:
        edges = np.linspace(low, high, int(np.ceil((high - low) / width)) + 1)
    return Cells(edges=edges, point=np.zeros(len(edges) + 1))


def quantile_cells(samples: Sequence[Floats]) -> Cells:
    """At most 512 cells of all the samples' values together, each stood for by the mean of its values.

    Each sample counts alike, whatever its length. With no more different values than cells, and the cells
    are these values, the distance is exact; otherwise off by less than a cell's width times its share.
    """
    pooled = np.concatenate(samples)
    distinct = np.unique(pooled)
    if len(distinct) <= MOST_CELLS:
        return Cells(edges=0.5 * (distinct[1:] + distinct[:-1]), point=distinct)
    level = np.linspace(0.0, 1.0, MOST_CELLS // len(samples) + 1)
    edges = np.unique(np.concatenate([np.quantile(sample, level) for sample in samples]))
    cell = np.searchsorted(edges, pooled, side="right")
    number = np.bincount(cell, minlength=len(edges) + 1)
    total = np.bincount(cell, pooled, len(edges) + 1)
    held = np.flatnonzero(number)
    inner = edges[held[1:] - 1]  # an empty cell falls to the one before it
    return Cells(edges=inner, point=total[held] / number[held])


def total_variation(first: Floats, second: Floats) -> Floats:
    """Half the sum of absolute differences of shares, 0 to 1, of counts (..., cell); LOB-Bench's L1."""
    return np.asarray(0.5 * np.abs(_shares(first) - _shares(second)).sum(axis=-1))


def wasserstein(first: Floats, second: Floats, point: Floats) -> Floats:
    """Area between the distribution functions of counts (..., cell) at `point`, in its unit."""
    gap = np.cumsum(_shares(first) - _shares(second), axis=-1)[..., :-1]
    return np.asarray(np.abs(gap) @ np.diff(point))


def _shares(counts: Floats) -> Floats:
    """Counts over their sum; without any, all zero."""
    return np.asarray(counts / np.maximum(counts.sum(axis=-1, keepdims=True), 1.0))
