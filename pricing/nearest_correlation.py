"""The correlation matrix nearest to one that is not quite one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pricing.black import FloatArray

_MOST_ITERATIONS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestCorrelation:
    """A positive semi-definite matrix with ones on its diagonal, and how far the given one was from it.

    distance: Frobenius norm of the difference, zero where nothing had to be mended.
    """

    correlation: FloatArray
    distance: float


def nearest_correlation(matrix: npt.ArrayLike, *, tolerance: float = 1e-10) -> NearestCorrelation:
    """Mend a symmetric matrix to the nearest correlation matrix in the Frobenius norm (Higham 2002).

    Alternating projections onto the positive semi-definite matrices and onto those with a unit diagonal,
    with Dykstra's correction on the first (algorithm 3.3), until a step moves no entry by more than
    `tolerance`. A correlation matrix comes back as it was.

    Raises ValueError for a matrix that is not square, symmetric and finite, or where it does not settle in
    20,000 steps.
    """
    given = np.asarray(matrix, dtype=np.float64)
    if given.ndim != 2 or given.shape[0] != given.shape[1] or not np.isfinite(given).all():
        raise ValueError("the nearest correlation needs a square matrix of finite numbers")
    if not np.allclose(given, given.T, rtol=0.0, atol=1e-12):
        raise ValueError("the nearest correlation needs a symmetric matrix")
    if np.all(np.diag(given) == 1.0) and np.linalg.eigvalsh(given)[0] >= 0.0:
        return NearestCorrelation(correlation=given.copy(), distance=0.0)
    mended = _alternating(given, tolerance)
    return NearestCorrelation(correlation=mended, distance=float(np.linalg.norm(given - mended)))


def _alternating(given: FloatArray, tolerance: float) -> FloatArray:
    unit, correction = given.copy(), np.zeros_like(given)
    for _ in range(_MOST_ITERATIONS):
        shifted = unit - correction
        semidefinite = _semidefinite(shifted)
        correction = semidefinite - shifted
        before, unit = unit, semidefinite.copy()
        np.fill_diagonal(unit, 1.0)
        if np.abs(unit - before).max() <= tolerance:
            return _exactly(unit)
    raise ValueError(f"the nearest correlation has not settled in {_MOST_ITERATIONS:,} steps")


def _semidefinite(matrix: FloatArray) -> FloatArray:
    """The nearest positive semi-definite matrix: negative eigenvalues put to zero."""
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.maximum(values, 0.0)) @ vectors.T, dtype=np.float64)


def _exactly(matrix: FloatArray) -> FloatArray:
    """What the last step leaves below zero taken out, a little more than rounding, and scaled to ones."""
    values, vectors = np.linalg.eigh(matrix)
    whole = (vectors * np.maximum(values, 1e-15 * len(values))) @ vectors.T
    scale = np.sqrt(np.diag(whole))
    whole = whole / np.outer(scale, scale)
    np.fill_diagonal(whole, 1.0)
    return np.asarray(0.5 * (whole + whole.T), dtype=np.float64)
