"""Slow twins of the schedules of several legs: one dense linear system; the Riccati equation in steps."""

from __future__ import annotations

import numpy as np
from scipy.integrate import solve_ivp

from execution.schedules.cointegrated import CointegratedExecution
from execution.schedules.cointegrated_slices import CointegratedSlices
from execution.schedules.multi_asset import MultiAssetAlmgrenChriss
from execution.schedules.schedule import FloatArray


def dense_holdings(model: MultiAssetAlmgrenChriss, quantities: FloatArray, slices: int) -> FloatArray:
    """The optimum by the gradient of the cost in all inner holdings at once, set to 0."""
    tau = model.horizon / slices
    risk = model.risk_aversion * tau * model.covariance
    drift = np.zeros((slices, model.legs))
    return _best(model.net_temporary_impact(tau) / tau, risk, drift, quantities, slices)


def dense_expected_holdings(
    problem: CointegratedSlices, quantities: FloatArray, deviation: FloatArray, slices: int
) -> FloatArray:
    """What is expected to be left: the optimum against expected moves, by certainty equivalence."""
    tau = problem.horizon / slices
    kept, noise = problem.prices.after(tau)
    away = [np.linalg.matrix_power(kept, k) @ deviation for k in range(slices + 1)]
    moves = np.diff(np.array(away), axis=0)
    return _best(problem.temporary_impact / tau, problem.risk_aversion * noise, moves, quantities, slices)


def _best(
    impact: FloatArray, risk: FloatArray, moves: FloatArray, quantities: FloatArray, slices: int
) -> FloatArray:
    """Minimum of sum dx' impact dx + x' risk x + x' move over what the slices leave."""
    legs, inner = len(quantities), slices - 1
    trades = np.eye(slices, inner) - np.eye(slices, inner, k=-1)
    first = np.zeros((slices, legs))
    first[0] = quantities
    hessian = np.kron(trades.T @ trades, impact) + np.kron(np.eye(inner), risk)
    gradient = (trades.T @ first) @ impact - 0.5 * moves[:inner]
    holdings = np.zeros((slices + 1, legs))
    holdings[0] = quantities
    holdings[1:-1] = np.linalg.solve(hessian, gradient.ravel()).reshape(inner, legs)
    return holdings


def riccati_value(problem: CointegratedExecution, time_left: float) -> FloatArray:
    """The value of `TradingRule` by Runge and Kutta, from a last instant of trading evenly come what may."""
    prices, legs = problem.prices, problem.prices.legs
    aversion = 2.0 * problem.risk_aversion if problem.exponential else 0.0
    inverse = np.linalg.inv(problem.temporary_impact)

    def slope(_: float, flat: FloatArray) -> FloatArray:
        value = flat.reshape(2 * legs, 2 * legs)
        left, away = value[:legs], value[legs:]
        change = np.zeros_like(value)
        change[:legs, :legs] = problem.risk_aversion * prices.covariance
        change[:legs, legs:] = -0.5 * prices.reversion
        change[legs:, :legs] = -0.5 * prices.reversion.T
        drift = np.hstack([aversion * prices.covariance, -prices.reversion])
        change += away.T @ drift + drift.T @ away - left.T @ inverse @ left
        change += 2.0 * aversion * away.T @ prices.covariance @ away
        return change.ravel()

    # So short a time that all but impact is nothing.
    start = 1e-7 * time_left
    last = np.zeros((2 * legs, 2 * legs))
    last[:legs, :legs] = problem.temporary_impact / start
    last[:legs, legs:] = -0.25 * prices.reversion * start
    last[legs:, :legs] = last[:legs, legs:].T
    size = np.abs(last).max()
    solved = solve_ivp(
        slope, (start, time_left), last.ravel(), method="DOP853", rtol=1e-12, atol=1e-16 * size
    )
    return solved.y[:, -1].reshape(2 * legs, 2 * legs)
