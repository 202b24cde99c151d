"""The dynamic programme against reference values, identities and policies of every kind."""

from __future__ import annotations

from dataclasses import replace
from math import erf, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hedger.optimum import HedgingProblem, score_bands, score_policy, solve
from hedger.optimum.grid import Resolution
from hedger.optimum.problem import FloatArray, short_call
from hedger.optimum.sensitivity import solve_with_weights

COARSE = Resolution(nodes_per_deviation=2.0, holdings=81, piece_nodes=6)


@pytest.mark.parametrize(
    ("aversion", "cost", "risk"),
    [
        (1.0, 1e-4, 0.022677231),
        (1.0, 1e-3, 0.023055959),
        (1.0, 1e-2, 0.023159364),
        (100.0, 1e-4, 0.023713854),
        (100.0, 1e-3, 0.025130088),
        (100.0, 1e-2, 0.034754990),
    ],
)
def test_the_optimum_is_the_reference_value(aversion: float, cost: float, risk: float) -> None:
    problem = short_call(proportional_cost=cost, risk_aversion=aversion)
    assert solve(problem).risk() == pytest.approx(risk, abs=6e-8)


def test_a_finer_grid_comes_closer() -> None:
    problem = short_call(proportional_cost=1e-3, risk_aversion=100.0)
    fine = Resolution(nodes_per_deviation=5.0, holdings=321, piece_nodes=16)
    error = [abs(solve(problem, grid).risk() - 0.025130088) for grid in (COARSE, Resolution(), fine)]
    assert error[2] < 2e-9 < error[1] < error[0]


def test_a_put_is_a_call_and_one_unit_less_of_underlying() -> None:
    call = replace(short_call(proportional_cost=2e-3, risk_aversion=50.0, steps=9), strike=np.array([1.03]))
    put = replace(call, is_call=np.array([False]))
    assert solve(put).risk(-0.4) == pytest.approx(solve(call).risk(0.6) + 0.03, abs=2e-7)


def test_the_risk_scales_with_the_currency() -> None:
    problem = short_call(proportional_cost=1e-3, risk_aversion=100.0, steps=5, fixed_cost=1e-5)
    scaled = replace(
        problem, strike=problem.strike * 300.0, spot=300.0, risk_aversion=100.0 / 300.0, fixed_cost=3e-3
    )
    assert solve(scaled).risk() == pytest.approx(300.0 * solve(problem).risk(), rel=1e-12)
    assert solve(scaled).bands == pytest.approx(solve(problem).bands, abs=1e-9)


@pytest.mark.parametrize("fixed", [0.0, 1e-4])
def test_the_optimal_bands_score_the_optimum(fixed: float) -> None:
    problem = short_call(proportional_cost=1e-3, risk_aversion=100.0, steps=8, fixed_cost=fixed)
    optimum = solve(problem)
    assert score_bands(problem, lambda step, _: optimum.bands[step]) == pytest.approx(
        optimum.risk(), abs=1e-12
    )


def test_any_policy_scores_as_the_bands_that_it_follows() -> None:
    problem = short_call(proportional_cost=1e-3, risk_aversion=30.0, steps=6)

    def bands(_: int, spot: FloatArray) -> FloatArray:
        return np.stack([0.4 + spot - 1.0, 0.6 + spot - 1.0], axis=1)

    def moves(_: int, spot: FloatArray, holding: FloatArray) -> FloatArray:
        return np.clip(holding, 0.4 + spot - 1.0, 0.6 + spot - 1.0)

    fine = Resolution(holdings=641)
    assert score_policy(problem, moves, resolution=fine) == pytest.approx(
        score_bands(problem, bands, resolution=fine), abs=2e-6
    )


@given(
    lower=st.floats(-0.2, 0.8),
    width=st.floats(0.0, 0.6),
    cost=st.floats(0.0, 0.02),
    aversion=st.floats(5.0, 200.0),
)
@settings(deadline=None, max_examples=15)
def test_no_band_goes_below_the_optimum(lower: float, width: float, cost: float, aversion: float) -> None:
    problem = short_call(proportional_cost=cost, risk_aversion=aversion, steps=4)
    scored = score_bands(problem, lambda _, spot: np.array([[lower, lower + width]]).repeat(len(spot), 0))
    assert scored >= solve(problem).risk() - 1e-7


