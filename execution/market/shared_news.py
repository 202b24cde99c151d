"""News that several instruments share: background markets whose fundamental prices move together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt

from execution.random_stream import Stream, new_streams

FloatArray = npt.NDArray[np.float64]

# Of a correlation: what rounding leaves of a symmetric, semidefinite matrix with ones on its diagonal.
_ROUNDING = 1e-9


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class News:
    """What moves one market's fundamental: normal numbers of several sources, added up by weight.

    streams: shape (source, 4), where each source begins. weights: shape (source,), of squares that sum to 1.
    Every market of the same sources takes one number of each at each instant of news, so markets that begin
    at one time, with burn-ins of one length, hear the same news.
    """

    streams: npt.NDArray[np.uint64]
    weights: FloatArray

    def copied(self) -> News:
        """The same news for another market to run through: a market uses its streams up."""
        return News(streams=self.streams.copy(), weights=self.weights)


def own_news(stream: Stream) -> News:
    """News of one source, which no other market hears."""
    return News(streams=np.ascontiguousarray(stream).reshape(1, 4), weights=np.ones(1))


def market_streams(rng: np.random.Generator) -> tuple[Stream, Stream]:
    """The flow's stream and the news' stream of a market that this generator makes; takes four numbers."""
    flow, news = new_streams(np.random.SeedSequence(rng.integers(0, 2**32, 4).tolist()), 2)
    return flow, news


def correlated_news(rngs: Sequence[np.random.Generator], correlation: npt.ArrayLike) -> tuple[News, ...]:
    """News of one market for each generator, whose fundamentals' moves correlate as stated.

    rngs: as the markets are made with, fresh: each is a source. The first market hears its own source alone,
    each later one those before it too; without correlation every market hears what it would by itself.
    correlation: shape (market, market). Markets must be of one regime and begin together, or they hear
    unrelated numbers. Raises ValueError unless it is a correlation matrix, positive semidefinite.
    """
    matrix = np.asarray(correlation, dtype=np.float64)
    if matrix.shape != (len(rngs), len(rngs)) or not _is_correlation(matrix):
        raise ValueError(f"expected a correlation matrix of {len(rngs)} markets; got {matrix.tolist()}")
    streams = np.array([market_streams(rng)[1] for rng in rngs], np.uint64).reshape(len(rngs), 4)
    return tuple(News(streams=streams.copy(), weights=row) for row in _triangular_root(matrix))


def _is_correlation(matrix: FloatArray) -> bool:
    if not np.isfinite(matrix).all() or np.abs(matrix - matrix.T).max(initial=0.0) > _ROUNDING:
        return False
    ones = np.abs(np.diag(matrix) - 1.0).max(initial=0.0) <= _ROUNDING
    return bool(ones and np.linalg.eigvalsh(matrix).min(initial=0.0) > -_ROUNDING)


def _triangular_root(matrix: FloatArray) -> FloatArray:
    """Cholesky's factor, which unlike numpy's exists where markets move as one; rows of length 1."""
    root = np.zeros_like(matrix)
    for column in range(len(matrix)):
        rest = matrix[column:, column] - root[column:, :column] @ root[column, :column]
        if rest[0] > _ROUNDING:
            root[column:, column] = rest / np.sqrt(rest[0])
    scaled: FloatArray = root / np.linalg.norm(root, axis=1, keepdims=True)
    return scaled
