"""Half spread, impact and exponent of a cost curve: what was believed beside what fills say, integrated."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.tca.impact_fit import (
    LARGEST_EXPONENT,
    LEAST_EXPONENT,
    REFERENCE,
    CurveFit,
    Terms,
    at_full_participation,
    fit_linear,
    impact_regressor,
)
from execution.tca.robust_regression import Belief, LinearFit

FloatArray = npt.NDArray[np.float64]

_SCALE_OBSERVATIONS = 5.0
_LARGEST_RATIO = 30.0  # of a belief's deviation to its mean, where its mean is nothing
_ROUNDS = 2  # of exponent and weights
_POINTS = 31  # of each parameter
_REACH = 6.0  # deviations of a belief that are looked at first
_COOLINGS = 12
_NEGLIGIBLE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveBelief:
    """Independent beliefs, each a mean and a standard deviation.

    half_spread: bps, normal, since who rests may earn it. impact: of an order of a tenth of the volume, in
    shares of the horizon's volatility, lognormal. exponent: normal within [0.1, 1.5].
    """

    half_spread: tuple[float, float]
    impact: tuple[float, float]
    exponent: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beside:
    """What fills say at some exponents: sums of the regression of cost on one and the regressor."""

    ones: float
    cost: float
    cross: FloatArray
    square: FloatArray
    impact_cost: FloatArray

    def log_likelihood(self, half_spread: FloatArray, impact: FloatArray) -> FloatArray:
        """Up to a constant; shape (half spread, impact, exponent)."""
        half, impact = half_spread[:, None, None], impact[None, :, None]
        linear = half * self.cost + impact * self.impact_cost
        square = half**2 * self.ones + 2.0 * half * impact * self.cross + impact**2 * self.square
        return np.asarray(linear - 0.5 * square)


def posterior_fit(terms: Terms, noise: FloatArray, belief: CurveBelief) -> CurveFit:
    """The curve that expects what the posterior does of no size, the orders' usual one and all of the volume.

    A trade is decided by its expected cost, and that is no curve's of any one exponent: of sizes that nobody
    has filled it leans to the dear side, since of two exponents as likely the dearer one costs more than the
    cheaper one saves. Wild orders are weighed by `robust_fit`, which also says how large the noise is; it is
    believed, as five orders would say, that it has its stated size. The covariance is the posterior's, of
    half spread, impact at a tenth and exponent; the interval its middle 95%. No half spread is expected below
    zero: a trade that pays the trader would make every band collapse.
    """
    found = belief.exponent[0]
    for _ in range(_ROUNDS):
        linear = fit_linear(terms, noise, found, _normal(belief))
        grid, probability = _integrated(terms, noise, linear, belief)
        found = float(probability.sum(axis=(0, 1)) @ grid[2])
    half, impact, exponent = grid[0], np.exp(grid[1]), grid[2]
    mean, covariance = _moments((half, impact, exponent), probability)
    usual = _usual(terms[1])
    cost, full = (
        float(np.einsum("hib,i,b->", probability, impact, (size / REFERENCE) ** exponent))
        for size in (usual, 1.0)
    )
    expected = math.log(cost / full) / math.log(usual)
    coefficients = np.array([max(mean[0], 0.0), full * REFERENCE**expected])
    interval = _middle(exponent, probability.sum(axis=(0, 1)))
    return at_full_participation(coefficients, expected, covariance, interval, linear)


def _usual(participation: FloatArray) -> float:
    """Geometric mean, but no more than the reference, so that it is far from all of the volume."""
    positive = participation[participation > 0.0]
    return min(REFERENCE, float(np.exp(np.log(positive).mean()))) if len(positive) else REFERENCE


def _normal(belief: CurveBelief) -> Belief:
    """Half spread and impact for `robust_fit`."""
    mean, deviation = np.array([belief.half_spread, belief.impact]).T
    return Belief(mean=mean, deviation=deviation, scale_observations=_SCALE_OBSERVATIONS)


def _of_logarithm(mean: float, deviation: float) -> tuple[float, float]:
    """Mean and deviation of the logarithm of a lognormal with this mean and deviation."""
    some = max(mean, deviation / _LARGEST_RATIO)
    variance = math.log1p((deviation / some) ** 2)
    return math.log(some) - 0.5 * variance, math.sqrt(variance)


def _integrated(
    terms: Terms, noise: FloatArray, linear: LinearFit, belief: CurveBelief
) -> tuple[list[FloatArray], FloatArray]:
    """Grids of half spread, log impact and exponent, and the posterior's probability of each node.

    Evidence is let in by and by, four times as much in each round, and the grid drawn in to where there is
    probability: at once it could lie between the nodes.
    """
    beliefs = (belief.half_spread, _of_logarithm(*belief.impact), belief.exponent)
    weight = linear.weights / (linear.scale * noise) ** 2
    ends = [(mean - _REACH * deviation, mean + _REACH * deviation) for mean, deviation in beliefs[:2]]
    ends.append((LEAST_EXPONENT, LARGEST_EXPONENT))
    for cooling in range(_COOLINGS, -1, -1):
        grid = [np.linspace(lower, upper, _POINTS) for lower, upper in ends]
        beside = _beside(terms, weight, grid[2])
        likelihood = 4.0**-cooling * beside.log_likelihood(grid[0], np.exp(grid[1]))
        probability = _normalised(likelihood + _log_belief(grid, beliefs))
        if cooling:
            ends = [_drawn_in(grid[axis], probability, axis) for axis in range(3)]
    return grid, probability


def _beside(terms: Terms, weight: FloatArray, exponents: FloatArray) -> _Beside:
    cost = weight * terms[2]
    sums = np.empty((3, len(exponents)))
    for place, exponent in enumerate(exponents):
        regressor = impact_regressor(terms, float(exponent))
        sums[:, place] = weight @ regressor, weight @ regressor**2, cost @ regressor
    return _Beside(
        ones=float(weight.sum()), cost=float(cost.sum()), cross=sums[0], square=sums[1], impact_cost=sums[2]
    )


def _log_belief(grid: list[FloatArray], beliefs: tuple[tuple[float, float], ...]) -> FloatArray:
    half, impact, exponent = (
        -0.5 * ((at - mean) / deviation) ** 2 for at, (mean, deviation) in zip(grid, beliefs, strict=True)
    )
    return np.asarray(half[:, None, None] + impact[None, :, None] + exponent)


def _normalised(log_density: FloatArray) -> FloatArray:
    """Probabilities of the nodes by the trapezoidal rule."""
    density = np.exp(log_density - log_density.max())
    for axis in range(3):
        ends: list[slice | list[int]] = [slice(None)] * 3
        ends[axis] = [0, -1]
        density[tuple(ends)] *= 0.5
    return np.asarray(density / density.sum())


def _drawn_in(at: FloatArray, probability: FloatArray, axis: int) -> tuple[float, float]:
    """From the node before the first with some probability to the one after the last."""
    own = probability.sum(axis=tuple(other for other in range(3) if other != axis))
    some = np.flatnonzero(own > _NEGLIGIBLE * own.max())
    return float(at[max(some[0] - 1, 0)]), float(at[min(some[-1] + 1, _POINTS - 1)])


def _moments(
    values: tuple[FloatArray, FloatArray, FloatArray], probability: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Means (3,) and covariance (3, 3)."""
    nodes = np.array([each.ravel() for each in np.meshgrid(*values, indexing="ij")])
    own = probability.ravel()
    mean = nodes @ own
    away = nodes - mean[:, None]
    return mean, np.asarray((away * own) @ away.T)


def _middle(at: FloatArray, own: FloatArray) -> tuple[float, float]:
    """Where 2.5% and 97.5% of the probability lie."""
    below = np.cumsum(own) - 0.5 * own
    lower, upper = np.interp([0.025, 0.975], below, at)
    return float(lower), float(upper)
