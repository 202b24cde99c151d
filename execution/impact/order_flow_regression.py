"""Order-flow imbalance as a regressor: what explains a move of the mid, and what forecasts the next."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from execution.impact.regression import Regression, regress
from execution.impact.samples import LEVELS, MarketSamples
from execution.impact.targets import mid_moves

FloatArray = npt.NDArray[np.float64]

_WITHIN = (1, 10)  # steps over which order-flow imbalance is summed


def explained_moves(samples: MarketSamples, *, levels: int = 1) -> Regression:
    """Regress the mid's move in each step on the order-flow imbalance of the same step (no forecast).

    Cont, Kukanov and Stoikov (2014), equation 3; with several levels Xu, Gould and Howison (2018). The first
    coefficient is the constant [ticks], the others [ticks per lot]. Steps without a mid are left out.
    ValueError for levels outside of 1 to LEVELS.
    """
    if not 1 <= levels <= LEVELS:
        raise ValueError(f"levels is {levels}, expected 1 to {LEVELS}")
    moves = mid_moves(samples, 1)[:-1]
    columns = np.column_stack((np.ones(len(moves)), samples.flow[1:, :levels]))
    known = np.isfinite(moves)
    return regress(columns[known], moves[known])


def flow_columns(samples: MarketSamples, *, imbalance: bool) -> FloatArray:
    """What a forecast from order flow sees at each step, (step, column).

    A constant, and the order-flow imbalance of each level within the last step and the last ten [lots]. With
    imbalance also that of the volume at the touch and of all levels, from -1 to 1.
    """
    total = np.concatenate((np.zeros((1, LEVELS)), np.cumsum(samples.flow, axis=0)))
    now = np.arange(len(samples)) + 1
    columns = [np.ones((len(samples), 1))]
    columns += [total[now] - total[np.maximum(now - steps, 0)] for steps in _WITHIN]
    if imbalance:
        volume = samples.depth[..., 1]
        for shown in (volume[:, :, 0], volume.sum(axis=2)):
            sides = shown.sum(axis=1)
            columns.append(((shown[:, 0] - shown[:, 1]) / np.maximum(sides, 1))[:, None])
    return np.concatenate(columns, axis=1)


def fit_flow_forecast(markets: Sequence[MarketSamples], steps: int, *, imbalance: bool = False) -> Regression:
    """Regress moves of the mid over the next `steps` steps on `flow_columns`; errors allow for the overlap.

    Its forecasts are [ticks], positive is up. ValueError where there is no more than a few steps.
    """
    columns = np.concatenate([flow_columns(each, imbalance=imbalance) for each in markets])
    moves = np.concatenate([mid_moves(each, steps) for each in markets])
    known = np.isfinite(moves)
    return regress(columns[known], moves[known], lags=2 * steps)
