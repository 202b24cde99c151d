"""Slow twins of the lit-and-dark optimum: Riccati equations integrated step by step, and plain recursion."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.integrate import solve_ivp

from execution.venues.lit_dark import LitDarkProblem
from execution.venues.lit_dark_assets import LitDarkAssets

FloatArray = npt.NDArray[np.float64]


def two_assets_by_runge_kutta(problem: LitDarkAssets) -> FloatArray:
    """C at the horizon of two assets, from the equation of its inverse P, which starts at 0.

    dP / ds = H^-1 - P S P + sum_i theta_i (P_ii - P_ij^2 / P_jj) e_i e_i', as P C e_i = e_i.
    """
    unit = np.sqrt(np.diag(problem.temporary_impact))
    units = np.outer(unit, unit)
    inverse, risk = np.linalg.inv(problem.temporary_impact / units), problem.risk / units

    def slope(time: float, state: FloatArray) -> FloatArray:
        p = state.reshape(2, 2)
        found = inverse - p @ risk @ p
        for i in (0, 1) if time > 0.0 else ():
            found[i, i] += problem.fill_intensity[i] * (p[i, i] - p[0, 1] * p[1, 0] / p[1 - i, 1 - i])
        return found.ravel()

    solved = solve_ivp(slope, (0.0, problem.horizon), np.zeros(4), method="DOP853", rtol=3e-14, atol=1e-18)
    matrix: FloatArray = np.linalg.inv(solved.y[:, -1].reshape(2, 2)) * units
    return matrix


def one_asset_by_recursion(problem: LitDarkProblem, slices: int) -> float:
    """C at the horizon where the lit book is traded at each slice's end and the pool fills within slices.

    Of the first order in the slice's length: hold a slice, be filled or not, then trade n of x at a cost of
    eta n^2 / tau, the best n leaving c x^2 with c = C eta / (C tau + eta).
    """
    tau = problem.horizon / slices
    coefficient = problem.temporary_impact / tau
    for _ in range(slices - 1):
        carried = problem.risk * tau + np.exp(-problem.fill_intensity * tau) * coefficient
        coefficient = carried * problem.temporary_impact / (carried * tau + problem.temporary_impact)
    return float(coefficient)
