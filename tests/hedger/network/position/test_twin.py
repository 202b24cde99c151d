"""The dense recursion, slow and obvious, against the reference values and against the shipped tool."""

from __future__ import annotations

import numpy as np
import pytest

from hedger.optimum import score_bands, solve
from hedger.optimum.classical import zakamouline
from hedger.optimum.problem import short_call
from tests.twins.hedging_recursion import DenseProblem, optimum, score

OPTIMA = {1e-4: 0.023713854, 1e-3: 0.025130088, 1e-2: 0.034754990}


def dense(cost: float, fixed: float = 0.0, steps: int = 20) -> DenseProblem:
    return DenseProblem(
        payoff=lambda spot: np.maximum(spot - 1.0, 0.0),
        steps=steps,
        step_variance=0.04 / 250.0,
        cost=cost,
        fixed_cost=fixed,
        risk_aversion=100.0,
        holdings=301,
        nodes_per_deviation=6,
    )


@pytest.mark.parametrize("cost", OPTIMA)
def test_the_twin_finds_the_reference_optima(cost: float) -> None:
    assert optimum(dense(cost)) == pytest.approx(OPTIMA[cost], abs=1e-6)


def test_the_twin_and_the_tool_agree_under_a_fixed_cost() -> None:
    problem = short_call(steps=6, proportional_cost=1e-3, fixed_cost=1e-4, risk_aversion=100.0)
    assert optimum(dense(1e-3, 1e-4, 6)) == pytest.approx(solve(problem).risk(), abs=1e-6)


def test_the_twin_and_the_tool_give_a_policy_the_same_score() -> None:
    problem = short_call(steps=6, proportional_cost=3e-3, risk_aversion=100.0)
    found = score(dense(3e-3, steps=6), lambda date, x: tuple(zakamouline(problem, date, np.exp(x)).T))
    exact = score_bands(problem, lambda date, spot: zakamouline(problem, date, spot))
    assert found == pytest.approx(exact, abs=1e-6)
