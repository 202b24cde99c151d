"""Half spread, impact coefficient and exponent of a cost curve, by profiling over the exponent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.tca.robust_regression import Belief, LinearFit, robust_fit

FloatArray = npt.NDArray[np.float64]
Terms = tuple[FloatArray, FloatArray, FloatArray]

LEAST_EXPONENT, LARGEST_EXPONENT = 0.1, 1.5
# Coefficients are fitted at this participation: at full they would be told by the exponent alone.
REFERENCE = 0.1
_ROUNDS = 2  # of exponent and scale
_HALF_WIDTH = 1.92  # half of chi-square's 95% point with one degree of freedom


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveFit:
    """coefficients: (half spread [bps], impact). covariance: (3, 3), the exponent last; zero where given.

    exponent_interval: 95%, None where the exponent was given. scale: of the residuals
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
    linear = fit_linear(terms, noise, exponent)
    covariance = np.zeros((3, 3))
    covariance[:2, :2] = linear.covariance
    return at_full_participation(linear.coefficients, exponent, covariance, None, linear)


def fit_exponent(terms: Terms, noise: FloatArray) -> CurveFit:
    """The fit with the exponent fitted too, within [0.1, 1.5]."""
    from scipy.optimize import minimize_scalar

    found = 0.5
    for _ in range(_ROUNDS):
        scale = fit_linear(terms, noise, found).scale
        if scale == 0.0:
            break
        loss = _profile(terms, noise, scale)
        found = float(minimize_scalar(loss, bounds=(LEAST_EXPONENT, LARGEST_EXPONENT), method="bounded").x)
    linear = fit_linear(terms, noise, found)
    covariance = _joint_covariance(terms, noise, found, linear)
    interval = (found, found)
    if linear.scale > 0.0:
        interval = _interval(_profile(terms, noise, linear.scale), found)
    return at_full_participation(linear.coefficients, found, covariance, interval, linear)


def impact_regressor(terms: Terms, exponent: float) -> FloatArray:
    """What the impact at the reference participation multiplies [bps]."""
    volatility, participation, _ = terms
    return np.asarray(volatility * (participation / REFERENCE) ** exponent, dtype=np.float64)


def fit_linear(
    terms: Terms,
    noise: FloatArray,
    exponent: float,
    belief: Belief | None = None,
    scale: float | None = None,
) -> LinearFit:
    """Half spread and the impact at the reference participation, at one exponent."""
    design = np.column_stack([np.ones_like(noise), impact_regressor(terms, exponent)]) / noise[:, None]
    return robust_fit(design, terms[2] / noise, belief=belief, scale=scale)


def _profile(terms: Terms, noise: FloatArray, scale: float) -> Callable[[float], float]:
    """The loss at an exponent with the best coefficients for it."""
    return lambda at: fit_linear(terms, noise, at, scale=scale).loss


def _interval(loss: Callable[[float], float], found: float) -> tuple[float, float]:
    """Where the profile has risen by half of chi-square's 95% point; the bound where it never does."""
    from scipy.optimize import brentq

    least = loss(found)

    def excess(at: float) -> float:
        return loss(at) - least - _HALF_WIDTH

    ends = (LEAST_EXPONENT, LARGEST_EXPONENT)
    lower, upper = (end if excess(end) <= 0.0 else float(brentq(excess, end, found)) for end in ends)
    return lower, upper


def _joint_covariance(terms: Terms, noise: FloatArray, found: float, linear: LinearFit) -> FloatArray:
    """Covariance of half spread, impact at the reference and exponent, by the curvature at the fit."""
    regressor = impact_regressor(terms, found)
    log_size = np.log(np.maximum(terms[1], np.finfo(np.float64).tiny) / REFERENCE)
    slope = linear.coefficients[1] * regressor * log_size
    rows = np.column_stack([np.ones_like(noise), regressor, slope]) / (noise * (linear.scale or 1.0))[:, None]
    information = (rows * linear.weights[:, None]).T @ rows
    if linear.scale == 0.0:
        return np.zeros((3, 3))
    if np.linalg.matrix_rank(information, hermitian=True) < 3:  # without impact there is no exponent
        covariance = np.diag([0.0, 0.0, (LARGEST_EXPONENT - LEAST_EXPONENT) ** 2])
        covariance[:2, :2] = linear.covariance
        return covariance
    return np.asarray(np.linalg.inv(information), dtype=np.float64)


def at_full_participation(
    coefficients: FloatArray,
    exponent: float,
    covariance: FloatArray,
    interval: tuple[float, float] | None,
    linear: LinearFit,
) -> CurveFit:
    """From the impact at the reference participation to the coefficient, which is that at full.

    coefficients: (half spread [bps], impact at the reference). covariance: (3, 3), of both and the exponent.
    """
    half_spread, impact = coefficients
    full = REFERENCE**-exponent
    change = np.diag([1.0, full, 1.0])
    change[1, 2] = -impact * full * np.log(REFERENCE)
    return CurveFit(
        coefficients=np.array([half_spread, impact * full]),
        exponent=exponent,
        covariance=change @ covariance @ change.T,
        exponent_interval=interval,
        scale=linear.scale,
        loss=linear.loss,
    )
