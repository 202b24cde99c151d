"""Maximum likelihood for the GARCH family: compiled by default, arch as authority and fallback."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from pricing.volatility.coordinates import Coordinates
from pricing.volatility.likelihood_kernel import ALPHA, BETA, GAMMA, SHAPE, log_likelihood
from pricing.volatility.objective import Objective
from pricing.volatility.optimiser import Minimum, minimise
from pricing.volatility.sample import ReturnSample
from pricing.volatility.specification import Innovation, Specification
from pricing.volatility.starts import different_starts, likeliest_start

FloatArray = npt.NDArray[np.float64]

_RIDGE = 1e-6  # of the outer products, which are singular where a coordinate does not matter
_LEAST_CURVATURE = 1e-8
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

    A warm start of another specification is not used.
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


def _compiled(specification: Specification, sample: ReturnSample, warm: Fit | None) -> Fit:
    objective = Objective(specification, sample, Coordinates.of(specification, sample))
    known = warm.minimum if warm is not None and warm.specification == specification else None
    found = _best_minimum(objective, known)
    return evaluated(
        specification, sample, objective.parameters(found.point), converged=found.converged, minimum=found
    )


def _best_minimum(objective: Objective, warm: Minimum | None) -> Minimum:
    """One search, from `warm` or the likeliest guess; more where its end looks like one of several optima."""
    if warm is not None:
        found = _search(objective, warm.point, warm.curvature)
        if found.converged and not _doubtful(objective, found):
            return found
    found = _search(objective, likeliest_start(objective))
    if found.converged and not _doubtful(objective, found):
        return found
    return min(
        (found, *(_search(objective, start) for start in different_starts(objective))),
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
