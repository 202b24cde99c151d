"""Bootstrap over blocks of time: how often each block is drawn in each repetition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from execution.realism.ruler import BLOCKS
from execution.realism.tape import Floats

LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value with the bounds of its 95% interval."""

    value: float
    lower: float
    upper: float


def draw_weights(rng: np.random.Generator, repetitions: int) -> Floats:
    """How often each block is drawn, shape (1 + repetition, block); in the first row each once."""
    drawn = rng.multinomial(BLOCKS, np.full(BLOCKS, 1.0 / BLOCKS), size=repetitions)
    return np.concatenate((np.ones((1, BLOCKS)), drawn))


def estimate(draws: Floats) -> Estimate:
    """The first of `draws` with the percentiles of the others; those that are not a number are left out."""
    others = draws[1:][np.isfinite(draws[1:])]
    if len(others) == 0:
        return Estimate(value=float(draws[0]), lower=float("nan"), upper=float("nan"))
    tail = 50.0 * (1.0 - LEVEL)
    lower, upper = np.percentile(others, (tail, 100.0 - tail))
    return Estimate(value=float(draws[0]), lower=float(lower), upper=float(upper))
