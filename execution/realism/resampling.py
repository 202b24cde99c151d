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


def distance_estimate(draws: Floats) -> Estimate:
    """The first of `draws`, and the percentiles of the others moved so that their median is the first.

    Blocks drawn again are farther from anything than the data are, so that percentiles as they come lie too
    high, and may leave the distance itself out.
    """
    lower, upper = _percentiles(draws - np.median(draws[1:]) + draws[0])
    return Estimate(value=float(draws[0]), lower=max(lower, 0.0), upper=upper)


def ratio_estimate(first: Floats, second: Floats) -> Estimate:
    """The ratio of two distances' draws, its interval moved as theirs are, on the scale of logarithms."""
    with np.errstate(divide="ignore", invalid="ignore"):
        draws = first / second
        moved = draws * (draws[0] / np.median(draws[1:]))
    lower, upper = _percentiles(moved)
    return Estimate(value=float(draws[0]), lower=lower, upper=upper)


def estimate(draws: Floats) -> Estimate:
    """The first of `draws` with the percentiles of the others; those that are not a number are left out."""
    lower, upper = _percentiles(draws)
    return Estimate(value=float(draws[0]), lower=lower, upper=upper)


def _percentiles(draws: Floats) -> tuple[float, float]:
    """Bounds of the 95% interval of all draws but the first; NaN where none is finite."""
    others = draws[1:][np.isfinite(draws[1:])]
    if len(others) == 0:
        return float("nan"), float("nan")
    tail = 50.0 * (1.0 - LEVEL)
    lower, upper = np.percentile(others, (tail, 100.0 - tail))
    return float(lower), float(upper)