@given(cost=st.floats(0.0, 0.01), more=st.floats(1e-5, 0.01), fixed=st.floats(0.0, 1e-3))
@settings(deadline=None, max_examples=15)
def test_dearer_trading_never_lowers_the_risk(cost: float, more: float, fixed: float) -> None:
    problem = short_call(proportional_cost=cost, risk_aversion=80.0, steps=4)
    least = solve(problem, COARSE).risk()
    assert solve(replace(problem, proportional_cost=cost + more), COARSE).risk() >= least - 1e-6
    assert solve(replace(problem, fixed_cost=fixed), COARSE).risk() >= least - 1e-6


def test_without_costs_and_with_little_aversion_the_price_is_the_model_price() -> None:
    problem = short_call(proportional_cost=0.0, risk_aversion=1e-3)
    black = erf(0.5 * 0.2 * sqrt(20 / 250) / sqrt(2.0))  # at the money: 2 N(deviation / 2) - 1
    assert solve(problem).risk() == pytest.approx(black, abs=1e-6)


def test_what_expires_early_is_hedged_no_longer() -> None:
    early = HedgingProblem(
        strike=np.array([1.0, 1.0]),
        is_call=np.array([True, True]),
        units=np.array([-1.0, -1e-9]),
        expiry_step=np.array([5, 8]),
        spot=1.0,
        step_variance=0.2**2 / 250.0,
        proportional_cost=1e-3,
        risk_aversion=50.0,
    )
    alone = short_call(proportional_cost=1e-3, risk_aversion=50.0, steps=5)
    # Nothing needs to be held once it is settled, and nothing forces a sale: holding on only adds risk.
    assert solve(early).risk() >= solve(alone).risk()
    assert solve(early).bands[6, :, 1].max() < 0.0


@pytest.mark.parametrize("cost", [1e-4, 1e-2])
def test_the_weights_foretell_what_wider_bands_cost(cost: float) -> None:
    problem = short_call(proportional_cost=cost, risk_aversion=100.0, steps=10)
    weighed = solve_with_weights(problem, COARSE)
    foretold = 0.5 * 0.005**2 * weighed.weights.sum()
    wider = weighed.optimum.bands + np.array([-0.005, -0.005, 0.005, 0.005])
    grid = weighed.optimum.grid
    risks = score_over_starts(problem, wider) - score_over_starts(problem, weighed.optimum.bands)
    near = np.abs(grid.log_spot) <= 0.15
    assert foretold == pytest.approx(risks[near].mean(), rel=0.5)


def score_over_starts(problem: HedgingProblem, bands: FloatArray) -> FloatArray:
    """Risk of the bands at every node, without a holding."""
    from hedger.optimum.grid import make_grid
    from hedger.optimum.recursion import walk_back
    from hedger.optimum.trade_kernel import trade_by_bands

    grid = make_grid(problem, COARSE)
    spot = np.exp(grid.log_spot)

    def trade(step: int, value: FloatArray, slope: FloatArray) -> tuple[FloatArray, FloatArray]:
        out, rate = np.empty_like(value), np.empty_like(slope)
        edges = np.ascontiguousarray(bands[step])
        trade_by_bands(value, slope, spot, grid.holding, problem.proportional_cost, 0.0, edges, out, rate)
        return out, rate

    risk = walk_back(problem, grid, COARSE, trade)
    zero = int(np.argmin(np.abs(grid.holding)))
    return 0.5 * risk[:, zero] + 0.5 * risk.mean(axis=1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("strike", np.array([-1.0])),
        ("spot", 0.0),
        ("risk_aversion", np.inf),
        ("proportional_cost", -0.1),
        ("fixed_cost", np.nan),
        ("expiry_step", np.array([0])),
        ("units", np.array([np.nan])),
    ],
)
def test_what_is_no_problem_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValueError, match="must"):
        replace(short_call(proportional_cost=1e-3, risk_aversion=1.0), **{field: value})
