"""The impact of meta-orders: its law in size, its path, and what is left of it afterwards.

A market is run twice on one seed, with the meta-order and without; the difference is the impact, with most
of the market's own noise gone (common random numbers).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from execution.realism.resampling import Estimate, estimate
from execution.realism.tape import Floats

RunMarket = Callable[[float, int], Floats]
"""(size, seed) to the mid at fixed times, from before the order to long after it; size 0 is no order."""

_REPETITIONS = 1000
_LEAST, _MOST = -0.5, 2.0
_EXPONENTS = 1001


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaOrderImpact:
    """Impact I = prefactor * size^exponent of meta-orders, positive in the order's direction.

    size: as given, fractions of daily volume say, shape (size,). peak: mean difference at completion, and
    its standard error over seeds, in the unit of the mid. path: mean difference at all times, shape
    (size, time). remaining: share of the peak that is left at the last time, all sizes together.
    """

    size: Floats
    peak: Floats
    peak_error: Floats
    path: Floats
    exponent: Estimate
    prefactor: Estimate
    remaining: Estimate
    seeds: int


def meta_order_impact(
    run_market: RunMarket, sizes: Sequence[float], seeds: Sequence[int], *, completed: int, seed: int = 0
) -> MetaOrderImpact:
    """Measure the impact of buying each of `sizes` on every seed, and fit its power law.

    completed: index of the time at which the order is done. sizes: positive, at least two different ones,
    over two decades where the exponent is to mean something. Intervals: 95%, bootstrap over seeds, the same
    seeds for all sizes. ValueError for fewer than two sizes or seeds.
    """
    if len(set(sizes)) < 2 or min(sizes) <= 0.0 or len(seeds) < 2:
        raise ValueError(f"sizes {list(sizes)} on {len(seeds)} seeds, expected two of each, sizes above 0")
    quiet = np.stack([run_market(0.0, each) for each in seeds])
    moved = np.stack([[run_market(size, each) for each in seeds] for size in sizes]) - quiet
    return fitted_impact(np.asarray(sizes, np.float64), moved, completed=completed, seed=seed)


def fitted_impact(size: Floats, moved: Floats, *, completed: int, seed: int = 0) -> MetaOrderImpact:
    """The law of paired differences `moved`, shape (size, seed, time); see `meta_order_impact`."""
    seeds = moved.shape[1]
    peak = moved[:, :, completed]
    error = peak.std(axis=1, ddof=1) / np.sqrt(seeds)
    weight = _weights(peak.mean(axis=1), error)
    rng = np.random.default_rng(seed)
    draws = np.concatenate((np.arange(seeds)[None], rng.integers(0, seeds, (_REPETITIONS, seeds))))
    peaks, lasts = (moved[:, draws, at].mean(axis=2).T for at in (completed, -1))
    laws = power_law(size, peaks, weight)
    return MetaOrderImpact(
        size=size,
        peak=peak.mean(axis=1),
        peak_error=error,
        path=moved.mean(axis=1),
        exponent=estimate(laws[:, 1]),
        prefactor=estimate(laws[:, 0]),
        remaining=estimate(_remaining(peaks, lasts, weight)),
        seeds=seeds,
    )


def power_law(size: Floats, impact: Floats, weight: Floats) -> Floats:
    """Prefactor and exponent of impact = prefactor * size^exponent by weighted least squares.

    impact: shape (..., size), a law for each row; the result is (..., 2). In the impact itself and not in
    its logarithm, which a mean below zero does not have. The exponent is sought between -0.5 and 2.
    """
    scale = np.exp(np.mean(np.log(size)))
    exponents = np.linspace(_LEAST, _MOST, _EXPONENTS)
    shape = (size / scale) ** exponents[:, None]
    explained = (impact @ (weight * shape).T) ** 2 / np.sum(weight * shape**2, axis=1)
    best = np.clip(np.argmax(explained, axis=-1), 1, _EXPONENTS - 2)
    left, top, right = (
        np.take_along_axis(explained, (best + shift)[..., None], axis=-1)[..., 0] for shift in (-1, 0, 1)
    )
    curvature = left - 2.0 * top + right
    shift = np.where(curvature < 0.0, 0.5 * (left - right) / np.minimum(curvature, -1e-300), 0.0)
    exponent = exponents[best] + np.clip(shift, -1.0, 1.0) * (exponents[1] - exponents[0])
    found = (size / scale) ** exponent[..., None]
    prefactor = np.sum(weight * found * impact, axis=-1) / np.sum(weight * found**2, axis=-1)
    return np.stack((prefactor * scale**-exponent, exponent), axis=-1)


def _weights(peak: Floats, error: Floats) -> Floats:
    """Inverse variances; with paired runs that do not differ by seed, of relative errors."""
    floor = 1e-6 * float(np.max(np.abs(peak))) or 1.0
    return np.asarray(1.0 / np.maximum(error, floor) ** 2)


def _remaining(peak: Floats, last: Floats, weight: Floats) -> Floats:
    """Share of the peak that is left at the last time: the slope of the one on the other over sizes."""
    return np.asarray(np.sum(weight * peak * last, axis=-1) / np.sum(weight * peak**2, axis=-1))
