"""Coordinates in which arch's constraints on the parameters are a box, so that an optimum may lie on a side.

GARCH and GJR, at the places of the parameters: mean, log omega, share s of the persistence that is reaction
to the last return, share u of that which is reaction to losses, persistence p, 1 / shape, skew; with
alpha = 2 p s (1 - u), alpha + gamma = 2 p s u and beta = p (1 - s). u is 1/2 in GARCH.
EGARCH: the parameters themselves, with 1 / shape for the shape.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pricing.volatility.likelihood_kernel import ALPHA, BETA, GAMMA, MEAN, OMEGA, SHAPE, SKEW
from pricing.volatility.sample import ReturnSample
from pricing.volatility.specification import Innovation, Specification

FloatArray = npt.NDArray[np.float64]

LOWEST_SHAPE = 2.05
HIGHEST_SHAPE = {Innovation.NORMAL: 500.0, Innovation.STUDENT_T: 500.0, Innovation.SKEWED_T: 300.0}
_EDGE_OF_SKEW = 1.0 - 1e-6
_EDGE_OF_TARGETED_PERSISTENCE = 1.0 - 1e-6  # there omega would be zero


@dataclass(frozen=True, slots=True, kw_only=True)
class Coordinates:
    """The box of a model on a sample, and the way from it to the kernel's parameters and back.

    lowest, highest: shape (7,), equal where the parameter is fixed. target: long-run variance that omega is
    tied to by variance targeting, if it is.
    """

    egarch: bool
    lowest: FloatArray
    highest: FloatArray
    target: float | None

    @classmethod
    def of(cls, specification: Specification, sample: ReturnSample) -> Coordinates:
        """The bounds and constraints that arch puts on this model."""
        lowest, highest = np.zeros(7), np.ones(7)
        if specification.egarch:
            lowest[OMEGA], highest[OMEGA] = np.log(sample.level * np.array([1e-4, 1e4]))
            lowest[[ALPHA, GAMMA]], highest[[ALPHA, GAMMA]] = -np.inf, np.inf
        else:
            lowest[OMEGA], highest[OMEGA] = np.log(sample.level * np.array([1e-8, 10.0]))
        lowest[MEAN], highest[MEAN] = -np.inf, np.inf
        lowest[SHAPE], highest[SHAPE] = 1.0 / HIGHEST_SHAPE[specification.innovation], 1.0 / LOWEST_SHAPE
        lowest[SKEW], highest[SKEW] = -_EDGE_OF_SKEW, _EDGE_OF_SKEW
        if specification.variance_targeting:
            highest[BETA] = _EDGE_OF_TARGETED_PERSISTENCE
        fixed = np.full(7, True)
        fixed[list(specification.free)] = False
        neutral = np.zeros(7)
        neutral[SHAPE] = 0.1
        neutral[GAMMA] = 0.0 if specification.egarch else 0.5
        return cls(
            egarch=specification.egarch,
            lowest=np.where(fixed, neutral, lowest),
            highest=np.where(fixed, neutral, highest),
            target=sample.level if specification.variance_targeting else None,
        )

    def parameters(self, point: FloatArray) -> FloatArray:
        """The kernel's seven parameters at a point of the box."""
        found = point.copy()
        found[SHAPE] = 1.0 / point[SHAPE]
        if not self.egarch:
            share, of_losses, persistence = point[ALPHA : BETA + 1]
            found[ALPHA] = 2.0 * persistence * share * (1.0 - of_losses)
            found[GAMMA] = 2.0 * persistence * share * (2.0 * of_losses - 1.0)
            found[BETA] = persistence * (1.0 - share)
            if self.target is None:
                found[OMEGA] = np.exp(point[OMEGA])
            else:
                found[OMEGA] = self.target * (1.0 - persistence)
        return found

    def slopes(self, point: FloatArray) -> FloatArray:
        """Slope of each parameter (row) by each coordinate (column), shape (7, 7)."""
        slopes = np.eye(7)
        slopes[SHAPE, SHAPE] = -1.0 / point[SHAPE] ** 2
        if self.egarch:
            return slopes
        share, of_losses, persistence = point[ALPHA : BETA + 1]
        both, twice = 2.0 * persistence * share, 2.0 * of_losses - 1.0
        slopes[ALPHA, ALPHA : BETA + 1] = (
            2.0 * persistence * (1.0 - of_losses),
            -both,
            2.0 * share * (1.0 - of_losses),
        )
        slopes[GAMMA, ALPHA : BETA + 1] = 2.0 * persistence * twice, 2.0 * both, 2.0 * share * twice
        slopes[BETA, ALPHA : BETA + 1] = -persistence, 0.0, 1.0 - share
        if self.target is None:
            slopes[OMEGA, OMEGA] = np.exp(point[OMEGA])
        else:
            slopes[OMEGA, OMEGA], slopes[OMEGA, BETA] = 0.0, -self.target
        return slopes

    def point(self, parameters: FloatArray) -> FloatArray:
        """The point of the box nearest to given parameters of the kernel."""
        found = parameters.copy()
        found[SHAPE] = 1.0 / parameters[SHAPE]
        if not self.egarch:
            alpha, gamma, beta = parameters[ALPHA : BETA + 1]
            reaction = alpha + 0.5 * gamma
            found[BETA] = reaction + beta
            found[ALPHA] = reaction / found[BETA] if found[BETA] > 0.0 else 0.0
            found[GAMMA] = 0.5 * (alpha + gamma) / reaction if reaction > 0.0 else 0.5
            found[OMEGA] = np.log(max(parameters[OMEGA], 1e-300))
        return np.clip(found, self.lowest, self.highest)
