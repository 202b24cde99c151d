"""Sums by block of time: what a curve is made of, so that blocks can be drawn again without the data."""

from __future__ import annotations

import numpy as np

from execution.realism.ruler import BLOCKS
from execution.realism.tape import Floats, Integers

BlockSums = Floats  # shape (block, component, point)


def sums_by_block(columns: Floats, block: Integers) -> Floats:
    """Sums of each column of (row, column) over the rows of each block, shape (block, column)."""
    width = columns.shape[1]
    return np.stack([np.bincount(block, columns[:, i], BLOCKS) for i in range(width)], axis=1)


def lagged_products(series: Floats, block: Integers, lags: Integers) -> BlockSums:
    """Sums of series[t] * series[t + lag] and their number, by the block of t, for an autocorrelation.

    series: of mean zero, (time,). The result's components: products, number of products, squares, number.
    """
    squares = sums_by_block(np.stack((series**2, np.ones(len(series))), axis=1), block)
    columns = []
    for lag in lags.tolist():
        products = series[: max(len(series) - lag, 0)] * series[lag:]
        both = np.stack((products, np.ones(len(products))), axis=1)
        columns.append(np.concatenate((sums_by_block(both, block[: len(products)]), squares), axis=1))
    return np.stack(columns, axis=2)


def autocorrelation(sums: Floats) -> Floats:
    """Mean product at each lag over the mean square; sums (..., component, lag) as of `lagged_products`."""
    products, pairs, squares, count = (sums[..., i, :] for i in range(4))
    return np.asarray((products / pairs) / (squares / count))


def ratio(sums: Floats) -> Floats:
    """Component 0 over component 1 at each point."""
    return np.asarray(sums[..., 0, :] / sums[..., 1, :])
