"""European options on a weighted sum of any number of assets: averages, three-asset spreads, indices."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri
from scipy.stats import qmc

from pricing.black import FloatArray
from pricing.spreads.basket_boundary import inner_boundary
from pricing.spreads.basket_rotation import Rotation, rotated

_MOST_NODES = 400_000
_LEVELS = (6.0, 9.0, 13.5, 20.0, 30.0, 45.0)
_RANDOMISATIONS = 8
_POINTS = 2**13


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearBasketValue:
    """An option on a weighted sum. value [currency]; delta dV/dS_k [units of asset k], shape [asset].

    error [currency]: the last refinement's change of value, or the standard error where points are random.
    nodes: points of the finest rule.
    """

    value: float
    delta: FloatArray
    error: float
    nodes: int


def linear_basket_option(
    *,
    spot: npt.ArrayLike,
    forward: npt.ArrayLike,
    weight: npt.ArrayLike,
    strike: float,
    expiry_years: float,
    volatility: npt.ArrayLike,
    correlation: npt.ArrayLike,
    discount: float,
    is_call: bool,
    tolerance: float = 1e-8,
    seed: int = 0,
) -> LinearBasketValue:
    """Value and deltas of max(w (sum_k weight_k S_k - K), 0) at expiry, w = 1 for a call, one option.

    spot, forward, weight, volatility: shape [asset]; weights and strike of any sign; correlation: [asset,
    asset], positive semi-definite. One factor is integrated in closed form in a rotated space, the others by
    Gauss-Hermite rules of as many nodes as each factor needs (Choi 2018), refined until the value moves by
    less than `tolerance` times the gross forward value. Where that needs more than 400,000 nodes (about seven
    assets that matter) the other factors are 8 scrambled Sobol' sequences of 8,192 points, drawn from `seed`.

    Raises ValueError for shapes that differ, a price or discount not positive, a negative volatility, a
    matrix that is not a correlation, anything not finite.
    """
    columns = _columns(spot, forward, weight, volatility)
    matrix = _checked(columns, strike, expiry_years, np.asarray(correlation, dtype=np.float64), discount)
    spots, forwards, weights, volatilities = columns
    deviation = volatilities * np.sqrt(max(expiry_years, 0.0))
    exposure = weights * forwards
    scale = float(np.abs(exposure).sum() + abs(strike))
    held = exposure != 0.0
    covariance = (deviation[:, None] * matrix * deviation)[np.ix_(held, held)]
    shares = np.zeros(len(exposure))
    if not covariance.any():
        shares[held], owed, error, nodes = *_still(exposure, strike), 0.0, 1
    else:
        turned = rotated(exposure[held], covariance)
        shares[held], owed, error, nodes = _integrated(
            turned, exposure[held], strike, tolerance * scale, seed
        )
    if not is_call:
        shares, owed = np.where(held, shares - 1.0, 0.0), owed - 1.0
    value = discount * max(float(exposure @ shares) - strike * owed, 0.0)
    return LinearBasketValue(
        value=value, delta=discount * exposure * shares / spots, error=discount * error, nodes=nodes
    )


def _columns(*inputs: npt.ArrayLike) -> tuple[FloatArray, ...]:
    """Spot, forward, weight and volatility as vectors of one length."""
    vectors = tuple(np.atleast_1d(np.asarray(each, dtype=np.float64)) for each in inputs)
    if any(vector.ndim != 1 or vector.shape != vectors[0].shape for vector in vectors):
        shapes = ", ".join(str(vector.shape) for vector in vectors)
        raise ValueError(
            f"spot, forward, weight and volatility need one number an asset, not shapes {shapes}"
        )
    return vectors


def _checked(
    columns: tuple[FloatArray, ...],
    strike: float,
    expiry_years: float,
    correlation: FloatArray,
    discount: float,
) -> FloatArray:
    """The correlation matrix, once all inputs have been looked at."""
    spot, forward, _, volatility = columns
    numbers = np.concatenate([*columns, correlation.ravel(), [strike, expiry_years, discount]])
    if not np.isfinite(numbers).all():
        raise ValueError("a basket's inputs must be finite numbers")
    if np.any(spot <= 0.0) or np.any(forward <= 0.0) or discount <= 0.0 or np.any(volatility < 0.0):
        raise ValueError(
            "a basket needs positive spots, forwards and discount, and volatilities not negative"
        )
    if correlation.shape != (len(spot), len(spot)):
        raise ValueError(f"{len(spot)} assets need a {len(spot)} x {len(spot)} correlation matrix")
    symmetric = np.array_equal(correlation, correlation.T) and np.all(np.diag(correlation) == 1.0)
    if not symmetric or np.linalg.eigvalsh(correlation)[0] < -1e-10:
        raise ValueError(
            "the correlation matrix must be symmetric and positive semi-definite with ones on its diagonal; "
            "nearest_correlation mends one that is not"
        )
    return correlation


def _still(exposure: FloatArray, strike: float) -> tuple[float, float]:
    """Probability of exercise where nothing moves."""
    exercised = 0.5 * (1.0 + float(np.sign(exposure.sum() - strike)))
    return exercised, exercised


def _integrated(
    turned: Rotation, exposure: FloatArray, strike: float, tolerance: float, seed: int
) -> tuple[FloatArray, float, float, int]:
    """Shares held of each asset and owed of the strike, the error of the undiscounted value, and nodes."""
    before, counts = np.inf, [0] * turned.outer.shape[1]
    for level in _LEVELS:
        counts = _refined(counts, _node_counts(turned, level))
        if prod(counts) > _MOST_NODES:
            return _randomised(turned, exposure, strike, seed)
        shares, owed = _sums(turned, exposure, strike, *_tensor_rule(counts))
        value = float(exposure @ shares) - strike * owed
        error, before = abs(value - before), value
        if error <= tolerance:
            break
    return shares, owed, error, prod(counts)


def _node_counts(turned: Rotation, level: float) -> list[int]:
    """Gauss-Hermite nodes an outer factor: more where it carries more against the inner one."""
    inner = float(np.sqrt(np.mean(turned.inner**2)))
    weight = np.sqrt(np.mean(turned.outer**2, axis=0)) / inner
    return [int(2.0 + level * ratio / np.sqrt(1.0 + 0.1 * ratio * ratio)) for ratio in weight]


def _refined(before: list[int], counts: list[int]) -> list[int]:
    """The finer of two rules a factor; a rule that would be the same again says nothing of its error."""
    finer = [max(pair) for pair in zip(before, counts, strict=True)]
    return [count + 1 for count in finer] if finer == before else finer


def _tensor_rule(counts: list[int]) -> tuple[FloatArray, FloatArray]:
    """Nodes [node, factor] and weights [node] of the product rule for independent standard normals."""
    rules = [np.polynomial.hermite_e.hermegauss(count) for count in counts]
    nodes = np.array(list(product(*(rule[0] for rule in rules))), dtype=np.float64)
    weights = np.array([prod(each) for each in product(*(rule[1] for rule in rules))])
    return nodes.reshape(len(weights), len(counts)), weights / weights.sum()


def _sums(
    turned: Rotation, exposure: FloatArray, strike: float, nodes: FloatArray, weights: FloatArray
) -> tuple[FloatArray, float]:
    """Probabilities of exercise under each asset's measure, [asset], and under that of money."""
    drift = 0.5 * (turned.inner**2 + np.sum(turned.outer**2, axis=1))
    outer = nodes @ turned.outer.T
    boundary = inner_boundary(exposure, turned.inner, outer - drift, strike)
    outer_growth = np.exp(outer - 0.5 * np.sum(turned.outer**2, axis=1))
    held = weights @ (outer_growth * ndtr(turned.inner - boundary[:, None]))
    return held, float(weights @ ndtr(-boundary))


def _randomised(
    turned: Rotation, exposure: FloatArray, strike: float, seed: int
) -> tuple[FloatArray, float, float, int]:
    """The same sums over scrambled Sobol' points; the error is the standard error of their mean value."""
    held, owed = [], []
    weights = np.full(_POINTS, 1.0 / _POINTS)
    for stream in np.random.SeedSequence(seed).spawn(_RANDOMISATIONS):
        points = qmc.Sobol(turned.outer.shape[1], rng=np.random.default_rng(stream)).random(_POINTS)
        shares, strikes = _sums(turned, exposure, strike, ndtri(points), weights)
        held.append(shares)
        owed.append(strikes)
    values = np.array(held) @ exposure - strike * np.array(owed)
    error = float(np.std(values, ddof=1) / np.sqrt(_RANDOMISATIONS))
    return np.mean(held, axis=0), float(np.mean(owed)), error, _RANDOMISATIONS * _POINTS
