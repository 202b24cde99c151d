"""Half spread, impact coefficient and exponent of a cost curve, by profiling over the exponent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from execution.tca.robust_regression import Belief, LinearFit, robust_fit

FloatArray = npt.NDArray[np.float64]
Terms = tuple[FloatArray, FloatArray, FloatArray]

LEAST_EXPONENT, LARGEST_EXPONENT = 0.1, 1.5
# A belief about impact is about orders of this participation, where published exponents agree on it.
_REFERENCE = 0.1
_ROUNDS = 2  # of exponent and scale
_HALF_WIDTH = 1.92  # half of chi-square's 95% point with one degree of freedom


@dataclass(frozen=True, slots=True, kw_only=True)
class ExponentBelief:
    """What was believed of the exponent: a normal."""

    mean: float
    deviation: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveFit:
    """coefficients: (half spread [bps], impact). covariance: (3, 3), the exponent last; zero where given.

    exponent_interval: 95% by profile likelihood, None where the exponent was given. scale: of the residuals
    in units of the noise that was given. loss: as LinearFit's.
    """

    coefficients: FloatArray
    exponent: float
    covariance: FloatArray
    exponent_interval: tuple[float, float] | None
    scale: float
    loss: float


def fit_at(terms: Terms, noise: FloatArray, exponent: float) -> CurveFit:
    """The fit with a given exponent. terms: horizon volatility [bps], participation, cost [bps]."""
    linear = _linear(terms, noise, exponent, None)
    covariance = np.zeros((3, 3))
    covariance[:2, :2] = linear.covariance
    return _result(exponent, linear, covariance, None)


def fit_exponent(
    terms: Terms,
    noise: FloatArray,
    *,
    belief: Belief | None = None,
    exponent: ExponentBelief | None = None,
) -> CurveFit:
    """The fit with the exponent fitted too, within [0.1, 1.5].

    belief: of (half spread, impact coefficient) where the exponent is `exponent.mean`; both or neither.
    """
    from scipy.optimize import minimize_scalar

    if belief is not None and exponent is not None:
        belief = _at_reference(belief, exponent.mean)

    found = 0.5 if exponent is None else exponent.mean
    for _ in range(_ROUNDS):
        scale = _linear(terms, noise, found, belief).scale
        if scale == 0.0:
            break
        loss = _profile(terms, noise, belief, exponent, scale)
        found = float(minimize_scalar(loss, bounds=(LEAST_EXPONENT, LARGEST_EXPONENT), method="bounded").x)
    linear = _linear(terms, noise, found, belief)
    covariance = _joint_covariance(terms, noise, found, linear, belief, exponent)
    interval = (found, found)
    if linear.scale > 0.0:
        interval = _interval(_profile(terms, noise, belief, exponent, linear.scale), found)
    return _result(found, linear, covariance, interval)


def _regressor(terms: Terms, exponent: float) -> FloatArray:
    volatility, participation, _ = terms
    return np.asarray(volatility * (participation / _REFERENCE) ** exponent, dtype=np.float64)


def _linear(
    terms: Terms, noise: FloatArray, exponent: float, belief: Belief | None, scale: float | None = None
) -> LinearFit:
    """Half spread and the impact at the reference participation, at one exponent."""
    design = np.column_stack([np.ones_like(noise), _regressor(terms, exponent)]) / noise[:, None]
    return robust_fit(design, terms[2] / noise, belief=belief, scale=scale)


def _at_reference(belief: Belief, exponent: float) -> Belief:
    unit = np.array([1.0, _REFERENCE**exponent])
    return replace(belief, mean=unit * belief.mean, deviation=unit * belief.deviation)


def _profile(
    terms: Terms,
    noise: FloatArray,
    belief: Belief | None,
    exponent: ExponentBelief | None,
    scale: float,
) -> Callable[[float], float]:
    """The loss at an exponent with the best coefficients for it."""

    def loss(at: float) -> float:
        held = 0.0 if exponent is None else 0.5 * ((at - exponent.mean) / exponent.deviation) ** 2
        return _linear(terms, noise, at, belief, scale).loss + held

    return loss


def _interval(loss: Callable[[float], float], found: float) -> tuple[float, float]:
    """Where the profile has risen by half of chi-square's 95% point; the bound where it never does."""
    from scipy.optimize import brentq

    least = loss(found)

    def excess(at: float) -> float:
        return loss(at) - least - _HALF_WIDTH

    ends = (LEAST_EXPONENT, LARGEST_EXPONENT)
    lower, upper = (end if excess(end) <= 0.0 else float(brentq(excess, end, found)) for end in ends)
    return lower, upper


def _joint_covariance(
    terms: Terms,
    noise: FloatArray,
    found: float,
    linear: LinearFit,
    belief: Belief | None,
    exponent: ExponentBelief | None,
) -> FloatArray:
    """Covariance of half spread, impact at the reference and exponent, by the curvature at the fit."""
    regressor = _regressor(terms, found)
    log_size = np.log(np.maximum(terms[1], np.finfo(np.float64).tiny) / _REFERENCE)
    slope = linear.coefficients[1] * regressor * log_size
    rows = np.column_stack([np.ones_like(noise), regressor, slope]) / (noise * (linear.scale or 1.0))[:, None]
    information = (rows * linear.weights[:, None]).T @ rows
    if belief is not None and exponent is not None:
        information += np.diag(1.0 / np.append(belief.deviation, exponent.deviation) ** 2)
    if linear.scale == 0.0:
        return np.zeros((3, 3))
    if np.linalg.matrix_rank(information, hermitian=True) < 3:  # without impact there is no exponent
        covariance = np.diag([0.0, 0.0, (LARGEST_EXPONENT - LEAST_EXPONENT) ** 2])
        covariance[:2, :2] = linear.covariance
        return covariance
    return np.asarray(np.linalg.inv(information), dtype=np.float64)


def _result(
    exponent: float,
    linear: LinearFit,
    covariance: FloatArray,
    interval: tuple[float, float] | None,
) -> CurveFit:
    """From the impact at the reference participation to the coefficient, which is that at full."""
    half_spread, impact = linear.coefficients
    full = _REFERENCE**-exponent
    change = np.diag([1.0, full, 1.0])
    change[1, 2] = -impact * full * np.log(_REFERENCE)
    return CurveFit(
        coefficients=np.array([half_spread, impact * full]),
        exponent=exponent,
        covariance=change @ covariance @ change.T,
        exponent_interval=interval,
        scale=linear.scale,
        loss=linear.loss,
    )
