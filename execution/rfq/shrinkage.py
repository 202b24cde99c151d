"""Regressions of many dealers that borrow from each other: empirical Bayes.

Each dealer's weights are drawn from one normal law over the panel, whose mean and variances the panel itself
tells; who has answered little is taken for an ordinary dealer, who has answered much for itself.

Reference: Laird and Ware (1982), Random-effects models for longitudinal data, Biometrics 38, for the steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_ROUNDS = 200
_CLOSE = 1e-8
_LEAST_VARIANCE = 1e-8


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelWeights:
    """Weights of each dealer (dealer, column) with their covariance (dealer, column, column).

    centre (column,), variance (column,): of the law over dealers.
    """

    weight: FloatArray
    covariance: FloatArray
    centre: FloatArray
    variance: FloatArray


def shrunk(information: FloatArray, cross: FloatArray) -> PanelWeights:
    """Weights of dealers by expectation and maximisation.

    information: inverse covariance of each dealer's own estimate, (dealer, column, column), zero of one
    without data; cross: information times that estimate, (dealer, column). Variances are found one a column;
    they are no less than 1e-8, and a panel of one dealer is its own law.
    """
    dealers, columns = cross.shape
    centre = np.linalg.lstsq(information.sum(axis=0), cross.sum(axis=0), rcond=None)[0]
    variance = np.ones(columns)
    for _ in range(_ROUNDS):
        precision = np.diag(1.0 / variance)
        covariance: FloatArray = np.asarray(np.linalg.inv(information + precision), dtype=np.float64)
        weight = np.einsum("ikl,il->ik", covariance, cross + precision @ centre)
        spread = ((weight - weight.mean(axis=0)) ** 2).sum(axis=0) / max(dealers - 1, 1)
        updated = np.maximum(np.einsum("ikk->ik", covariance).mean(axis=0) + spread, _LEAST_VARIANCE)
        moved = np.abs(updated - variance).max() + np.abs(weight.mean(axis=0) - centre).max()
        centre, variance = weight.mean(axis=0), updated
        if moved < _CLOSE:
            break
    return PanelWeights(weight=weight, covariance=covariance, centre=centre, variance=variance)
