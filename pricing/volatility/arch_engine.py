"""The GARCH family through arch: the authority that the compiled likelihood is held to, and its fallback.

Importing this module imports arch.univariate, which takes longer than a fit; import it where it is called.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from arch.univariate import EGARCH, GARCH, ConstantMean, Normal, SkewStudent, StudentsT, ZeroMean
from arch.univariate.base import ARCHModel
from arch.univariate.distribution import Distribution

from pricing.volatility.specification import Innovation, Recursion, Specification

FloatArray = npt.NDArray[np.float64]

_DISTRIBUTION: dict[Innovation, Callable[[], Distribution]] = {
    Innovation.NORMAL: Normal,
    Innovation.STUDENT_T: StudentsT,
    Innovation.SKEWED_T: SkewStudent,
}


def arch_model(specification: Specification, percent_returns: FloatArray) -> ARCHModel:
    """The model as arch builds it, on returns that it does not rescale."""
    mean = ConstantMean if specification.constant_mean else ZeroMean
    volatility = {
        Recursion.GARCH: GARCH(p=1, o=0, q=1),
        Recursion.GJR: GARCH(p=1, o=1, q=1),
        Recursion.EGARCH: EGARCH(p=1, o=1, q=1),
    }[specification.recursion]
    return mean(
        percent_returns,
        volatility=volatility,
        distribution=_DISTRIBUTION[specification.innovation](),
        rescale=False,
    )


def arch_parameters(specification: Specification, percent_returns: FloatArray) -> tuple[FloatArray, bool]:
    """The kernel's seven parameters as arch fits them, and whether its optimiser converged."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fit that did not converge is read from its flag
        fit = arch_model(specification, percent_returns).fit(disp="off", show_warning=False)
    return from_arch(specification, np.asarray(fit.params)), fit.convergence_flag == 0


def from_arch(specification: Specification, parameters: FloatArray) -> FloatArray:
    """The kernel's seven parameters from arch's vector."""
    whole = np.zeros(7)
    whole[5] = 10.0
    whole[list(_arch_places(specification))] = parameters
    return whole


def _arch_places(specification: Specification) -> tuple[int, ...]:
    places = specification.free
    return tuple(sorted({*places, 1}))  # arch always fits omega
