"""The likelihood as a function to minimise over the free coordinates of a model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pricing.volatility.coordinates import Coordinates
from pricing.volatility.likelihood_kernel import log_likelihood
from pricing.volatility.optimiser import Function
from pricing.volatility.sample import ReturnSample
from pricing.volatility.specification import Specification

FloatArray = npt.NDArray[np.float64]


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
        """Value and gradient; with the information the Hessian's outer-product estimate in its place.

        The value is infinite where the likelihood or its gradient overflows.
        """
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
            if not (np.isfinite(likelihood) and np.all(np.isfinite(slope))):
                return np.inf, np.eye(len(free)) if with_information else np.zeros(len(free))
            by_coordinate = self.coordinates.slopes(whole)[:, free]
            if with_information:
                return -likelihood, by_coordinate.T @ information @ by_coordinate
            return -likelihood, -(slope @ by_coordinate)

        return value
