"""Hedging under proportional and fixed costs by a dense recursion over (spot, holding): slow and obvious.

Hodges and Neuberger (1989), Davis, Panas and Zariphopoulou (1993): with exponential utility cash drops out,
so the risk of a state is rho_n(S, h) and the trade minimises cost + J_n(S, h'), where J_n is the entropic
risk of what follows. Spot lives on a uniform grid of its logarithm, holdings on a uniform grid of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Payoff = Callable[[FloatArray], FloatArray]
Bands = Callable[[int, FloatArray], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseProblem:
    payoff: Payoff  # owed at the end, as a function of spot
    steps: int
    step_variance: float
    cost: float
    risk_aversion: float
    spot: float = 1.0
    fixed_cost: float = 0.0
    least_holding: float = -0.25
    most_holding: float = 1.25
    holdings: int = 401
    nodes_per_deviation: int = 16
    deviations: float = 6.0
    kink: float = 1.0  # a spot which lies on the grid
    drift: float = 0.0  # of a date's log return, besides the martingale's own


def optimum(problem: DenseProblem) -> float:
    """The least risk that any policy reaches, starting without a holding."""
    return _recursion(problem, lambda date, log_spot, after: _best(problem, np.exp(log_spot), after))


def score(problem: DenseProblem, bands: Bands) -> float:
    """The risk of the policy that trades to the nearer edge of its band."""

    def step(date: int, log_spot: FloatArray, after: FloatArray) -> FloatArray:
        lower, upper = bands(date, log_spot)
        return follow(problem, log_spot, after, lambda h: np.clip(h[None, :], lower[:, None], upper[:, None]))

    return _recursion(problem, step)


def score_targets(
    problem: DenseProblem, targets: Callable[[int, FloatArray, FloatArray], FloatArray]
) -> float:
    """The risk of any policy: targets(date, log_spot of shape (node,), holding) of shape (node, holding)."""

    def step(date: int, log_spot: FloatArray, after: FloatArray) -> FloatArray:
        return follow(problem, log_spot, after, lambda h: targets(date, log_spot, h))

    return _recursion(problem, step)


def follow(
    problem: DenseProblem,
    log_spot: FloatArray,
    after: FloatArray,
    targets: Callable[[FloatArray], FloatArray],
) -> FloatArray:
    holding = _holdings(problem)
    target = np.broadcast_to(targets(holding), after.shape)
    place = np.clip((target - holding[0]) / (holding[1] - holding[0]), 0, len(holding) - 1 - 1e-9)
    left = place.astype(int)
    share = place - left
    row = np.arange(len(log_spot))[:, None]
    risk = (1 - share) * after[row, left] + share * after[row, left + 1]
    traded = np.abs(target - holding)
    charge = problem.cost * np.exp(log_spot)[:, None] * traded + problem.fixed_cost * (traded > 1e-12)
    return charge + risk


def _best(problem: DenseProblem, spot: FloatArray, after: FloatArray) -> FloatArray:
    holding = _holdings(problem)
    charge = problem.cost * np.abs(holding[:, None] - holding[None, :])
    jump = problem.fixed_cost * ~np.eye(len(holding), dtype=bool)
    return np.stack(
        [np.min(row[:, None] + charge * at + jump, axis=0) for row, at in zip(after, spot, strict=True)]
    )


def _holdings(problem: DenseProblem) -> FloatArray:
    return np.linspace(problem.least_holding, problem.most_holding, problem.holdings)


def _recursion(problem: DenseProblem, decide: Callable[[int, FloatArray, FloatArray], FloatArray]) -> float:
    deviation = np.sqrt(problem.step_variance)
    width = deviation / problem.nodes_per_deviation
    middle, kink = np.log(problem.spot), np.log(problem.kink)
    reach = problem.deviations * deviation * np.sqrt(problem.steps) + abs(middle - kink)
    count = int(np.ceil(reach / width))
    x = kink + width * np.arange(-count, count + 1)
    trend = problem.drift - 0.5 * problem.step_variance
    density = np.exp(-0.5 * ((x[None, :] - x[:, None] - trend) / deviation) ** 2)
    density /= density.sum(axis=1, keepdims=True)
    spot, holding, aversion = np.exp(x), _holdings(problem), problem.risk_aversion
    owed = problem.payoff(spot)
    # Euler and Maclaurin: a slope that jumps at a node makes the sum over nodes miss width / 12 of the jump.
    owed[count] += (owed[count + 1] - 2.0 * owed[count] + owed[count - 1]) / 12.0
    risk = np.broadcast_to(owed[:, None], (len(x), len(holding))).copy()
    for date in range(problem.steps - 1, -1, -1):
        moved = holding[None, :] * (spot - problem.spot)[:, None]
        exponent = aversion * (risk - moved)
        top = exponent.max(axis=0)
        after = (np.log(density @ np.exp(exponent - top)) + top) / aversion + moved
        risk = decide(date, x, after)
    at_start = np.array([np.interp(middle, x, risk[:, j]) for j in range(len(holding))])
    return float(np.interp(0.0, holding, at_start))
