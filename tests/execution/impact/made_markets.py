"""Small markets made up for the tests of execution.impact."""

from __future__ import annotations

import numpy as np

from execution.impact.order_flow_imbalance import order_flow_imbalance
from execution.impact.samples import CONTEXT, LEVELS, MarketSamples


def made_depth(steps: int, seed: int = 0) -> np.ndarray:
    """A random walk of the mid with volumes that change, (step, 2, LEVELS, 2)."""
    rng = np.random.default_rng(seed)
    mid = 10_000 + np.cumsum(rng.integers(-1, 2, steps))
    half = rng.integers(1, 4, steps)
    depth = np.zeros((steps, 2, LEVELS, 2), np.int64)
    for at, sign in enumerate((-1, 1)):
        depth[:, at, :, 0] = (mid + sign * half)[:, None] + sign * np.arange(LEVELS)
    depth[..., 1] = rng.integers(1, 50, (steps, 2, LEVELS))
    return depth


def samples_from(depth: np.ndarray, seed: int = 0) -> MarketSamples:
    """Samples with random trades and no orders."""
    rng, steps = np.random.default_rng(seed), len(depth)
    return MarketSamples(
        step_ns=10**9,
        depth=depth,
        flow=order_flow_imbalance(depth),
        bought=rng.integers(0, 40, steps).astype(np.float64),
        sold=rng.integers(0, 40, steps).astype(np.float64),
        order=np.zeros(steps),
        reversed_mid_ticks=np.full(steps, np.nan),
        context=np.zeros((steps, len(CONTEXT))),
    )


def mirrored(samples: MarketSamples) -> MarketSamples:
    """The market seen from the other side: sides swapped, prices negated."""
    depth = samples.depth[:, ::-1].copy()
    depth[..., 0] *= -1
    return MarketSamples(
        step_ns=samples.step_ns,
        depth=depth,
        flow=order_flow_imbalance(depth),
        bought=samples.sold,
        sold=samples.bought,
        order=-samples.order,
        reversed_mid_ticks=-samples.reversed_mid_ticks,
        context=samples.context * [1.0, -1.0, 1.0],
    )
