"""Cost curves from what orders really cost: least squares with standard errors, and one order at a time."""

from __future__ import annotations

import math
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
    """

    participation: FloatArray
    horizon_days: FloatArray
    volatility: FloatArray
    cost_bps: FloatArray

    def horizon_volatility_bps(self) -> FloatArray:
        """Standard deviation of the price over each horizon [bps]."""
        return 1e4 * self.volatility * np.sqrt(self.horizon_days / 252.0)

    def price_noise_bps(self) -> FloatArray:
        """Price risk of each cost [bps]: evenly worked, a third of the price's variance is left."""
        return self.horizon_volatility_bps() / math.sqrt(3.0)

    def impact_regressor(self, impact_exponent: float) -> FloatArray:
        """What the impact coefficient multiplies [bps]."""
        return self.horizon_volatility_bps() * self.participation**impact_exponent


def fit_cost_curve(
    observations: CostObservations,
    *,
    fee_bps: float = 0.0,
    impact_exponent: float | None = 0.5,
    origin: str = "fills",
) -> CostCurve:
    """Weighted least squares of the whole cost on half spread and impact, weights from each order's price
    risk.

    The noise's scale is estimated from the residuals. impact_exponent: None fits it too, by bounded search
    over [0.1, 1.5] of the residual sum of squares; the standard errors are then conditional on the exponent
    found.

    Raises ValueError when there are fewer than three orders, or when all have the same size and volatility,
    so that spread and impact cannot be told apart.
    """
    if len(observations.cost_bps) <= _PARAMETERS:
        raise ValueError(f"a cost curve needs at least three orders, got {len(observations.cost_bps)}")
    exponent = _best_exponent(observations) if impact_exponent is None else impact_exponent
    design, cost = _whole_cost(observations, exponent)
    if np.linalg.matrix_rank(design) < _PARAMETERS:
        raise ValueError(
            "spread and impact cannot be told apart: every order has the same size and volatility"
        )
    half_spread, impact = np.linalg.lstsq(design, cost)[0]
    residual = cost - design @ (half_spread, impact)
    covariance = np.linalg.inv(design.T @ design) * float(residual @ residual) / (len(cost) - _PARAMETERS)
    errors = np.sqrt(np.diag(covariance))
    return CostCurve(
        half_spread_bps=float(half_spread),
        fee_bps=fee_bps,
        impact_coefficient=float(impact),
        impact_exponent=exponent,
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
    The spread part of a shortfall is no shortcut to half_spread_bps: orders that rest earn the spread at
    their fills and pay for the waiting in the timing part, so only the whole cost is the cost.
    """
    design, cost = _whole_cost(observations, prior.impact_exponent)
    return prior.moved_by(
        design.T @ design,
        design.T @ (cost - design @ prior.coefficients),
        fee_bps=prior.fee_bps if fee_bps is None else fee_bps,
        fills=len(observations.cost_bps),
        origin=origin,
    )


def _whole_cost(observations: CostObservations, impact_exponent: float) -> tuple[FloatArray, FloatArray]:
    """Design (order, 2) and cost, divided by each order's noise so that plain least squares is efficient."""
    impact = observations.impact_regressor(impact_exponent)
    noise = observations.price_noise_bps()
    return np.column_stack([np.ones_like(impact), impact]) / noise[:, None], observations.cost_bps / noise


def _best_exponent(observations: CostObservations) -> float:
    """The exponent whose best linear fit leaves the smallest sum of squares."""
    from scipy.optimize import minimize_scalar

    def residual_sum(exponent: float) -> float:
        design, cost = _whole_cost(observations, exponent)
        residual = cost - design @ np.linalg.lstsq(design, cost)[0]
        return float(residual @ residual)

    return float(minimize_scalar(residual_sum, bounds=(0.1, 1.5), method="bounded").x)
