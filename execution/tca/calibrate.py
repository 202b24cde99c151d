"""Cost curves from what orders really cost: robust fits with standard errors, and one order at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.tca.cost_curve import CostCurve
from execution.tca.impact_fit import REFERENCE, CurveFit, fit_at, fit_exponent
from execution.tca.impact_posterior import CurveBelief, posterior_fit

FloatArray = npt.NDArray[np.float64]

_PARAMETERS = 2
_ENOUGH_FOR_NOISE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CostObservations:
    """What parent orders cost, one row each; all arrays have shape (order,).

    participation: own quantity over the market's volume, in [0, 1]. horizon_days: trading days. volatility:
    annualised. cost_bps: shortfall before fees [bps of arrival notional]; fees are known, not estimated.
    noise_floor_bps: standard deviation of a cost that no time passes over, as half a spread earned or paid.

    Raises ValueError where an array has another length, a number is not finite, a participation is outside
    [0, 1] or a horizon or volatility is not above zero.
    """

    participation: FloatArray
    horizon_days: FloatArray
    volatility: FloatArray
    cost_bps: FloatArray
    noise_floor_bps: float = 0.0

    def __post_init__(self) -> None:
        for name in ("participation", "horizon_days", "volatility", "cost_bps"):
            values = getattr(self, name)
            if values.shape != (len(self.cost_bps),) or not np.isfinite(values).all():
                raise ValueError(f"{name} must have {len(self.cost_bps)} finite numbers, one for each order")
        if np.any((self.participation < 0.0) | (self.participation > 1.0)):
            raise ValueError("participation must be within 0 and 1")
        if np.any((self.horizon_days <= 0.0) | (self.volatility <= 0.0)):
            raise ValueError("horizon_days and volatility must be above zero")

    def __len__(self) -> int:
        return len(self.cost_bps)

    def horizon_volatility_bps(self) -> FloatArray:
        """Standard deviation of the price over each horizon [bps]."""
        return 1e4 * self.volatility * np.sqrt(self.horizon_days / 252.0)

    def price_noise_bps(self) -> FloatArray:
        """Price risk of each cost [bps]: evenly worked, a third of the price's variance is left."""
        return self.horizon_volatility_bps() / math.sqrt(3.0)

    def noise_bps(self) -> FloatArray:
        """Price risk and floor together [bps]."""
        return np.hypot(self.price_noise_bps(), self.noise_floor_bps)

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
    """Robust regression of the whole cost on half spread and impact, each order weighed by its noise.

    An order's noise is its price risk and a floor, in shares that the residuals say where there are at least
    twenty orders; costs beyond 2.5 standard deviations count as if they were there. Participation is at most
    one, so that no order however large has more than a bounded pull. impact_exponent: None fits it too,
    within [0.1, 1.5], with its standard error, its 95% interval by profile likelihood, and its share in the
    other errors.

    Raises ValueError when there are too few orders, three with a given exponent and four without, or when all
    have the same size and volatility, so that spread and impact cannot be told apart.
    """
    needed = _PARAMETERS + (2 if impact_exponent is None else 1)
    if len(observations) < needed:
        words = {3: "three", 4: "four"}
        raise ValueError(f"a cost curve needs at least {words[needed]} orders, got {len(observations)}")
    if np.linalg.matrix_rank(_design(observations)) < _PARAMETERS:
        raise ValueError(
            "spread and impact cannot be told apart: every order has the same size and volatility"
        )
    noise = _noise(observations)
    if impact_exponent is None:
        found = fit_exponent(_terms(observations), noise)
    else:
        found = fit_at(_terms(observations), noise, impact_exponent)
    return _curve(found, fee_bps=fee_bps, fills=len(observations), origin=origin)


