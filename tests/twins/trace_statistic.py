"""Johansen's trace statistic of many random walks, drawn from what it tends to as they grow long."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def traces(moves: FloatArray) -> FloatArray:
    """trace((sum dW F')(sum F F')^-1 (sum F dW')) of each draw, F the walks before each step and 1.

    moves: dW, shape (draw, step, walk), standard normal. The limit in the steps is the law of the trace
    statistic of as many unrelated walks (Johansen 1991).
    """
    count, steps, walks = moves.shape
    before = np.concatenate([np.zeros((count, 1, walks)), moves.cumsum(axis=1)[:, :-1]], axis=1)
    levels = np.concatenate([before, np.ones((count, steps, 1))], axis=2)
    crossed = moves.transpose(0, 2, 1) @ levels
    squares = levels.transpose(0, 2, 1) @ levels
    found: FloatArray = np.einsum("pij,pji->p", crossed, np.linalg.solve(squares, crossed.transpose(0, 2, 1)))
    return found


def extrapolated_quantile(
    walks: int, level: float, count: int, steps: int, rng: np.random.Generator
) -> float:
    """Quantile in the limit: an error that falls as one over the steps is taken off.

    The same walks are looked at `steps` times and half as often.
    """
    part = max(1, 4_000_000 // (steps * (walks + 1)))
    fine, coarse = [], []
    for first in range(0, count, part):
        size = min(part, count - first)
        moves = rng.standard_normal((size, steps, walks))
        fine.append(traces(moves))
        pairs = moves.reshape(size, steps // 2, 2, walks).sum(axis=2)
        coarse.append(traces(pairs / np.sqrt(2.0)))
    long, short = (float(np.quantile(np.concatenate(each), level)) for each in (fine, coarse))
    return 2.0 * long - short
