"""Returns of the mid price: their law, what they remember, and how it changes with the horizon.

On the ruler's clock, in ticks: over minutes and hours a tick is as good a unit as a percent.
"""

from __future__ import annotations

import numpy as np

from execution.realism.blocks import BlockSums, lagged_products, sums_by_block
from execution.realism.clock import messages_on_clock, mid_on_clock
from execution.realism.observed import Observed, observed
from execution.realism.ruler import BLOCKS, CLUSTER_LAGS, HORIZON_STEPS, RETURN_LAGS, Ruler
from execution.realism.tape import Floats, Integers, Tape

_NORMAL_KURTOSIS = 3.0


def return_of_ten_steps(tape: Tape, ruler: Ruler) -> Observed:
    """Change of the mid over ten steps of the clock, without overlap [ticks]."""
    mid, at = mid_on_clock(tape, ruler)
    return observed(np.diff(mid[::10]), at[::10][1:])


def realised_volatility(tape: Tape, ruler: Ruler) -> Observed:
    """Root of the sum of squared one-step returns over windows of fifty steps [ticks]."""
    mid, at = mid_on_clock(tape, ruler)
    squared = np.concatenate(([0.0], np.cumsum(np.diff(mid) ** 2))) if len(mid) else np.empty(0)
    return observed(np.sqrt(np.maximum(np.diff(squared[::50]), 0.0)), at[::50][1:])


def return_autocorrelation(tape: Tape, ruler: Ruler) -> BlockSums:
    """Products of one-step returns by lag; see `autocorrelation`."""
    moves, block = _moves(tape, ruler)
    return lagged_products(moves - moves.mean() if len(moves) else moves, block, RETURN_LAGS)


def absolute_return_autocorrelation(tape: Tape, ruler: Ruler) -> BlockSums:
    """Products of absolute one-step returns by lag: volatility clusters where they stay related."""
    moves, block = _moves(tape, ruler)
    size = np.abs(moves)
    return lagged_products(size - size.mean() if len(size) else size, block, CLUSTER_LAGS)


def activity_autocorrelation(tape: Tape, ruler: Ruler) -> BlockSums:
    """Products of log(1 + messages in a step) by lag."""
    count = np.log1p(messages_on_clock(tape, ruler).astype(np.float64))
    block = np.arange(len(count)) * BLOCKS // max(len(count), 1)
    return lagged_products(count - count.mean() if len(count) else count, block, CLUSTER_LAGS)


def moments_by_horizon(tape: Tape, ruler: Ruler) -> BlockSums:
    """Count, squares and fourth powers of overlapping returns by horizon, components (0, 1, 2)."""
    mid, at = mid_on_clock(tape, ruler)
    block = ruler.block_of(tape, at)
    columns = []
    for steps in HORIZON_STEPS:
        moves = mid[steps:] - mid[:-steps]
        powers = np.stack((np.ones(len(moves)), moves**2, moves**4), axis=1)
        columns.append(sums_by_block(powers, block[steps:]))
    return np.stack(columns, axis=2)


def excess_kurtosis(sums: Floats) -> Floats:
    """Kurtosis less the normal law's 3, by horizon, about a mean of zero; sums (..., component, horizon)."""
    count, square, fourth = sums[..., 0, :], sums[..., 1, :], sums[..., 2, :]
    return np.asarray(fourth * count / square**2 - _NORMAL_KURTOSIS)


def log_kurtosis_ratio(excess: Floats) -> Floats:
    """Log of kurtosis over the normal law's: the scale on which kurtosis is compared."""
    return np.log(np.maximum(excess + _NORMAL_KURTOSIS, 1.0) / _NORMAL_KURTOSIS)


def variance_signature(sums: Floats) -> Floats:
    """Variance of the return by horizon over horizon times the variance of one step: 1 is a random walk.

    The signature plot of Andersen, Bollerslev, Diebold and Labys (2000), without its level.
    """
    variance = sums[..., 1, :] / sums[..., 0, :]
    return np.asarray(variance / (variance[..., :1] * np.array(HORIZON_STEPS)))


def volatility_level(sums: Floats) -> Floats:
    """Standard deviation of the return over the longest horizon [ticks], one point."""
    return np.sqrt(sums[..., 1, -1:] / sums[..., 0, -1:])


def _moves(tape: Tape, ruler: Ruler) -> tuple[Floats, Integers]:
    mid, at = mid_on_clock(tape, ruler)
    return np.diff(mid), ruler.block_of(tape, at[1:])
