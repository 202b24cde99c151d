"""The most likely baselines and branching of a Hawkes process at given decays.

Then the likelihood is concave, and each type's part is that of a mixture: the sum of log(rows @ weights) over
its events less cost @ weights, weights from 0 on. Newton's method with a non-negative least-squares problem a
step, after Wang (2007), 'On fast computation of the non-parametric maximum likelihood estimate of a mixing
distribution'.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.optimize import nnls

FloatArray = npt.NDArray[np.float64]
TypeArray = npt.NDArray[np.int64]

_STEPS = 100
_GAIN = 1e-6  # in log-likelihood that another step is not taken for
_NEGLIGIBLE = 1e-12  # of an intensity
_RIDGE = 1e-12  # keeps two equal columns apart
_FRESH = 0.02  # of the start that is spread evenly, so that no weight starts at its bound


class HawkesPoint(NamedTuple):
    """Parameters, or a gradient by them: baseline (type,), branching (type, cause, scale), decay (scale,)."""

    baseline: FloatArray
    branching: FloatArray
    decay: FloatArray

    def flat(self) -> FloatArray:
        """All in one vector."""
        return np.concatenate([self.baseline, self.branching.ravel(), self.decay])

    @classmethod
    def of(cls, flat: FloatArray, kinds: int, scales: int) -> HawkesPoint:
        """The parts of a vector that `flat` made."""
        end = kinds + kinds * kinds * scales
        return cls(flat[:kinds], flat[kinds:end].reshape(kinds, kinds, scales), flat[end:])


def best_weights(
    times: FloatArray,
    types: TypeArray,
    horizon: float,
    kinds: int,
    decay: FloatArray,
    near: HawkesPoint | None = None,
    charge: FloatArray | None = None,
) -> HawkesPoint:
    """The most likely point with these decays [1/time], (scale,), of events over [0, horizon].

    near: where to begin, a point with decays close by. charge: what a unit of each weight has to earn in
    log-likelihood besides, inf to keep it out, shape (type, 1 + cause * scale) with the baseline first, or
    none. A type without events gets zeros.
    """
    rows = np.empty((len(times), 1 + kinds * len(decay)))
    _intensity_rows(times, types, decay, rows)
    reached = [-np.expm1(-rate * (horizon - times)) for rate in decay]
    cause = [np.bincount(types, share, minlength=kinds) for share in reached]
    expected = np.concatenate([[horizon], np.array(cause).T.ravel()])
    weights = np.zeros((kinds, len(expected)))
    for kind in np.unique(types):
        own, cost = rows[types == kind], expected + (0.0 if charge is None else charge[kind])
        felt = own.max(axis=0) * horizon > _NEGLIGIBLE * expected
        used = np.flatnonzero(felt & (expected > 0.0) & np.isfinite(cost))
        share = np.full(len(used), 1.0 / len(used))
        if near is not None:
            known = (
                np.concatenate([near.baseline[kind, None], near.branching[kind].ravel()])[used] * cost[used]
            )
            share = _FRESH * share + (1.0 - _FRESH) * known / max(known.sum(), _NEGLIGIBLE)
        shares = _best_shares(own[:, used] / cost[used], len(own) * share)
        weights[kind, used] = shares / cost[used]
    branching = np.ascontiguousarray(weights[:, 1:]).reshape(kinds, kinds, len(decay))
    return HawkesPoint(weights[:, 0].copy(), branching, decay)


def _best_shares(rows: FloatArray, shares: FloatArray) -> FloatArray:
    """Maximise the sum of log(rows @ shares) less that of shares, from 0 on.

    The loss is self-concordant: a step divided by one plus Newton's decrement never leads uphill.
    """
    gram, total = np.empty((len(shares), len(shares))), np.empty(len(shares))
    intensity = rows @ shares
    loss = shares.sum() - np.log(intensity).sum()
    for _ in range(_STEPS):
        _weighted_gram(rows, intensity, gram, total)
        move = _newton_target(gram, 2.0 * total - 1.0) - shares
        slope = float((1.0 - total) @ move)
        if slope > -_GAIN:
            break
        safe = 1.0 / (1.0 + math.sqrt(max(float(move @ gram @ move), 0.0)))
        climb, step = rows @ move, 1.0
        while step > safe and not _loss(shares, move, intensity, climb, step) <= loss + 0.1 * step * slope:
            step = max(0.5 * step, safe)
        shares = np.maximum(shares + step * move, 0.0)
        intensity = rows @ shares
        loss = shares.sum() - np.log(intensity).sum()
    return shares


def _newton_target(gram: FloatArray, linear: FloatArray) -> FloatArray:
    """Minimise x gram x / 2 - linear x over x from 0 on, as least squares by the Cholesky factor."""
    size = np.sqrt(np.diag(gram))
    factor = np.linalg.cholesky(gram / np.outer(size, size) + _RIDGE * np.eye(len(size))).T
    target, _ = nnls(factor, np.linalg.solve(factor.T, linear / size))
    return np.asarray(target / size, np.float64)


def _loss(
    shares: FloatArray, move: FloatArray, intensity: FloatArray, climb: FloatArray, step: float
) -> float:
    """What a step arrives at; inf where an event would have no intensity."""
    reached = intensity + step * climb
    if not reached.min() > 0.0:
        return math.inf
    return float((shares + step * move).sum() - np.log(reached).sum())


@njit(cache=True)
def _intensity_rows(times: FloatArray, types: TypeArray, decay: FloatArray, rows: FloatArray) -> None:
    """What one unit of each weight adds to the intensity at each event: 1, then by cause and scale."""
    scales = len(decay)
    recent = np.zeros(rows.shape[1] - 1)
    last = 0.0
    for n in range(len(times)):
        for scale in range(scales):
            kept = math.exp(-decay[scale] * (times[n] - last))
            for i in range(scale, len(recent), scales):
                recent[i] *= kept
        last = times[n]
        rows[n, 0] = 1.0
        for i in range(len(recent)):
            rows[n, 1 + i] = decay[i % scales] * recent[i]
        for scale in range(scales):
            recent[types[n] * scales + scale] += 1.0


@njit(cache=True)
def _weighted_gram(rows: FloatArray, intensity: FloatArray, gram: FloatArray, total: FloatArray) -> None:
    """Gram matrix and sum of the rows over their intensities, in one pass."""
    width = rows.shape[1]
    row = np.empty(width)
    gram[:] = 0.0
    total[:] = 0.0
    for n in range(rows.shape[0]):
        for i in range(width):
            row[i] = rows[n, i] / intensity[n]
        for i in range(width):
            total[i] += row[i]
            for j in range(i + 1):
                gram[i, j] += row[i] * row[j]
    for i in range(width):
        for j in range(i):
            gram[j, i] = gram[i, j]
