"""A nonlinear classifier in a few lines: logistic regression on random features.

Rectified random projections (Rahimi and Recht 2007; Cho and Saul 2009) of the standardised inputs beside
the inputs themselves make a fixed hidden layer, on which regularised logistic regression is convex: no
learning rate, no early stopping, one answer for one seed. It serves where a boosted forest would need a
library that nothing else here needs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from execution.realism.tape import Flags, Floats

HIDDEN = 256
PENALTY = 3.0
_CLIP = 5.0
_MOST_STEPS = 60
_LONGEST_STEP = 4.0  # in log-odds: Newton's own steps overshoot where windows are nearly parted
_CLOSE = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class LogisticModel:
    """A fitted classifier; `score` is the log-odds of the second class."""

    mean: Floats
    deviation: Floats
    projection: Floats
    offset: Floats
    weight: Floats

    def score(self, features: Floats) -> Floats:
        """Log-odds of the second class for features (row, feature), shape (row,)."""
        return np.asarray(self._hidden(features) @ self.weight)

    def _hidden(self, features: Floats) -> Floats:
        standard = np.clip((features - self.mean) / self.deviation, -_CLIP, _CLIP)
        rectified = np.maximum(standard @ self.projection + self.offset, 0.0)
        return np.concatenate((np.ones((len(features), 1)), standard, rectified), axis=1)

    def fitted(self, features: Floats, second: Flags) -> LogisticModel:
        """The model with its weights fitted by Newton's method: log-loss with classes alike, and a ridge."""
        hidden = self._hidden(features)
        share = np.where(second, 0.5 / second.sum(), 0.5 / (~second).sum())
        ridge = np.full(hidden.shape[1], PENALTY / len(features))
        ridge[0] = 0.0
        sign = np.where(second, 1.0, -1.0)

        weight = np.zeros(hidden.shape[1])
        for _ in range(_MOST_STEPS):
            wrong = expit(-sign * (hidden @ weight))
            slope = -(share * sign * wrong) @ hidden + ridge * weight
            curvature = (hidden * (share * wrong * (1.0 - wrong))[:, None]).T @ hidden + np.diag(ridge)
            step = np.linalg.solve(curvature, slope)
            weight = weight - step * min(1.0, _LONGEST_STEP / float(np.abs(hidden @ step).max()))
            if float(slope @ step) < _CLOSE:
                break
        return LogisticModel(
            mean=self.mean,
            deviation=self.deviation,
            projection=self.projection,
            offset=self.offset,
            weight=weight,
        )


def fit_logistic(features: Floats, second: Flags, rng: np.random.Generator) -> LogisticModel:
    """Fit on features (row, feature) with both classes present; one that never changes counts for nothing."""
    deviation = features.std(axis=0)
    width = features.shape[1]
    blank = LogisticModel(
        mean=features.mean(axis=0),
        deviation=np.where(deviation > 0.0, deviation, np.inf),
        projection=rng.standard_normal((width, HIDDEN)) / np.sqrt(width),
        offset=rng.standard_normal(HIDDEN),
        weight=np.zeros(1 + width + HIDDEN),
    )
    return blank.fitted(features, second)
