"""Log-likelihood of a Hawkes process with exponential kernels, its exact gradient and information, compiled.

Ozaki (1979), 'Maximum likelihood estimation of Hawkes' self-exciting point processes': the sums over the past
follow a recursion from event to event, so that a likelihood costs one pass. Derivatives by the decays carry a
second sum, of ages.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

FloatArray = npt.NDArray[np.float64]
TypeArray = npt.NDArray[np.int64]


@njit(cache=True)
def log_likelihood(
    times: FloatArray,
    types: TypeArray,
    horizon_s: float,
    baseline: FloatArray,
    branching: FloatArray,
    decay: FloatArray,
    gradient_baseline: FloatArray,
    gradient_branching: FloatArray,
    gradient_decay: FloatArray,
) -> float:
    """Log-likelihood of events over [0, horizon_s], and its gradient into the last three arrays.

    times: [s] rising, (event,). types: (event,). baseline: [1/s], (type,). branching: (type, cause, scale).
    decay: [1/s], (scale,). -inf, with a meaningless gradient, where an event had no intensity.
    """
    kinds, scales = len(baseline), len(decay)
    recent, aged = np.zeros((kinds, scales)), np.zeros((kinds, scales))  # sums of exp(-decay age), age exp()
    gradient_baseline[:] = -horizon_s
    gradient_branching[:] = 0.0
    gradient_decay[:] = 0.0
    total = -horizon_s * baseline.sum()
    last = 0.0
    for n in range(len(times)):
        _carry(recent, aged, decay, times[n] - last)
        last = times[n]
        kind = types[n]
        intensity = baseline[kind]
        for cause in range(kinds):
            for scale in range(scales):
                intensity += branching[kind, cause, scale] * decay[scale] * recent[cause, scale]
        if not intensity > 0.0:
            return -math.inf
        total += math.log(intensity)
        gradient_baseline[kind] += 1.0 / intensity
        for cause in range(kinds):
            for scale in range(scales):
                gradient_branching[kind, cause, scale] += decay[scale] * recent[cause, scale] / intensity
                slope = recent[cause, scale] - decay[scale] * aged[cause, scale]
                gradient_decay[scale] += branching[kind, cause, scale] * slope / intensity
        for scale in range(scales):
            recent[kind, scale] += 1.0
    expected = _compensator(times, types, horizon_s, branching, decay, gradient_branching, gradient_decay)
    return float(total - expected)


@njit(cache=True)
def _carry(recent: FloatArray, aged: FloatArray, decay: FloatArray, seconds: float) -> None:
    """Bring the sums over the past forward in time."""
    for scale in range(len(decay)):
        kept = math.exp(-decay[scale] * seconds)
        for cause in range(recent.shape[0]):
            aged[cause, scale] = kept * (aged[cause, scale] + seconds * recent[cause, scale])
            recent[cause, scale] *= kept


@njit(cache=True)
def _compensator(
    times: FloatArray,
    types: TypeArray,
    horizon_s: float,
    branching: FloatArray,
    decay: FloatArray,
    gradient_branching: FloatArray,
    gradient_decay: FloatArray,
) -> float:
    """Expected number of events with a cause; takes its gradient off the given ones."""
    kinds, scales = branching.shape[0], len(decay)
    reached, aged = np.zeros((kinds, scales)), np.zeros((kinds, scales))
    for n in range(len(times)):
        left = horizon_s - times[n]
        for scale in range(scales):
            gone = math.exp(-decay[scale] * left)
            reached[types[n], scale] += 1.0 - gone
            aged[types[n], scale] += left * gone
    expected = 0.0
    for kind in range(kinds):
        for cause in range(kinds):
            for scale in range(scales):
                expected += branching[kind, cause, scale] * reached[cause, scale]
                gradient_branching[kind, cause, scale] -= reached[cause, scale]
                gradient_decay[scale] -= branching[kind, cause, scale] * aged[cause, scale]
    return expected


@njit(cache=True)
def information_blocks(
    times: FloatArray,
    types: TypeArray,
    baseline: FloatArray,
    branching: FloatArray,
    decay: FloatArray,
    blocks: FloatArray,
) -> None:
    """Observed information of each type's baseline and branching at given decays, into `blocks`.

    blocks: (type, 1 + cause * scale, 1 + cause * scale), the baseline first; between types it is 0.
    """
    kinds, scales = len(baseline), len(decay)
    recent, aged = np.zeros((kinds, scales)), np.zeros((kinds, scales))
    slope = np.empty(1 + kinds * scales)
    blocks[:] = 0.0
    last = 0.0
    for n in range(len(times)):
        _carry(recent, aged, decay, times[n] - last)
        last = times[n]
        kind = types[n]
        intensity, slope[0] = baseline[kind], 1.0
        for cause in range(kinds):
            for scale in range(scales):
                slope[1 + cause * scales + scale] = decay[scale] * recent[cause, scale]
                intensity += branching[kind, cause, scale] * decay[scale] * recent[cause, scale]
        weight = 1.0 / (intensity * intensity)
        for i in range(len(slope)):
            for j in range(len(slope)):
                blocks[kind, i, j] += weight * slope[i] * slope[j]
        for scale in range(scales):
            recent[kind, scale] += 1.0


@njit(cache=True)
def compensator_increments(
    times: FloatArray,
    types: TypeArray,
    baseline: FloatArray,
    branching: FloatArray,
    decay: FloatArray,
    increments: FloatArray,
) -> None:
    """Integral of each event's own intensity since the event of its type before, into increments (event,).

    Independent exponentials of mean 1 when the model holds (time-rescaling theorem: Brown et al. 2002); NaN
    at the first event of each type.
    """
    kinds, scales = len(baseline), len(decay)
    recent = np.zeros((kinds, scales))
    grown, last_of = np.zeros(kinds), np.full(kinds, math.nan)
    last = 0.0
    for n in range(len(times)):
        seconds = times[n] - last
        last = times[n]
        for kind in range(kinds):
            grown[kind] += baseline[kind] * seconds
        for scale in range(scales):
            kept = math.exp(-decay[scale] * seconds)
            for cause in range(kinds):
                spent = recent[cause, scale] * (1.0 - kept)
                recent[cause, scale] *= kept
                for kind in range(kinds):
                    grown[kind] += branching[kind, cause, scale] * spent
        increments[n] = grown[types[n]] - last_of[types[n]]
        last_of[types[n]] = grown[types[n]]
        for scale in range(scales):
            recent[types[n], scale] += 1.0