def learn_cost_curve(
    prior: CostCurve, observations: CostObservations, *, fee_bps: float | None = None, origin: str
) -> CostCurve:
    """The prior curve after recorded orders, however few or many, wild ones bounded, the exponent learned.

    Half spread, impact at a participation of a tenth and exponent are believed to within the prior's standard
    errors; an exponent without one, like any assumed number, to within its own size. The curve is the one
    that expects what the posterior does (`posterior_fit`), never a negative cost. With many orders the
    beliefs wash out and `fit_cost_curve` is what is left.

    Raises ValueError where the prior claims a number without any error.
    """
    if not len(observations):
        return prior
    found = posterior_fit(_terms(observations), observations.noise_bps(), _belief(prior))
    return _curve(
        found,
        fee_bps=prior.fee_bps if fee_bps is None else fee_bps,
        fills=prior.fills + len(observations),
        origin=origin,
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
    their fills and pay for the waiting in the timing part, so only the whole cost is the cost. The prior's
    exponent stays, so that learning one by one and all at once are the same.
    """
    noise = observations.noise_bps()
    impact = observations.impact_regressor(prior.impact_exponent)
    design = np.column_stack([np.ones_like(impact), impact]) / noise[:, None]
    cost = observations.cost_bps / noise
    return prior.moved_by(
        design.T @ design,
        design.T @ (cost - design @ prior.coefficients),
        fee_bps=prior.fee_bps if fee_bps is None else fee_bps,
        fills=len(observations),
        origin=origin,
    )


def _belief(prior: CostCurve) -> CurveBelief:
    half_spread, impact = prior.coefficients.tolist()
    half_error, impact_error = np.sqrt(np.diag(prior.covariance)).tolist()
    unit = REFERENCE**prior.impact_exponent
    error = prior.exponent_standard_error
    if error is not None:
        slope = impact * math.log(REFERENCE)
        variance = impact_error**2 + 2.0 * slope * prior.exponent_covariance[1] + (slope * error) ** 2
        impact_error = math.sqrt(max(variance, 0.0))
    exponent_error = prior.impact_exponent if error is None else error
    if min(half_error, impact_error, exponent_error) <= 0.0:
        raise ValueError(f"the cost curve '{prior.origin}' claims a number without error and cannot learn")
    return CurveBelief(
        half_spread=(half_spread, half_error),
        impact=(unit * impact, unit * impact_error),
        exponent=(prior.impact_exponent, exponent_error),
    )


def _design(observations: CostObservations) -> FloatArray:
    impact = observations.impact_regressor(0.5)
    return np.column_stack([np.ones_like(impact), impact]) / observations.noise_bps()[:, None]


def _terms(observations: CostObservations) -> tuple[FloatArray, FloatArray, FloatArray]:
    return observations.horizon_volatility_bps(), observations.participation, observations.cost_bps


def _noise(observations: CostObservations) -> FloatArray:
    """Noise of each order [bps] up to a scale: price risk and the likeliest floor, to a factor of two."""
    price = observations.price_noise_bps()
    if len(observations) < _ENOUGH_FOR_NOISE:
        return observations.noise_bps()

    def unlikeliness(floor: float) -> float:
        noise = np.hypot(price, floor)
        found = fit_at(_terms(observations), noise, 0.5)
        deviation = np.maximum(found.scale * noise, np.finfo(np.float64).tiny)
        return found.loss + float(np.log(deviation).sum())

    floors = [0.0, *(float(np.median(price)) * 2.0 ** np.arange(-8, 5))]
    return np.hypot(price, min(floors, key=unlikeliness))


def _curve(found: CurveFit, *, fee_bps: float, fills: int, origin: str) -> CostCurve:
    errors = np.sqrt(np.diag(found.covariance))
    correlation = found.covariance[0, 1] / (errors[0] * errors[1]) if errors[0] * errors[1] else 0.0
    fitted = found.exponent_interval is not None
    return CostCurve(
        half_spread_bps=float(found.coefficients[0]),
        fee_bps=fee_bps,
        impact_coefficient=float(found.coefficients[1]),
        impact_exponent=found.exponent,
        fills=fills,
        origin=origin,
        half_spread_standard_error_bps=float(errors[0]),
        impact_standard_error=float(errors[1]),
        correlation=float(correlation),
        exponent_standard_error=float(errors[2]) if fitted else None,
        exponent_covariance=(
            (float(found.covariance[0, 2]), float(found.covariance[1, 2])) if fitted else (0.0, 0.0)
        ),
        exponent_interval=found.exponent_interval,
    )
