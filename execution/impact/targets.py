"""What is forecast: the move of the mid, what will rest at the touch, and what an order moves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from execution.impact.samples import MarketSamples

FloatArray = npt.NDArray[np.float64]


def mid_moves(samples: MarketSamples, steps: int) -> FloatArray:
    """Mid after `steps` more steps less mid now [ticks], (step,); NaN where either is not known.

    ValueError for less than one step.
    """
    if steps < 1:
        raise ValueError(f"steps is {steps}, expected at least 1")
    mid = samples.mid_ticks
    moves = np.full(len(mid), np.nan)
    moves[:-steps] = mid[steps:] - mid[:-steps]
    return moves


def touch_lots(samples: MarketSamples, steps: int) -> FloatArray:
    """Volume at the best bid and ask after `steps` more steps [lots], (step, 2); NaN where not known."""
    if steps < 1:
        raise ValueError(f"steps is {steps}, expected at least 1")
    touch = samples.depth[:, :, 0, 1].astype(np.float64)
    later = np.full(touch.shape, np.nan)
    later[:-steps] = np.where(touch[steps:] > 0, touch[steps:], np.nan)
    return later
