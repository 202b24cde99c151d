"""Cost curves from what orders really cost: least squares with standard errors, and one order at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.tca.cost_curve import CostCurve

FloatArray = npt.NDArray[np.float64]

_PARAMETERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CostObservations:
    """What parent orders cost, one row each; all arrays have shape (order,).

    participation: own quantity over the market's volume, in [0, 1]. horizon_days: trading days. volatility:
    annualised. cost_bps: shortfall before fees [bps of arrival notional]; fees are known, not estimated.
    noise_bps: standard deviation of each cost; None takes the price risk of an order worked evenly over its
    horizon.
    """

    participation: FloatArray
    horizon_days: FloatArray
    volatility: FloatArray
    cost_bps: FloatArray
    noise_bps: FloatArray | None = None

    def horizon_volatility_bps(self) -> FloatArray:
        """Standard deviation of the price over each horizon [bps]."""
        return 1e4 * self.volatility * np.sqrt(self.horizon_days / 252.0)

    def noise(self) -> FloatArray:
        """Standard deviation of each cost [bps]: evenly worked, a third of the price's variance is left."""
        return self.horizon_volatility_bps() / np.sqrt(3.0) if self.noise_bps is None else self.noise_bps

    def design(self, impact_exponent: float) -> FloatArray:
        """Regressors of half spread and impact coefficient, shape (order, 2)."""
        impact = self.horizon_volatility_bps() * self.participation**impact_exponent
        return np.column_stack([np.ones_like(impact), impact])


def fit_cost_curve(
    observations: CostObservations,
    *,
    fee_bps: float = 0.0,
    impact_exponent: float | None = 0.5,
    origin: str = "fills",
) -> CostCurve:
    """Weighted least squares of cost on half spread and impact; the noise's scale is estimated from the
    residuals.

    impact_exponent: None fits it too, by bounded search over [0.1, 1.5] of the residual sum of squares; the
    standard errors are then conditional on the exponent found.

    Raises ValueError when there are fewer than three orders, or when all have the same participation and
    volatility, so that spread and impact cannot be told apart.
    """
    if len(observations.cost_bps) <= _PARAMETERS:
        raise ValueError(f"a cost curve needs at least three orders, got {len(observations.cost_bps)}")
    exponent = _best_exponent(observations) if impact_exponent is None else impact_exponent
    design, cost = _whitened(observations, exponent)
    if np.linalg.matrix_rank(design) < _PARAMETERS:
        raise ValueError(
            "spread and impact cannot be told apart: every order has the same size and volatility"
        )
    coefficients = np.linalg.lstsq(design, cost)[0]
    residual = cost - design @ coefficients
    covariance = np.linalg.inv(design.T @ design) * float(residual @ residual) / (len(cost) - _PARAMETERS)
    gradient = observations.design(exponent).mean(axis=0)
    errors = np.sqrt(np.diag(covariance))
    return CostCurve(
        half_spread_bps=float(coefficients[0]),
        fee_bps=fee_bps,
        impact_coefficient=float(coefficients[1]),
        impact_exponent=exponent,
        standard_error_bps=float(np.sqrt(gradient @ covariance @ gradient)),
        fills=len(cost),
        origin=origin,
        half_spread_standard_error_bps=float(errors[0]),
        impact_standard_error=float(errors[1]),
        correlation=float(covariance[0, 1] / (errors[0] * errors[1])),
    )


def update_cost_curve(
    prior: CostCurve,
    observations: CostObservations,
    *,
    fee_bps: float | None = None,
    origin: str = "own fills",
) -> CostCurve:
    """Bayesian linear regression with known noise: the prior curve after these orders, however few they are.

    One order cannot tell spread from impact, but it says something about their sum; the prior shares it out.
    """
    design, cost = _whitened(observations, prior.impact_exponent)
    return prior.moved_by(
        design.T @ design,
        design.T @ (cost - design @ prior.coefficients),
        fee_bps=prior.fee_bps if fee_bps is None else fee_bps,
        fills=len(cost),
        origin=origin,
    )


def _whitened(observations: CostObservations, impact_exponent: float) -> tuple[FloatArray, FloatArray]:
    """Regressors and costs divided by each order's noise, so that plain least squares is efficient."""
    noise = observations.noise()
    return observations.design(impact_exponent) / noise[:, None], observations.cost_bps / noise


def _best_exponent(observations: CostObservations) -> float:
    """The exponent whose best linear fit leaves the smallest sum of squares."""
    from scipy.optimize import minimize_scalar

    def residual_sum(exponent: float) -> float:
        design, cost = _whitened(observations, exponent)
        residual = cost - design @ np.linalg.lstsq(design, cost)[0]
        return float(residual @ residual)

    return float(minimize_scalar(residual_sum, bounds=(0.1, 1.5), method="bounded").x)
