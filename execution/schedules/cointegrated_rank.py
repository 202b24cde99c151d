"""How many relations of several mids revert: Johansen's reduced-rank regression and its trace test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from execution.errors import NotIdentifiedError
from execution.schedules.schedule import FloatArray

# 5% critical values of the trace statistic with a constant in the relations, by the number of random walks
# under the hypothesis, from 1 on: J. MacKinnon, A. Haug and L. Michelis, Numerical distribution functions of
# likelihood ratio tests for cointegration, Journal of Applied Econometrics 14 (1999). All ten agree with long
# simulations of the limit.
TRACE_5_PERCENT = (
    9.1645,
    20.2618,
    35.1928,
    54.0790,
    76.9728,
    103.8473,
    134.6780,
    169.5991,
    208.4374,
    251.2650,
)
_SINGULAR = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReversionRank:
    """Relations b'S + k of mids S, by how much they revert.

    relations: b, shape (leg, relation), and constants: k, shape (relation,), of a mean square of 1 each, the
    first reverting most. trace: statistic of at most 0, 1, ... relations, and critical: its 5% value, both
    shape (leg,). rank: the least number that is not rejected.
    """

    relations: FloatArray
    constants: FloatArray
    trace: FloatArray
    critical: FloatArray
    rank: int


def reversion_rank(mids: FloatArray) -> ReversionRank:
    """Canonical correlations of moves with the mids before them. mids: shape (time, leg), of similar sizes.

    NotIdentifiedError when a mid does not move or is a combination of the others.

    Reference: S. Johansen, Estimation and hypothesis testing of cointegration vectors in Gaussian vector
    autoregressive models, Econometrica 59 (1991), with a constant restricted to the relations.
    """
    moves, before = np.diff(mids, axis=0), np.column_stack([mids[:-1], np.ones(len(mids) - 1)])
    (of_moves, weights), (of_before, upper) = np.linalg.qr(moves), np.linalg.qr(before)
    for triangle in (weights, upper):
        if np.abs(np.diag(triangle)).min() <= _SINGULAR * np.abs(triangle).max():
            raise NotIdentifiedError("mids of a leg do not move, or are a combination of the other legs'")
    _, correlations, turned = np.linalg.svd(of_moves.T @ of_before, full_matrices=False)
    found = solve_triangular(upper, turned.T) * np.sqrt(len(moves))
    shares = -len(moves) * np.log1p(-np.square(np.minimum(correlations, 1.0 - 1e-15)))
    trace = np.cumsum(shares[::-1])[::-1]
    critical = np.array(TRACE_5_PERCENT[: len(trace)][::-1])
    held = np.flatnonzero(trace <= critical)
    return ReversionRank(
        relations=found[:-1],
        constants=found[-1],
        trace=trace,
        critical=critical,
        rank=int(held[0]) if len(held) else len(trace),
    )
