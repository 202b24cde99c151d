"""Where a search for the likeliest parameters begins when nothing is known."""

from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt

from pricing.volatility.likelihood_kernel import GAMMA
from pricing.volatility.objective import Objective
from pricing.volatility.specification import Innovation

FloatArray = npt.NDArray[np.float64]

_PERSISTENCES = (0.9, 0.98)
_LOW_PERSISTENCE = 0.3
_SHAPES = (3.0, 8.0)


def likeliest_start(objective: Objective) -> FloatArray:
    """The likeliest of a few guesses that suit most returns; arch's own grid is finer."""
    return _best_of_each(objective, _PERSISTENCES, _SHAPES[1:])[0]


def different_starts(objective: Objective) -> list[FloatArray]:
    """Starts of low, high and very high persistence, with light tails or heavy, the likeliest first."""
    return _best_of_each(objective, (_LOW_PERSISTENCE, *_PERSISTENCES), _SHAPES)


def _best_of_each(
    objective: Objective, persistences: tuple[float, ...], shapes: tuple[float, ...]
) -> list[FloatArray]:
    """The likeliest guess of each persistence, the likeliest of all first; arch's own grid is finer."""
    value = objective.function()
    best: list[tuple[float, int, FloatArray]] = []
    for order, persistence in enumerate(persistences):
        guesses = _guesses(objective, persistence, shapes)
        points = [objective.coordinates.point(guess)[objective.free] for guess in guesses]
        losses = [value(point)[0] for point in points]
        best.append((min(losses), order, points[int(np.argmin(losses))]))
    return [point for _, _, point in sorted(best, key=lambda each: each[:2])]


def _guesses(objective: Objective, persistence: float, shapes: tuple[float, ...]) -> list[FloatArray]:
    specification, sample = objective.specification, objective.sample
    if specification.innovation is Innovation.NORMAL:
        shapes = shapes[:1]
    egarch = specification.egarch
    alphas = (
        (-0.1, 0.02, 0.2) if egarch and persistence < _PERSISTENCES[0] else (0.02, 0.2 if egarch else 0.1)
    )
    gammas = (-0.1, 0.0) if egarch else (0.02, 0.15) if GAMMA in specification.free else (0.0,)
    omega = (1.0 - persistence) * (np.log(sample.level) if egarch else sample.level)
    return [
        np.array([sample.mean, omega, alpha, gamma, beta, shape, 0.0])
        for alpha, gamma, shape in product(alphas, gammas, shapes)
        for beta in [persistence if egarch else persistence - alpha - 0.5 * gamma]
    ]
