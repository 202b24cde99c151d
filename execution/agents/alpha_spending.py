"""How sure to be at each look at growing data, so that all looks together err no more often than one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

FloatArray = npt.NDArray[np.float64]

_POINTS = 1_001  # of Simpson's rule, hence odd
_FAR = 8.5  # standard deviations, beyond which a normal has no weight that a double could tell


def spent(fraction: float, alpha: float) -> float:
    """Error that O'Brien and Fleming's tests have spent by a fraction of the data, one-sided.

    2 - 2 Phi(z / sqrt(fraction)), z the point that a normal exceeds with probability alpha / 2.

    Reference: K. Lan and D. DeMets, Discrete sequential boundaries for clinical trials, Biometrika 70 (1983).
    """
    return float(2.0 * ndtr(ndtri(alpha / 2.0) / np.sqrt(fraction)))


def sequential_bounds(fractions: Sequence[float], alpha: float) -> FloatArray:
    """Normal scores that a challenger must exceed at each look, shape (look,), for error alpha in all.

    fractions: of the planned data at each look, rising, the last one 1. ValueError for other fractions or an
    alpha outside of (0, 0.5). The density of what has not crossed is carried from look to look (Armitage,
    McPherson and Rowe, Repeated significance tests on accumulating data, JRSS A 132, 1969).
    """
    times = np.asarray(fractions, dtype=np.float64)
    if len(times) == 0 or times[0] <= 0.0 or np.any(np.diff(times) <= 0.0) or times[-1] != 1.0:
        raise ValueError(f"fractions are {times.tolist()}, expected numbers that rise from above 0 to 1")
    if not 0.0 < alpha < 0.5:
        raise ValueError(f"alpha is {alpha}, expected more than 0 and less than 0.5")
    bounds = [-float(ndtri(spent(times[0], alpha)))]
    place = _grid(times[0], bounds[0])
    density = np.exp(-0.5 * place**2 / times[0]) / np.sqrt(2.0 * np.pi * times[0])
    for before, now in pairwise(times.tolist()):
        step = np.sqrt(now - before)
        weights = _simpson(place) * density
        bound = _bound(place, weights, step, np.sqrt(now), spent(now, alpha) - spent(before, alpha))
        bounds.append(bound)
        further = _grid(now, bound)
        kernel = np.exp(-0.5 * ((further[:, None] - place) / step) ** 2) / (step * np.sqrt(2.0 * np.pi))
        place, density = further, kernel @ weights
    return np.array(bounds)


def _grid(time: float, bound: float) -> FloatArray:
    """Places of the sum that have not crossed: up to the bound, down to where nobody is."""
    root = np.sqrt(time)
    return np.linspace(-_FAR * root, bound * root, _POINTS)


def _simpson(place: FloatArray) -> FloatArray:
    weights = np.full(len(place), 2.0)
    weights[1::2] = 4.0
    weights[[0, -1]] = 1.0
    return np.asarray(weights * (place[1] - place[0]) / 3.0, dtype=np.float64)


def _bound(place: FloatArray, weights: FloatArray, step: float, root: float, error: float) -> float:
    """Score beyond which exactly `error` of what was left arrives."""

    def excess(score: float) -> float:
        return float(weights @ ndtr((place - score * root) / step)) - error

    return float(brentq(excess, -_FAR, _FAR, xtol=1e-10))
