"""The lit-and-dark optimum of one asset: the published number, independent solvers, limits."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from execution.venues.lit_dark import LitDarkProblem
from tests.twins.lit_dark import one_asset_by_recursion

EXAMPLE = LitDarkProblem(horizon=1.0, temporary_impact=2.5e-6, risk=1.62e-6, fill_intensity=1.5)
problems = st.builds(
    LitDarkProblem,
    horizon=st.floats(1e-3, 1e3),
    temporary_impact=st.floats(1e-9, 1e3),
    risk=st.floats(0.0, 1e3),
    fill_intensity=st.floats(0.0, 1e3),
)


def test_the_example_costs_what_the_references_say() -> None:
    assert EXAMPLE.coefficient(1.0) == pytest.approx(1.5607165e-6, rel=2e-8)
    saved = 1.0 - EXAMPLE.value(1e6) / EXAMPLE.without_pool.value(1e6)
    assert saved == pytest.approx(0.483, abs=5e-4)


@pytest.mark.parametrize("risk", [0.0, 1e-9, 1.62e-6, 1e-3])
@pytest.mark.parametrize("intensity", [0.0, 1e-7, 1.5, 20.0])
def test_the_closed_form_solves_the_riccati_equation(risk: float, intensity: float) -> None:
    problem = replace(EXAMPLE, risk=risk, fill_intensity=intensity)
    eta = problem.temporary_impact

    def slope(_: float, p: np.ndarray) -> np.ndarray:
        # Of the inverse P = 1 / C, which starts at 0, in units of 1 / eta.
        return 1.0 + intensity * p - risk / eta * p**2

    solved = solve_ivp(slope, (0.0, 1.0), [0.0], method="DOP853", rtol=3e-14, atol=1e-18)
    assert problem.coefficient(1.0) == pytest.approx(eta / solved.y[0, -1], rel=1e-12)


def test_a_plain_recursion_in_ever_finer_slices_goes_to_the_closed_form() -> None:
    rough = np.array([one_asset_by_recursion(EXAMPLE, 1000 * 2**n) for n in range(5)])
    for order in range(1, 5):
        rough = (2**order * rough[1:] - rough[:-1]) / (2**order - 1)
    assert rough[0] == pytest.approx(EXAMPLE.coefficient(1.0), rel=1e-11)


@settings(deadline=None)
@given(problems)
def test_a_pool_never_costs_and_risk_never_pays(problem: LitDarkProblem) -> None:
    value = problem.coefficient(problem.horizon)
    assert 0.0 <= value <= problem.without_pool.coefficient(problem.horizon) * (1.0 + 1e-12)
    assert value >= replace(problem, risk=0.0).coefficient(problem.horizon) * (1.0 - 1e-12)


@settings(deadline=None)
@given(problems)
def test_the_trajectory_falls_from_one_to_zero_and_trades_at_the_optimal_rate(
    problem: LitDarkProblem,
) -> None:
    left = problem.remaining(np.linspace(0.0, problem.horizon, 41))
    assert left[0] == pytest.approx(1.0, rel=1e-13)
    assert left[-1] == 0.0
    assert (np.diff(left) <= 0.0).all()


def test_the_lit_rate_is_the_slope_of_the_trajectory() -> None:
    at, width = 0.37, 1e-5
    before, here, after = EXAMPLE.remaining(np.array([at - width, at, at + width]))
    slope = (before - after) / (2.0 * width)
    assert EXAMPLE.lit_rate(float(here), 1.0 - at) == pytest.approx(slope, rel=1e-9)


def test_limits_are_almgren_chriss_even_trading_and_nothing_to_go() -> None:
    lone = EXAMPLE.without_pool
    kappa = math.sqrt(lone.risk / lone.temporary_impact)
    assert lone.coefficient(1.0) == pytest.approx(2.5e-6 * kappa / math.tanh(kappa), rel=1e-14)
    even = replace(lone, risk=0.0)
    np.testing.assert_array_equal(even.remaining(np.linspace(0.0, 1.0, 5)), np.linspace(1.0, 0.0, 5))
    assert even.coefficient(0.5) == 5e-6
    assert EXAMPLE.coefficient(0.0) == math.inf
    assert replace(EXAMPLE, fill_intensity=1e5).value(1e3) < 1e-4


@pytest.mark.parametrize(
    "change",
    [
        {"horizon": 0.0},
        {"temporary_impact": -1.0},
        {"risk": math.nan},
        {"fill_intensity": math.inf},
        {"risk": 1e300, "temporary_impact": 1e-300},
    ],
)
def test_numbers_out_of_range_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="got"):
        replace(EXAMPLE, **change)


def test_times_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and the horizon"):
        EXAMPLE.remaining(np.array([1.1]))
    with pytest.raises(ValueError, match="not negative"):
        EXAMPLE.coefficient(-1.0)
