"""Maximum likelihood for the GARCH family: compiled by default, arch as authority and fallback."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import product

import numpy as np
import numpy.typing as npt

from pricing.volatility.coordinates import Coordinates
from pricing.volatility.likelihood_kernel import ALPHA, BETA, GAMMA, SHAPE, log_likelihood
from pricing.volatility.optimiser import Function, Minimum, minimise
from pricing.volatility.sample import ReturnSample
from pricing.volatility.specification import Innovation, Specification

FloatArray = npt.NDArray[np.float64]

_RIDGE = 1e-6  # of the outer products, which are singular where a coordinate does not matter
_LEAST_CURVATURE = 1e-8
_PERSISTENCES = (0.9, 0.98)  # of the guesses
_LOW_PERSISTENCE = 0.3
_SHAPES = (3.0, 8.0)
_DOUBTFUL_REACTION = 0.02
_DOUBTFUL_MEMORY = (0.9, 0.9995)
_DOUBTFUL_SHAPE = 2.5


class Engine(Enum):
    """Which optimiser: COMPILED falls back to ARCH where it does not converge."""

    COMPILED = "compiled likelihood"
    ARCH = "arch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A model fitted to percent returns.

    parameters: the kernel's seven. variance: of each day and the one after the last, (observations + 1,).
    minimum: where the compiled search ended, which warms the next; None from arch.
    """

    specification: Specification
    sample: ReturnSample
    parameters: FloatArray
    log_likelihood: float
    variance: FloatArray
    converged: bool
    engine: Engine
    minimum: Minimum | None = None

    @property
    def residuals(self) -> FloatArray:
        """Standardised residuals, shape (observations,)."""
        residuals: FloatArray = (self.sample.returns - self.parameters[0]) / np.sqrt(self.variance[:-1])
        return residuals


def fit(
    specification: Specification,
    percent_returns: FloatArray,
    *,
    warm: Fit | None = None,
    engine: Engine = Engine.COMPILED,
) -> Fit:
    """Fit to percent returns, shape (observations,), not all equal; `warm` is a fit to an earlier window.

    Variance targeting is no part of arch, which then fits omega freely.
    """
    sample = ReturnSample.of(percent_returns, constant_mean=specification.constant_mean)
    if engine is Engine.COMPILED:
        found = _compiled(specification, sample, warm)
        if found.converged:
            return found
    from pricing.volatility.arch_engine import arch_parameters  # arch takes longer to import than a fit

    parameters, converged = arch_parameters(specification, percent_returns)
    return evaluated(specification, sample, parameters, converged=converged, engine=Engine.ARCH)


def evaluated(
    specification: Specification,
    sample: ReturnSample,
    parameters: FloatArray,
    *,
    converged: bool = True,
    engine: Engine = Engine.COMPILED,
    minimum: Minimum | None = None,
) -> Fit:
    """The model at given parameters, filtered through the sample."""
    variance, gradient, information = np.empty(len(sample.returns) + 1), np.empty(7), np.empty((7, 7))
    value = log_likelihood(
        specification.egarch,
        specification.innovation.value,
        parameters,
        sample.returns,
        sample.backcast,
        sample.lower,
        sample.upper,
        variance,
        gradient,
        information,
        False,
    )
    return Fit(
        specification=specification,
        sample=sample,
        parameters=parameters,
        log_likelihood=value,
        variance=variance,
        converged=converged and bool(np.isfinite(value)),
        engine=engine,
        minimum=minimum,
    )


@dataclass(frozen=True, slots=True)
class Objective:
    """The negative log-likelihood over the free coordinates of a model."""

    specification: Specification
    sample: ReturnSample
    coordinates: Coordinates

    @property
    def free(self) -> npt.NDArray[np.int64]:
        """Positions of the free coordinates among the seven."""
        return np.array(self.specification.free)

    def parameters(self, point: FloatArray) -> FloatArray:
        """The kernel's parameters at a point of the free coordinates."""
        whole = self.coordinates.lowest.copy()
        whole[self.free] = point
        return self.coordinates.parameters(whole)

    def function(self, *, with_information: bool = False) -> Function:
        """Value and gradient; with the information the Hessian's outer-product estimate in its place."""
        specification, sample, free = self.specification, self.sample, self.free
        whole = self.coordinates.lowest.copy()
        variance, slope = np.empty(len(sample.returns) + 1), np.empty(7)
        information = np.empty((7, 7))

        def value(point: FloatArray) -> tuple[float, FloatArray]:
            whole[free] = point
            likelihood = log_likelihood(
                specification.egarch,
                specification.innovation.value,
                self.coordinates.parameters(whole),
                sample.returns,
                sample.backcast,
                sample.lower,
                sample.upper,
                variance,
                slope,
                information,
                with_information,
            )
            by_coordinate = self.coordinates.slopes(whole)[:, free]
            if with_information:
                return -likelihood, by_coordinate.T @ information @ by_coordinate
            return (-likelihood if np.isfinite(likelihood) else np.inf), -(slope @ by_coordinate)

        return value


def _compiled(specification: Specification, sample: ReturnSample, warm: Fit | None) -> Fit:
    objective = Objective(specification, sample, Coordinates.of(specification, sample))
    found = _best_minimum(objective, None if warm is None else warm.minimum)
    return evaluated(
        specification, sample, objective.parameters(found.point), converged=found.converged, minimum=found
    )


def _best_minimum(objective: Objective, warm: Minimum | None) -> Minimum:
    """One search, from `warm` or the likeliest guess; more where its end looks like one of several optima."""
    if warm is not None:
        found = _search(objective, warm.point, warm.curvature)
        if found.converged and not _doubtful(objective, found):
            return found
    found = _search(objective, _starts(objective, _PERSISTENCES, (_SHAPES[1],))[0])
    if found.converged and not _doubtful(objective, found):
        return found
    starts = _starts(objective, (_LOW_PERSISTENCE, *_PERSISTENCES), _SHAPES)
    return min(
        (found, *(_search(objective, start) for start in starts)),
        key=lambda each: (not each.converged, each.value),
    )


def _search(objective: Objective, start: FloatArray, curvature: FloatArray | None = None) -> Minimum:
    free, box = objective.free, objective.coordinates
    products = objective.function(with_information=True)

    def curvature_at(point: FloatArray) -> FloatArray:
        information = products(point)[1]
        ridged: FloatArray = information + np.diag(_RIDGE * np.diag(information) + _LEAST_CURVATURE)
        return ridged

    return minimise(
        objective.function(),
        start,
        curvature_at=curvature_at,
        lowest=box.lowest[free],
        highest=box.highest[free],
        curvature=curvature,
    )


def _doubtful(objective: Objective, found: Minimum) -> bool:
    """Whether returns react so little, or so briefly, or have such tails that there may be other optima."""
    parameters = objective.parameters(found.point)
    alpha, gamma, beta, shape = parameters[ALPHA], parameters[GAMMA], parameters[BETA], parameters[SHAPE]
    if objective.specification.egarch:
        reaction, memory = alpha, beta
    else:
        reaction, memory = alpha + 0.5 * gamma, alpha + 0.5 * gamma + beta
    heavy = shape < _DOUBTFUL_SHAPE and objective.specification.innovation is not Innovation.NORMAL
    lasting = _DOUBTFUL_MEMORY[0] < memory < _DOUBTFUL_MEMORY[1]
    return bool(reaction < _DOUBTFUL_REACTION or not lasting or heavy)


def _starts(
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
