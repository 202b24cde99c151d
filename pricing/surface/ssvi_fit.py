"""eSSVI smiles fitted expiry by expiry, free of static arbitrage by parametrisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

from pricing.surface.smile import Smile
from pricing.surface.ssvi import SsviSurface, slice_total_variance, widest_wing

FloatArray = npt.NDArray[np.float64]

_STRONGEST_CORRELATION = 0.99
_INDEX_CORRELATION = -0.6
_DIFFERENCE_STEP = 1e-7
_PULL = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slice:
    """One slice: at-the-money total variance, correlation and wing psi; broadcast."""

    theta: FloatArray
    correlation: FloatArray
    wing: FloatArray


def fit_ssvi(smiles: Sequence[Smile]) -> SsviSurface:
    """Fit every smile, from the longest expiry to the shortest, each slice inside what the longer one allows.

    With p = max((1 + rho) / (1 + rho'), (1 - rho) / (1 - rho')) against the longer slice (primed), theta <=
    theta' / p and psi' theta / theta' <= psi <= min(psi' / p, butterfly bound): sufficient for no calendar
    arbitrage (Hendriks and Martini 2019, proposition 3.5; Mingone 2022). The interval for psi is never empty.
    """
    longer: _Slice | None = None
    fitted: list[_Slice] = []
    for smile in reversed(smiles):
        longer = _fitted_slice(smile, longer)
        fitted.insert(0, longer)
    return SsviSurface(
        expiry_years=np.array([smile.expiry_years for smile in smiles]),
        atm_total_variance=np.array([float(part.theta) for part in fitted]),
        correlation=np.array([float(part.correlation) for part in fitted]),
        wing=np.array([float(part.wing) for part in fitted]),
        description="",
    )


def _fitted_slice(smile: Smile, longer: _Slice | None) -> _Slice:
    start = np.array([0.0 if longer is None else 2.0, np.arctanh(_INDEX_CORRELATION), 0.0])
    if longer is not None:
        start[1] = np.arctanh(longer.correlation / _STRONGEST_CORRELATION)

    def residuals(numbers: FloatArray) -> FloatArray:
        part = _slice_from(numbers, smile, longer)
        theta, skew, wing = (
            part.theta[..., None],
            (part.correlation * part.wing)[..., None],
            part.wing[..., None],
        )
        variance = slice_total_variance(smile.log_moneyness, theta, skew, wing)
        return np.concatenate((smile.residuals(variance), _PULL * (numbers - start)), axis=-1)

    def jacobian(numbers: FloatArray) -> FloatArray:
        moved = residuals(numbers + _DIFFERENCE_STEP * np.vstack((np.zeros(3), np.eye(3))))
        return np.asarray((moved[1:] - moved[0]).T / _DIFFERENCE_STEP)

    fit = least_squares(residuals, start, jac=jacobian, method="lm", max_nfev=60, ftol=1e-6, xtol=1e-6)
    return _slice_from(np.asarray(fit.x, dtype=np.float64), smile, longer)


def _slice_from(numbers: FloatArray, smile: Smile, longer: _Slice | None) -> _Slice:
    """Map three free numbers into what the longer slice allows."""
    correlation = _STRONGEST_CORRELATION * np.tanh(numbers[..., 1])
    share = _logistic(numbers[..., 2])
    if longer is None:
        theta = smile.atm_total_variance * np.exp(np.clip(numbers[..., 0], -10, 10))
        return _Slice(theta=theta, correlation=correlation, wing=share * widest_wing(theta, correlation))
    ratio = np.maximum(
        (1 + correlation) / (1 + longer.correlation), (1 - correlation) / (1 - longer.correlation)
    )
    theta = longer.theta / ratio * _logistic(numbers[..., 0])
    least = longer.wing * theta / longer.theta
    most = np.minimum(longer.wing / ratio, widest_wing(theta, correlation))
    return _Slice(theta=theta, correlation=correlation, wing=least + share * (most - least))


def _logistic(number: FloatArray) -> FloatArray:
    return np.asarray(1 / (1 + np.exp(-np.clip(number, -40, 40))))
