"""Least squares that a few wild observations cannot carry away, beside what was believed before."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

# Residuals beyond this many standard deviations count as if they were there: of normal ones, 1 in 80.
CUTOFF = 2.5
_ROUNDS = 50
_SETTLED = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearFit:
    """A robust linear fit. coefficients: shape (k,); covariance: (k, k); scale: of one observation's noise.

    weights: shape (observation,), 1 except for those beyond the cutoff. loss: Huber's, the beliefs' included,
    in units of the log-likelihood at this scale.
    """

    coefficients: FloatArray
    covariance: FloatArray
    scale: float
    weights: FloatArray
    loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """What was believed before: independent normals. mean, deviation: shape (k,).

    scale_observations: how many observations the belief that the noise has its stated size is worth.
    """

    mean: FloatArray
    deviation: FloatArray
    scale_observations: float


def robust_fit(
    design: FloatArray, target: FloatArray, *, belief: Belief | None = None, scale: float | None = None
) -> LinearFit:
    """Huber's regression with his proposal 2 for the scale; design (observation, k) in units of the noise.

    scale: of the noise, where it is known. The scale starts at that of least squares, beyond CUTOFF times
    which no residual is when there are at most six more observations than coefficients: then least squares is
    what comes out. Without belief the design must have full rank and more rows than columns; ValueError
    otherwise.

    Reference: P. Huber, Robust Statistics (1981), sections 7.7 and 7.8.
    """
    count, parameters = design.shape
    if belief is None and (count <= parameters or np.linalg.matrix_rank(design) < parameters):
        raise ValueError(f"{count} observations do not tell {parameters} coefficients apart")
    weights, found = np.ones(count), np.zeros(parameters)
    size = 1.0 if scale is None else scale
    for round_ in range(_ROUNDS):
        before = found
        rows, aims = _rows(design, target, weights, size, belief)
        found = np.asarray(np.linalg.solve(rows.T @ rows, rows.T @ aims), dtype=np.float64)
        residual = target - design @ found
        if scale is None:
            # The first scale is of all residuals; clipped ones come after.
            clip = np.inf if round_ == 0 else CUTOFF * size
            size = _scale(residual, clip, parameters, belief)
        weights = np.minimum(1.0, CUTOFF * size / np.maximum(np.abs(residual), np.finfo(np.float64).tiny))
        if size == 0.0 or np.max(np.abs(found - before)) <= _SETTLED * (1.0 + np.max(np.abs(found))):
            break
    rows, aims = _rows(design, target, weights, size, belief)
    # The last round is numpy's least squares: exact data then give exact coefficients.
    found = np.asarray(np.linalg.lstsq(rows, aims)[0], dtype=np.float64)
    covariance = np.asarray(np.linalg.inv(rows.T @ rows), dtype=np.float64)
    return LinearFit(
        coefficients=found,
        covariance=covariance if size else np.zeros_like(covariance),
        scale=size,
        weights=weights,
        loss=_loss((target - design @ found) / size if size else np.zeros(count), found, belief),
    )


def _rows(
    design: FloatArray, target: FloatArray, weights: FloatArray, scale: float, belief: Belief | None
) -> tuple[FloatArray, FloatArray]:
    """Rows and aims of unit noise; beliefs are rows like any other, with their own deviations as noise."""
    root = np.sqrt(weights) / (scale or 1.0)
    rows, aims = root[:, None] * design, root * target
    if belief is None:
        return rows, aims
    held = np.diag(1.0 / belief.deviation)
    return np.vstack([rows, held]), np.concatenate([aims, belief.mean / belief.deviation])


def _scale(residual: FloatArray, clip: float, parameters: int, belief: Belief | None) -> float:
    clipped = np.minimum(np.abs(residual), clip)
    total = float(clipped @ clipped)
    if np.any(np.abs(residual) > clip):
        total /= _clipped_variance()
    if belief is None:
        return float(np.sqrt(total / (len(residual) - parameters)))
    held = belief.scale_observations
    return float(np.sqrt((held + total) / (held + len(residual))))


@cache
def _clipped_variance() -> float:
    """Mean of the smaller of z^2 and CUTOFF^2 over a normal z."""
    normal = NormalDist()
    inside = 2.0 * normal.cdf(CUTOFF) - 1.0
    return inside - 2.0 * CUTOFF * normal.pdf(CUTOFF) + CUTOFF**2 * (1.0 - inside)


def _loss(standardised: FloatArray, found: FloatArray, belief: Belief | None) -> float:
    size = np.abs(standardised)
    huber = np.where(size <= CUTOFF, 0.5 * size**2, CUTOFF * size - 0.5 * CUTOFF**2)
    held = 0.0 if belief is None else 0.5 * float(np.sum(((found - belief.mean) / belief.deviation) ** 2))
    return float(huber.sum()) + held
