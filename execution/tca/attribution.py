"""Which factors explain what orders cost: least squares with robust errors, judged on later orders."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from execution.tca.blotter import FloatArray
from execution.tca.factor_design import BoolArray, Design, design_of, time_split
from execution.tca.factors import OrderFactors

FEWEST_ORDERS = 20
_ORDERS_PER_FACTOR = 4
_FEWEST_TESTED = 10
_REPLICATES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One factor's coefficient [bps per unit of the factor], its HAC standard error and what it moves.

    is_choice: of the algorithm, else of the market. typical_bps: coefficient times the factor's standard
    deviation over the orders.
    """

    factor: str
    is_choice: bool
    estimate: float
    standard_error: float
    typical_bps: float

    @property
    def t_statistic(self) -> float:
        """Estimate over its standard error."""
        return self.estimate / self.standard_error if self.standard_error > 0.0 else math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfSample:
    """Share of the variance of later orders' costs that earlier orders' model explains, against their mean.

    Negative where the mean of the earlier ones is the better forecast. lower, upper: 95% interval by drawing
    the tested orders again. trained, tested: orders; those still at work when the first tested one arrived
    are in neither.
    """

    r_squared: float
    lower: float
    upper: float
    trained: int
    tested: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """A linear model of cost [bps]. left_out: factors that were not used and why, a sentence each.

    intercept: of an order with every factor at zero. out_of_sample: None where too few orders came later.
    """

    orders: int
    intercept: float
    effects: tuple[Effect, ...]
    r_squared: float
    out_of_sample: OutOfSample | None
    left_out: tuple[str, ...]


def attribute(factors: OrderFactors, cost_bps: FloatArray, rng: np.random.Generator) -> Attribution | None:
    """Regress costs on all factors that are known and vary; None with fewer than twenty orders.

    Standard errors are heteroskedasticity- and autocorrelation-consistent in the order of arrival (Newey and
    West 1987), since orders that overlap share the price's noise. With fewer than four orders a factor, those
    that explain least are left out.
    """
    design = design_of(factors, cost_bps)
    cost = cost_bps[design.rows]
    if len(cost) < FEWEST_ORDERS:
        return None
    kept, left_out = _kept_columns(design, cost)
    x = np.column_stack([np.ones(len(cost)), design.values[:, kept]])
    coefficients, errors = _least_squares(x, cost)
    residual = cost - x @ coefficients
    spread = x[:, 1:].std(axis=0)
    effects = tuple(
        Effect(
            factor=design.names[column],
            is_choice=design.is_choice[column],
            estimate=float(coefficients[at + 1]),
            standard_error=float(errors[at + 1]),
            typical_bps=float(coefficients[at + 1] * spread[at]),
        )
        for at, column in enumerate(kept)
    )
    trained, tested = time_split(factors, design.rows)
    predicted = _predicted(x, cost, trained)
    return Attribution(
        orders=len(cost),
        intercept=float(coefficients[0]),
        effects=effects,
        r_squared=1.0 - float(residual @ residual) / max(float(((cost - cost.mean()) ** 2).sum()), 1e-300),
        out_of_sample=out_of_sample(cost, predicted, trained, tested, rng),
        left_out=(*design.left_out, *left_out),
    )


def out_of_sample(
    cost: FloatArray, predicted: FloatArray, trained: BoolArray, tested: BoolArray, rng: np.random.Generator
) -> OutOfSample | None:
    """Judge predictions of the tested orders; None with fewer than ten of them or of the trained."""
    if min(trained.sum(), tested.sum()) < _FEWEST_TESTED:
        return None
    error = (cost[tested] - predicted[tested]) ** 2
    mean_error = (cost[tested] - cost[trained].mean()) ** 2
    again = rng.integers(len(error), size=(_REPLICATES, len(error)))
    below = np.maximum(mean_error[again].sum(axis=1), 1e-300)
    lower, upper = np.quantile(1.0 - error[again].sum(axis=1) / below, [0.025, 0.975])
    return OutOfSample(
        r_squared=1.0 - float(error.sum()) / max(float(mean_error.sum()), 1e-300),
        lower=float(lower),
        upper=float(upper),
        trained=int(trained.sum()),
        tested=int(tested.sum()),
    )


def _kept_columns(design: Design, cost: FloatArray) -> tuple[list[int], list[str]]:
    """Columns to regress on, in their order, by forward choice: the next explains most of what is left."""
    centred = design.values - design.values.mean(axis=0)
    scale = np.linalg.norm(centred, axis=0)
    varies = scale > 1e-12 * (1.0 + np.abs(design.values).max(axis=0, initial=0.0)) * math.sqrt(len(cost))
    left = np.where(varies, centred / np.where(varies, scale, 1.0), 0.0)
    residual = cost - cost.mean()
    chosen: list[int] = []
    for _ in range(min(int(varies.sum()), len(cost) // _ORDERS_PER_FACTOR - 1)):
        size = np.linalg.norm(left, axis=0)
        # A factor of which the chosen ones leave a millionth is one of their sums.
        gain = np.where(size > 1e-6, np.abs(residual @ left) / np.where(size > 1e-6, size, 1.0), -1.0)
        if gain.max() < 0.0:
            break
        best = int(gain.argmax())
        chosen.append(best)
        direction = left[:, best] / size[best]
        residual = residual - direction * (direction @ residual)
        left = left - np.outer(direction, direction @ left)
        left[:, chosen] = 0.0
    said = []
    for column, name in enumerate(design.names):
        if not varies[column]:
            said.append(f"{name}: the same for every order")
        elif column not in chosen:
            said.append(f"{name}: told by the other factors, or too few orders for it")
    return sorted(chosen), said


def _least_squares(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Coefficients and their Newey-West standard errors with the usual small-sample factor."""
    count, width = x.shape
    scale = np.maximum(np.abs(x).max(axis=0), 1e-300)
    unit = x / scale
    coefficients = np.linalg.lstsq(unit, y)[0]
    bread = np.linalg.pinv(unit.T @ unit)
    score = unit * (y - unit @ coefficients)[:, None]
    meat = score.T @ score
    lags = int(4.0 * (count / 100.0) ** (2.0 / 9.0))
    for lag in range(1, lags + 1):
        product = score[lag:].T @ score[:-lag]
        meat += (1.0 - lag / (lags + 1.0)) * (product + product.T)
    covariance = bread @ meat @ bread * count / max(count - width, 1)
    errors = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    return np.asarray(coefficients / scale), np.asarray(errors / scale)


def _predicted(x: FloatArray, cost: FloatArray, trained: BoolArray) -> FloatArray:
    """Cost of every order by the model of the trained ones."""
    scale = np.maximum(np.abs(x).max(axis=0), 1e-300)
    coefficients = (
        np.linalg.lstsq(x[trained] / scale, cost[trained])[0] if trained.any() else np.zeros(x.shape[1])
    )
    return np.asarray(x / scale @ coefficients, dtype=np.float64)
