"""What a position's network starts from, Zakamouline's band, and the facts without units that it looks at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hedger.network.position.grid import SpotGrid
from hedger.optimum.classical import zakamouline
from hedger.optimum.problem import HedgingProblem
from pricing.greeks import black_greeks

FloatArray = npt.NDArray[np.float64]

# The midpoint may move by part of what delta moves in one step, even where costs leave the band no width.
_STEP_SHARE = 0.25
_LEAST_WIDTH = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Band and features at every node.

    midpoint, half_width, unit [units of underlying]: (step, node); the network moves the midpoint in
    multiples of `unit`. value [currency] and gamma [units per currency]: of what is owed,
    under Black. features: (step, node, feature).
    """

    midpoint: FloatArray
    half_width: FloatArray
    unit: FloatArray
    value: FloatArray
    gamma: FloatArray
    features: FloatArray

    @classmethod
    def of(cls, problem: HedgingProblem, grid: SpotGrid) -> Reference:
        """Tabulate a problem's reference."""
        rows = [_at_date(problem, step, np.exp(grid.log_spot[step])) for step in range(problem.steps)]
        names = ("midpoint", "half_width", "unit", "value", "gamma", "features")
        return cls(
            **{name: np.stack(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
        )


def _at_date(problem: HedgingProblem, step: int, spot: FloatArray) -> tuple[FloatArray, ...]:
    alive = problem.expiry_step > step
    left = (problem.expiry_step - step)[alive].astype(np.float64)
    units, strike = problem.units[alive], problem.strike[alive]
    deviation = float(np.sqrt(problem.step_variance))
    greeks = black_greeks(spot[:, None], spot[:, None], strike, left, deviation, 1.0, problem.is_call[alive])
    lower, upper = zakamouline(problem, step, spot).T
    midpoint, half_width = 0.5 * (lower + upper), 0.5 * (upper - lower)
    size = float(np.abs(problem.units).sum()) or 1.0
    gamma = greeks.gamma @ units
    step_move = np.abs(gamma) * spot * deviation
    centre = float(np.average(np.log(strike), weights=np.abs(units) + 1e-12 * size))
    ahead = deviation * np.sqrt(left.max())
    moneyness = (np.log(spot) - centre) / ahead
    features = (
        moneyness / 3.0,
        np.tanh(moneyness),
        np.log(spot / problem.spot) / (2.0 * deviation * np.sqrt(problem.steps)),
        np.full_like(spot, 2.0 * np.sqrt((problem.steps - step) / problem.steps) - 1.0),
        midpoint / size,
        2.5 * gamma * spot * ahead / size,
        0.5 * np.log(half_width / size + _LEAST_WIDTH) + 1.0,
    )
    unit = half_width + _STEP_SHARE * step_move
    return (
        midpoint,
        half_width,
        unit,
        -(greeks.value @ units),
        -gamma,
        np.clip(np.stack(features, axis=-1), -4.0, 4.0),
    )
