"""The factors of a basket, turned so that one of them carries the payoff across its exercise boundary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pricing.black import FloatArray

_LEAST_LOAD = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """Loads of each asset's log price: on the inner factor, shape [asset], and the outer, [asset, factor].

    Every inner load has the sign of its asset's weight, so that the payoff rises along the inner factor.
    Outer factors are in falling order of the variance they carry.
    """

    inner: FloatArray
    outer: FloatArray


def rotated(exposure: FloatArray, covariance: FloatArray) -> Rotation:
    """Rotate a covariance [asset, asset] for a payoff of `exposure` [currency per asset].

    The inner factor is the basket's own first-order direction; loads of the wrong sign are put to a hundredth
    of their asset's deviation (Choi 2018, section 3). Less than 1e-14 of the variance is dropped.
    """
    sign = np.sign(exposure)
    inner = covariance @ exposure
    size = np.sqrt(max(float(exposure @ inner), 0.0))
    deviation = np.sqrt(np.diag(covariance))
    inner = inner / size if size > 1e-7 * float(np.abs(exposure) @ deviation) else sign * deviation
    least = _LEAST_LOAD * deviation
    if np.any(sign * inner < least):
        inner = sign * np.maximum(sign * inner, least)
        # Whether some direction of the factors has these loads: q = A^-1 inner, of length one once scaled.
        inner = inner / np.sqrt(float(inner @ np.linalg.pinv(covariance, hermitian=True) @ inner))
    rest, directions = np.linalg.eigh(covariance - np.outer(inner, inner))
    order = np.argsort(rest)[::-1]
    kept = order[rest[order] > 1e-14 * float(np.trace(covariance))]
    return Rotation(inner=inner, outer=directions[:, kept] * np.sqrt(rest[kept]))
