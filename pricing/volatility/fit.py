"""Maximum likelihood for the GARCH family: compiled by default, arch as authority and fallback."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import product

import numpy as np
import numpy.typing as npt

from pricing.volatility.coordinates import Coordinates
from pricing.volatility.likelihood_kernel import log_likelihood
from pricing.volatility.optimiser import Function, Minimum, minimise
from pricing.volatility.sample import ReturnSample
from pricing.volatility.specification import Recursion, Specification

FloatArray = npt.NDArray[np.float64]

_START_SHAPE = 8.0
_RIDGE = 1e-6  # of the outer products, which are singular where a coordinate does not matter


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
    coordinates = Coordinates.of(specification, sample)
    objective = Objective(specification, sample, coordinates)
    found = None if warm is None or warm.minimum is None else _search(objective, warm.minimum.point, warm)
    if found is None or not found.converged:
        found = _search(objective, _best_start(objective), None)
    return evaluated(
        specification, sample, objective.parameters(found.point), converged=found.converged, minimum=found
    )


def _search(objective: Objective, start: FloatArray, warm: Fit | None) -> Minimum:
    free, box = objective.free, objective.coordinates
    if warm is not None and warm.minimum is not None:
        curvature = warm.minimum.curvature
    else:
        _, curvature = objective.function(with_information=True)(start)
        curvature = curvature + np.diag(_RIDGE * np.diag(curvature) + 1e-8)
    return minimise(
        objective.function(), start, curvature=curvature, lowest=box.lowest[free], highest=box.highest[free]
    )


def _best_start(objective: Objective) -> FloatArray:
    """The likeliest of a few guesses, of which arch's own grid has more."""
    value = objective.function()
    points = [objective.coordinates.point(guess)[objective.free] for guess in _guesses(objective)]
    return min(points, key=lambda point: value(point)[0])


def _guesses(objective: Objective) -> list[FloatArray]:
    sample, recursion = objective.sample, objective.specification.recursion
    if recursion is Recursion.EGARCH:
        level = np.log(sample.level)
        grid = product((0.05, 0.2), (-0.1, 0.0), (0.9, 0.98))
        return [
            np.array([sample.mean, (1 - beta) * level, alpha, gamma, beta, _START_SHAPE, 0.0])
            for alpha, gamma, beta in grid
        ]
    gammas = (0.02, 0.15) if recursion is Recursion.GJR else (0.0,)
    return [
        np.array(
            [
                sample.mean,
                (1 - stay) * sample.level,
                alpha,
                gamma,
                stay - alpha - gamma / 2,
                _START_SHAPE,
                0.0,
            ]
        )
        for alpha, gamma, stay in product((0.02, 0.1), gammas, (0.7, 0.9, 0.98))
    ]
