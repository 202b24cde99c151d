"""Logistic regression by Newton's method with a Gaussian prior on the weights."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import expit

FloatArray = npt.NDArray[np.float64]

_MOST_STEPS = 100
_SHORTEST = 1e-6  # part of a step
_CLOSE = 1e-11  # of what the next step would gain in log-likelihood, for each row


def fit_log_odds(
    design: FloatArray, outcome: FloatArray, *, prior_mean: FloatArray, prior_precision: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Weights (column,) that are most likely a posteriori, and the curvature there, (column, column).

    design: (row, column). outcome: 0 or 1, (row,). prior_precision: (column, column), of the weights around
    prior_mean; where it is positive definite there is one answer even without both outcomes or any row.
    """
    sign = np.where(outcome > 0.5, 1.0, -1.0)

    def loss(of: FloatArray) -> float:
        away = of - prior_mean
        return float(np.logaddexp(0.0, -sign * (design @ of)).sum() + 0.5 * away @ prior_precision @ away)

    weight = np.asarray(prior_mean, dtype=np.float64)
    reached = loss(weight)
    for _ in range(_MOST_STEPS):
        wrong = expit(-sign * (design @ weight))
        slope = design.T @ (-sign * wrong) + prior_precision @ (weight - prior_mean)
        # One matrix with its own transpose is a symmetric product, half the work of any two.
        rooted = design * np.sqrt(wrong * (1.0 - wrong))[:, None]
        curvature = rooted.T @ rooted + prior_precision
        step = np.linalg.solve(curvature, slope)
        if float(slope @ step) < _CLOSE * max(len(design), 1):
            break
        length = 1.0
        # Newton's own step overshoots where the outcomes are nearly parted.
        while (tried := loss(weight - length * step)) > reached and length > _SHORTEST:
            length *= 0.5
        weight, reached = weight - length * step, tried
    return weight, curvature
