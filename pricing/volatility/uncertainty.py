"""What the parameters' sampling error adds to a forecast's interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pricing.history import PriceHistory
from pricing.paths.garch import GjrLaw
from pricing.sample_volatility import FittedSample
from pricing.volatility.coordinates import Coordinates
from pricing.volatility.family import HIGHEST_PERSISTENCE, LOWEST_DEGREES_OF_FREEDOM, GarchFamily
from pricing.volatility.fit import Fit, evaluated
from pricing.volatility.fitted import FittedLaw
from pricing.volatility.likelihood_kernel import BETA, SHAPE
from pricing.volatility.objective import Objective
from pricing.volatility_model import DayMove

FloatArray = npt.NDArray[np.float64]

_STEP = 1e-4  # of a coordinate, for the Hessian from differences of gradients
_BLOCK_DAYS = 100  # longer than a GARCH remembers most of a shock


@dataclass(frozen=True, slots=True, kw_only=True)
class UncertainGarch:
    """A model of the family whose simulations also draw its parameters from their asymptotic normal law.

    draws: parameter vectors, over which the simulated paths are spread evenly. seed: of the draws.
    """

    family: GarchFamily
    draws: int = 100
    seed: int = 0

    @property
    def name(self) -> str:
        """The model in words."""
        return f"{self.family.name}, uncertain parameters"

    def fitted(
        self, history: PriceHistory, *, warm: UncertainLaw | FittedLaw | FittedSample | None = None
    ) -> UncertainLaw | FittedLaw | FittedSample:
        """As the family does; a simpler model that it falls back to has no uncertain parameters."""
        fitted = self.family.fitted(history, warm=warm.centre if isinstance(warm, UncertainLaw) else warm)
        if not isinstance(fitted, FittedLaw) or fitted.fit is None:
            return fitted
        rng = np.random.default_rng(self.seed)
        laws = tuple(
            self._lawful(found, fitted.fit, level)
            for found, level in zip(
                sampled_fits(fitted.fit, self.draws, rng), self._levels(fitted.fit, rng), strict=True
            )
        )
        return UncertainLaw(centre=fitted, laws=laws)

    def _levels(self, fit: Fit, rng: np.random.Generator) -> FloatArray:
        """Long-run variances that the sample's may stand for: log-normal with the error of its mean."""
        error = relative_error_of_level((fit.sample.returns - fit.sample.mean) ** 2)
        noise: FloatArray = fit.sample.level * np.exp(error * rng.standard_normal(self.draws))
        return noise

    def _lawful(self, found: Fit, fit: Fit, level: float) -> FittedLaw:
        drawn = self.family.law_of(found)
        if isinstance(drawn.law, GjrLaw) and self.family.targeted and drawn.law.persistence < 1.0:
            return replace(drawn, law=drawn.law.reverting_to(level))
        return drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class UncertainLaw:
    """A `FittedVolatility` that forecasts with the likeliest parameters and simulates with drawn ones."""

    centre: FittedLaw
    laws: tuple[FittedLaw, ...]

    @property
    def name(self) -> str:
        """The model in words."""
        return f"{self.centre.name}, uncertain parameters"

    @property
    def observations(self) -> int:
        """Returns of the fit."""
        return self.centre.observations

    @property
    def parameters(self) -> Mapping[str, float]:
        """The likeliest."""
        return self.centre.parameters

    @property
    def note(self) -> str:
        """What was wrong with the fit."""
        return self.centre.note

    def variance_path(self, days: int) -> FloatArray:
        """That of the likeliest parameters."""
        return self.centre.variance_path(days)

    def updated(self, move: DayMove) -> UncertainLaw:
        """Every drawn law after one more return."""
        return UncertainLaw(
            centre=self.centre.updated(move), laws=tuple(law.updated(move) for law in self.laws)
        )

    def simulated_sums(self, days: int, *, paths: int, rng: np.random.Generator) -> FloatArray:
        """Sums of squared log returns over days 1 .. k, shape (path, days), `paths` spread over the laws."""
        each = -(-paths // len(self.laws))
        sums = [law.simulated_sums(days, paths=each, rng=rng) for law in self.laws]
        return np.concatenate(sums)[:paths]


def sampled_fits(fit: Fit, draws: int, rng: np.random.Generator) -> list[Fit]:
    """The model refiltered at parameters drawn about the optimum, inside of the box and its safe part.

    Coordinates at the side of the box stay there: the likelihood does not say how far beyond they would be.
    """
    coordinates = Coordinates.of(fit.specification, fit.sample)
    objective = Objective(fit.specification, fit.sample, coordinates)
    free = objective.free
    centre = coordinates.point(fit.parameters)[free]
    lowest, highest = coordinates.lowest[free].copy(), coordinates.highest[free].copy()
    highest[free == BETA] = HIGHEST_PERSISTENCE - 1e-4
    highest[free == SHAPE] = 1.0 / (LOWEST_DEGREES_OF_FREEDOM + 0.05)
    noise = rng.multivariate_normal(np.zeros(len(free)), covariance(objective, centre), size=draws)
    points = np.clip(centre + noise, lowest, highest)
    return [evaluated(fit.specification, fit.sample, objective.parameters(point)) for point in points]


def covariance(objective: Objective, centre: FloatArray) -> FloatArray:
    """Robust covariance of the free coordinates, shape (free, free), as of quasi-maximum likelihood.

    H^-1 G H^-1 (Bollerslev and Wooldridge 1992), with the Hessian H from differences of gradients and G the
    sum of outer products of the daily gradients. Zero for coordinates at the side of the box.
    """
    free = objective.free
    lowest, highest = objective.coordinates.lowest[free], objective.coordinates.highest[free]
    inner = np.flatnonzero((centre > lowest + _STEP) & (centre < highest - _STEP))
    _, products = objective.function(with_information=True)(centre)
    gradient = objective.function()
    hessian = np.empty((len(inner), len(inner)))
    for row, at in enumerate(inner):
        step = np.zeros_like(centre)
        step[at] = _STEP
        difference = gradient(centre + step)[1] - gradient(centre - step)[1]
        hessian[row] = difference[inner] / (2.0 * _STEP)
    inverse = _positive_inverse(0.5 * (hessian + hessian.T))
    whole = np.zeros((len(centre), len(centre)))
    whole[np.ix_(inner, inner)] = inverse @ products[np.ix_(inner, inner)] @ inverse
    return whole


def _positive_inverse(hessian: FloatArray) -> FloatArray:
    """Inverse with what is flat or bent the wrong way left out: nothing is known in these directions."""
    values, vectors = np.linalg.eigh(hessian)
    known = values > 1e-8 * max(float(values.max(initial=0.0)), 1e-300)
    reciprocal = np.divide(1.0, values, out=np.zeros_like(values), where=known)
    inverse: FloatArray = (vectors * reciprocal) @ vectors.T
    return inverse


def relative_error_of_level(squares: FloatArray) -> float:
    """Standard error of the mean square over the mean, by means of blocks of 100 days."""
    blocks = len(squares) // _BLOCK_DAYS
    if blocks < 2:
        return 0.0
    means = squares[-blocks * _BLOCK_DAYS :].reshape(blocks, _BLOCK_DAYS).mean(axis=1)
    return float(means.std(ddof=1) / (np.sqrt(blocks) * squares.mean()))
