"""What hedging inside a band leaves: losses path by path, their certainty equivalent, paired differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from hedger.network.market_study.recursion import hedge_in_band
from hedger.network.market_study.states import HedgingTask
from hedger.network.risk import EntropicRisk, Estimate

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgedLosses:
    """loss [currency], traded [currency], trades: shape (path,)."""

    loss: FloatArray
    traded: FloatArray
    trades: FloatArray


def hedged_losses(
    task: HedgingTask, spot: FloatArray, owed: FloatArray, lower: FloatArray, upper: FloatArray
) -> HedgedLosses:
    """Hedge inside a band, edges (step, path) [units of underlying], along spot (step + 1, path)."""
    loss, traded, side = owed.copy(), np.zeros_like(owed), np.empty(lower.shape, np.int8)
    edges = (np.ascontiguousarray(lower), np.ascontiguousarray(upper))
    hedge_in_band(spot, *edges, task.proportional_cost, side, loss, traded)
    return HedgedLosses(loss=loss, traded=traded, trades=np.abs(side).sum(axis=0, dtype=np.float64))


def paired_gain(
    losses: Sequence[FloatArray], others: Sequence[FloatArray], aversions: Sequence[float]
) -> Estimate:
    """Mean over books of the others' certainty equivalent less ours [currency]: positive where ours is ahead.

    losses, others: (path,) of each book on the same paths, different books on different ones. The error is to
    first order, of the paths alone: the books are as they are.
    """
    gains, squares = [], []
    for ours, theirs, aversion in zip(losses, others, aversions, strict=True):
        risk = EntropicRisk(aversion=aversion)
        difference = risk.influence(theirs) - risk.influence(ours)
        gains.append(risk.of(theirs) - risk.of(ours))
        squares.append(difference.var(ddof=1) / difference.size)
    return Estimate(value=float(np.mean(gains)), standard_error=sqrt(sum(squares)) / len(squares))


def effective_paths(loss: FloatArray, aversion: float) -> float:
    """How many paths the certainty equivalent rests on: (sum w)^2 / sum w^2 with w = exp(aversion x loss)."""
    weight = np.exp(aversion * (loss - loss.max()))
    return float(weight.sum() ** 2 / (weight * weight).sum())
