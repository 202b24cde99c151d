"""The variance recursions one path and one day at a time."""

from __future__ import annotations

from math import exp, log, pi, sqrt

import numpy as np
import numpy.typing as npt

from pricing.paths.garch import EgarchLaw, GjrLaw

FloatArray = npt.NDArray[np.float64]


def returns(law: GjrLaw | EgarchLaw, next_variance: float, innovations: FloatArray) -> FloatArray:
    """Returns under given innovations, shape (path, day)."""
    drawn = np.empty_like(innovations)
    for path in range(innovations.shape[0]):
        variance = next_variance
        for day in range(innovations.shape[1]):
            z = innovations[path, day]
            drawn[path, day] = law.mean + variance**0.5 * z
            variance = following(law, variance, z)
    return drawn


def following(law: GjrLaw | EgarchLaw, variance: float, z: float) -> float:
    """Variance of the next day as the papers write it."""
    if isinstance(law, EgarchLaw):
        reaction = law.alpha * (abs(z) - sqrt(2 / pi)) + law.gamma * z
        return exp(law.omega + reaction + law.beta * log(variance))
    squared = variance * z**2
    loss = law.gamma * squared if z < 0 else 0.0
    return law.omega + law.alpha * squared + loss + law.beta * variance
