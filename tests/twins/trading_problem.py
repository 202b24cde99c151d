"""Slow twin of TradingProblem.holdings: Newton's method on the trades between the first and the last."""

from __future__ import annotations

import numpy as np

from execution.schedules.schedule import FloatArray
from execution.schedules.trajectory import TradingProblem


def newton_holdings(problem: TradingProblem, quantity: float, slices: int) -> FloatArray:
    """Holdings at each edge where every optimal trade is above zero; starts from even trades."""
    held = quantity * np.linspace(1.0, 0.0, slices + 1)
    for _ in range(200):
        gradient, hessian = _derivatives(problem, held)
        step = np.concatenate(([0.0], np.linalg.solve(hessian, -gradient), [0.0]))
        length = 1.0
        while (np.diff(held + length * step) >= 0.0).any():
            length *= 0.5
        held = held + length * step
        if np.abs(step).max() <= 1e-15 * quantity:
            break
    return held


def _derivatives(problem: TradingProblem, held: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Gradient and Hessian of the cost in the inner holdings, term by term."""
    trades = -np.diff(held)
    marginal = problem.impact * (1.0 + problem.exponent) * trades**problem.exponent
    slope = marginal * problem.exponent / trades
    gradient = marginal[1:] - marginal[:-1] + 2.0 * problem.risk * held[1:-1] + problem.drift
    hessian = np.diag(slope[1:] + slope[:-1] + 2.0 * problem.risk)
    hessian -= np.diag(slope[1:-1], 1) + np.diag(slope[1:-1], -1)
    return gradient, hessian


def mean_cost(problem: TradingProblem, held: FloatArray) -> float:
    """What the problem minimises."""
    trades, left = -np.diff(held), held[1:]
    impact = problem.impact * (trades ** (1.0 + problem.exponent)).sum()
    return float(impact + problem.risk * (left**2).sum() + problem.drift * left.sum())
