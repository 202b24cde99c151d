"""Policies compared on the same books: their figures over books drawn again by start day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from benchmarks.hedging_study import NO_HEDGE, BookPath, Outcome, outcome
from hedger.policy import POLICIES, HedgePolicy

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

RESAMPLES = 1_000
TAIL = 0.05
NAMES = (NO_HEDGE, *(policy.name for policy in POLICIES))
_CHOSEN: tuple[HedgePolicy | None, ...] = (None, *POLICIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Outcomes of books under policies; arrays of shape (book, policy), policies in the order of NAMES.

    Figures in bp of notional as in `Outcome`. aversion: risk aversion times notional. squares: of the steps
    that end on each of `days`, summed over books, shape (day, policy); steps: how many, shape (day,).
    """

    kinds: tuple[str, ...]
    starts: tuple[date, ...]
    aversion: float
    profit: FloatArray
    cost: FloatArray
    turnover: FloatArray
    trades: FloatArray
    days: tuple[date, ...]
    squares: FloatArray
    steps: FloatArray

    def weights(self, kept: BoolArray, *, block: int) -> FloatArray:
        """How often each book counts, shape (1 + resample, book); in the first row each that is `kept` once.

        All books of a start day are drawn together, and `block` consecutive start days too, around the end
        (circular blocks of Politis and Romano 1992): books that overlap share their surprises.
        """
        starts = np.array(self.starts, dtype="datetime64[D]")
        days, at = np.unique(starts[kept], return_inverse=True)
        weights = np.zeros((1 + RESAMPLES, len(starts)))
        weights[:, kept] = block_counts(len(days), block)[:, at]
        return weights


def block_counts(days: int, block: int) -> FloatArray:
    """How often each day is drawn, shape (1 + resample, day); in the first row each once."""
    first = np.random.default_rng(days).integers(days, size=(RESAMPLES, -(-days // block)))
    drawn = ((first[:, :, None] + np.arange(block)) % days).reshape(RESAMPLES, -1)[:, :days]
    counts = [np.ones(days), *(np.bincount(each, minlength=days) for each in drawn)]
    return np.array(counts, dtype=np.float64)


def compared(paths: Sequence[BookPath], *, cost_bps: float, aversion: float) -> Comparison:
    """Every book under every policy, and under none."""
    outcomes = [
        [outcome(path, policy, cost_bps=cost_bps, aversion=aversion) for policy in _CHOSEN] for path in paths
    ]

    days, squares, steps = _squares_by_day(paths, outcomes)

    def column(of: Callable[[Outcome], float]) -> FloatArray:
        return np.array([[of(each) for each in row] for row in outcomes])

    return Comparison(
        kinds=tuple(path.kind for path in paths),
        starts=tuple(path.start for path in paths),
        aversion=aversion,
        profit=column(lambda each: each.profit),
        cost=column(lambda each: each.cost),
        turnover=column(lambda each: each.turnover),
        trades=column(lambda each: each.trades),
        days=days,
        squares=squares,
        steps=steps,
    )


def _squares_by_day(
    paths: Sequence[BookPath], outcomes: Sequence[Sequence[Outcome]]
) -> tuple[tuple[date, ...], FloatArray, FloatArray]:
    every = np.concatenate([np.array(path.step_days, dtype="datetime64[D]") for path in paths])
    squares = np.concatenate([np.column_stack([each.steps**2 for each in row]) for row in outcomes])
    days, at = np.unique(every, return_inverse=True)
    summed = np.zeros((len(days), len(NAMES)))
    np.add.at(summed, at, squares)
    return tuple(days.tolist()), summed, np.bincount(at).astype(np.float64)


def mean(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Weighted means, shape (resample, policy), of values (book, policy) by weights (resample, book)."""
    return np.asarray(weights @ values / weights.sum(axis=1, keepdims=True))


def deviation(profit: FloatArray, weights: FloatArray) -> FloatArray:
    """Standard deviations [bp], shapes as in `mean`."""
    centred = profit - profit.mean(axis=0)
    return np.sqrt(np.maximum(mean(centred**2, weights) - mean(centred, weights) ** 2, 0.0))


def shortfall(profit: FloatArray, weights: FloatArray) -> FloatArray:
    """Expected shortfall at 95%: mean loss of the worst twentieth [bp], shapes as in `mean`."""
    found = np.empty((len(weights), profit.shape[1]))
    for policy, own in enumerate(profit.T):
        order = np.argsort(own)
        sorted_weights = weights[:, order]
        tail = TAIL * sorted_weights.sum(axis=1, keepdims=True)
        before = np.cumsum(sorted_weights, axis=1) - sorted_weights
        inside = np.clip(tail - before, 0.0, sorted_weights)
        found[:, policy] = -(inside @ own[order]) / tail[:, 0]
    return found


def certainty_equivalent(comparison: Comparison, weights: FloatArray) -> FloatArray:
    """-log E exp(-aversion x profit) / aversion [bp], aversion per notional; shapes as in `mean`."""
    per_bp = comparison.aversion / 1e4
    worst = comparison.profit.min(axis=0)
    return worst - np.log(mean(np.exp(per_bp * (worst - comparison.profit)), weights)) / per_bp


def driftless(comparison: Comparison, weights: FloatArray) -> FloatArray:
    """Certainty equivalent as it would be had all hedges gained the same before costs: -cost - risk [bp].

    In a market without drift they do; in a few months of a real one their means differ by luck, and a hedger
    does not speculate. Shapes as in `mean`.
    """
    gross = mean(comparison.profit + comparison.cost, weights)
    return certainty_equivalent(comparison, weights) - gross
