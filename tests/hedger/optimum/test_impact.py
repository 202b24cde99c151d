"""The dynamic programme with impact: against the one without, a slow twin, and policies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from hedger.optimum import HedgingProblem, PowerImpact, score_with_impact, solve, solve_with_impact
from hedger.optimum.classical import whalley_wilmott
from hedger.optimum.grid import Resolution
from hedger.optimum.problem import FloatArray, short_call

COARSE = Resolution(nodes_per_deviation=2.0, holdings=81, piece_nodes=6)
PROBLEM = short_call(proportional_cost=1e-3, risk_aversion=100.0, steps=10)
ROOT = PowerImpact(coefficient=2e-3, exponent=0.5)


def test_without_impact_it_is_the_optimum_for_proportional_costs() -> None:
    free = PowerImpact(coefficient=0.0, exponent=0.5)
    assert solve_with_impact(PROBLEM, free).risk == pytest.approx(solve(PROBLEM).risk(), abs=1e-10)


def _one_date_risk(problem: HedgingProblem, impact: PowerImpact, holding: float) -> float:
    """The definition, by a fine sum."""
    deviation = np.sqrt(problem.step_variance)
    score = np.linspace(-10.0, 10.0, 40_001)
    weights = np.exp(-0.5 * score**2)
    spot = np.exp(deviation * score - 0.5 * deviation**2)
    loss = np.maximum(spot - 1.0, 0.0) - holding * (spot - 1.0)
    paid = holding * (problem.proportional_cost + impact.coefficient * holding**impact.exponent)
    mean = (weights @ np.exp(problem.risk_aversion * loss)) / weights.sum()
    return float(np.log(mean) / problem.risk_aversion + paid)


@pytest.mark.parametrize("exponent", [0.3, 0.5, 1.0])
def test_one_date_before_expiry_it_is_the_best_trade_by_definition(exponent: float) -> None:
    problem = short_call(proportional_cost=1e-4, risk_aversion=100.0, steps=1)
    impact = PowerImpact(coefficient=3e-3, exponent=exponent)
    best = minimize_scalar(lambda h: _one_date_risk(problem, impact, h), bounds=(0.0, 1.0), method="bounded")
    found = solve_with_impact(problem, impact)
    middle, none = len(found.grid.log_spot) // 2, int(np.argmin(np.abs(found.grid.holding)))
    assert found.risk == pytest.approx(best.fun, abs=1e-7)
    assert found.targets[0, middle, none] == pytest.approx(best.x, abs=2e-3)


def test_the_best_targets_score_the_optimum_and_a_band_scores_more() -> None:
    best = solve_with_impact(PROBLEM, ROOT, resolution=COARSE)

    def targets(step: int, spot: FloatArray, holding: FloatArray) -> FloatArray:
        return best.targets[step]

    def band(step: int, spot: FloatArray, holding: FloatArray) -> FloatArray:
        edges = whalley_wilmott(PROBLEM, step, spot[:, 0])
        return np.clip(holding, edges[:, :1], edges[:, 1:])

    scored = score_with_impact(PROBLEM, ROOT, targets, resolution=COARSE)
    assert scored == pytest.approx(best.risk, abs=2e-6)
    assert score_with_impact(PROBLEM, ROOT, band, resolution=COARSE) > best.risk + 1e-5


def test_more_impact_costs_more_and_trades_less_at_once() -> None:
    less, more = (
        solve_with_impact(PROBLEM, replace(ROOT, coefficient=c), resolution=COARSE) for c in (1e-3, 4e-3)
    )
    traded = [np.abs(each.targets[0] - each.grid.holding).mean() for each in (less, more)]
    assert less.risk < more.risk
    assert traded[1] < traded[0]


def test_a_fixed_cost_is_refused() -> None:
    with pytest.raises(ValueError, match="no fixed cost"):
        solve_with_impact(replace(PROBLEM, fixed_cost=1e-5), ROOT)


@pytest.mark.parametrize(("coefficient", "exponent"), [(-1.0, 0.5), (np.nan, 0.5), (1.0, 0.0), (1.0, np.inf)])
def test_what_is_no_impact_is_refused(coefficient: float, exponent: float) -> None:
    with pytest.raises(ValueError, match="coefficient"):
        PowerImpact(coefficient=coefficient, exponent=exponent)
