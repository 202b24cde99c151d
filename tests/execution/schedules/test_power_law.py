"""Power-law impact and drift: Newton as twin, closed forms, optimality with trades held at zero, limits."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.schedules.almgren_chriss import AlmgrenChriss
from execution.schedules.drift import AlmgrenChrissWithDrift
from execution.schedules.power_law import PowerLawImpact
from execution.schedules.schedule import FloatArray, Schedule
from execution.schedules.trajectory import TradingProblem
from tests.contracts.schedule import SCHEDULE_PROMISES
from tests.twins.trading_problem import mean_cost, newton_holdings

# Almgren and Chriss (2000), table 1, without permanent impact.
LINEAR = AlmgrenChriss(horizon=5.0, volatility=0.95, temporary_impact=2.5e-6, risk_aversion=2e-6)
ROOT = PowerLawImpact(horizon=5.0, volatility=0.95, temporary_impact=1e-3, risk_aversion=1e-6)
SHARES = 1e6


@pytest.mark.parametrize(
    "schedule",
    [
        replace(ROOT, drift=-0.3, impact_exponent=0.9),
        AlmgrenChrissWithDrift(model=LINEAR, drift=-0.05),
    ],
    ids=["power-law", "almgren-chriss-with-drift"],
)
@pytest.mark.parametrize("check_promise", SCHEDULE_PROMISES)
def test_every_schedule_keeps_the_promise(
    schedule: Schedule, check_promise: Callable[[Schedule], None]
) -> None:
    check_promise(schedule)


@settings(deadline=None, max_examples=40)
@given(
    exponent=st.floats(0.4, 1.5),
    risk=st.floats(0.0, 0.5),
    drift=st.floats(-0.02, 0.02),
    slices=st.integers(1, 20),
    quantity=st.floats(1.0, 50.0),
)
def test_holdings_are_newton_s_where_every_slice_trades(
    exponent: float, risk: float, drift: float, slices: int, quantity: float
) -> None:
    problem = TradingProblem(impact=1.0, exponent=exponent, risk=risk, drift=drift)
    held = problem.holdings(quantity, slices)
    if -np.diff(held).max() < 1e-3 * quantity:  # Newton wants trades well above zero
        return
    np.testing.assert_allclose(held, newton_holdings(problem, quantity, slices), atol=1e-10 * quantity)


problems = st.builds(
    TradingProblem,
    impact=st.floats(1e-3, 1e3),
    exponent=st.floats(0.3, 2.0),
    risk=st.floats(0.0, 1e3),
    drift=st.floats(-1e3, 1e3),
)


@settings(deadline=None, max_examples=60)
@given(problem=problems, slices=st.integers(1, 30), quantity=st.floats(1e-3, 1e6))
def test_no_trade_can_be_moved_to_another_slice_at_a_gain(
    problem: TradingProblem, slices: int, quantity: float
) -> None:
    held = problem.holdings(quantity, slices)
    trades = -np.diff(held)
    assert (held[0], held[-1]) == (quantity, 0.0)
    assert trades.min() >= 0.0
    # The price of trading a little more in a slice: its impact, less what holding less saves from then on.
    saved = np.cumsum((2.0 * problem.risk * held[1:-1] + problem.drift)[::-1])[::-1]
    impact = problem.impact * (1.0 + problem.exponent) * trades**problem.exponent
    price = impact - np.append(saved, 0.0)
    scale = np.abs(impact).max() + 2.0 * problem.risk * held.sum() + slices * abs(problem.drift)
    traded = trades > 1e-9 * quantity
    assert price[traded].max() <= price.min() + 1e-7 * scale


@settings(deadline=None, max_examples=60)
@given(problem=problems, slices=st.integers(2, 15), seed=st.integers(0, 1000))
def test_no_other_trajectory_is_cheaper(problem: TradingProblem, slices: int, seed: int) -> None:
    held = problem.holdings(7.0, slices)
    other = np.sort(np.random.default_rng(seed).uniform(0.0, 7.0, slices - 1))[::-1]
    for weight in (1.0, 1e-2, 1e-4):
        mixed = (1.0 - weight) * held + weight * np.concatenate(([7.0], other, [0.0]))
        best = mean_cost(problem, held)
        assert mean_cost(problem, mixed) >= best - 1e-11 * (
            1.0 + abs(best) + 7.0 * abs(problem.drift) * slices
        )


@pytest.mark.parametrize("slices", [1, 2, 5, 50, 390])
@pytest.mark.parametrize("risk_aversion", [0.0, 1e-12, 2e-6, 1e-3, 1e3])
def test_exponent_one_is_almgren_and_chriss(slices: int, risk_aversion: float) -> None:
    linear = replace(LINEAR, risk_aversion=risk_aversion)
    power = replace(ROOT, impact_exponent=1.0, temporary_impact=2.5e-6, risk_aversion=risk_aversion)
    np.testing.assert_allclose(power.remaining(SHARES, slices), linear.remaining(slices), atol=1e-10)


@pytest.mark.parametrize("exponent", [0.5, 0.6, 2.0])
def test_fine_slices_and_a_long_horizon_give_almgren_s_rate(exponent: float) -> None:
    # Almgren (2003): eta beta v^(1 + beta) = lambda sigma^2 x^2 when there is no end in sight.
    market = replace(ROOT, impact_exponent=exponent, horizon=40.0, temporary_impact=SHARES**-exponent)
    held = SHARES * market.remaining(SHARES, 2_000)
    middle = 0.5 * (held[:100] + held[1:101])
    rate = -np.diff(held[:101]) / (40.0 / 2_000)
    expected = (1e-6 * 0.95**2 * middle**2 / (SHARES**-exponent * exponent)) ** (1.0 / (1.0 + exponent))
    np.testing.assert_allclose(rate, expected, rtol=0.01)


def test_under_a_root_law_a_larger_order_is_relatively_more_urgent() -> None:
    halfway = [ROOT.remaining(quantity, 10)[5] for quantity in (1e4, 1e5, 1e6)]
    assert halfway == sorted(halfway, reverse=True)


def test_limits_of_risk_impact_and_quantity() -> None:
    even = np.linspace(1.0, 0.0, 9)
    np.testing.assert_allclose(replace(ROOT, risk_aversion=0.0).remaining(SHARES, 8), even, atol=1e-12)
    for risk_aversion in (1e9, 1e300, math.inf):
        assert replace(ROOT, risk_aversion=risk_aversion).plan(1000, 8).tolist() == [1000] + [0] * 7
    assert replace(ROOT, temporary_impact=0.0).plan(1000, 8).tolist() == [1000] + [0] * 7
    free = replace(ROOT, temporary_impact=0.0, risk_aversion=0.0)
    assert free.plan(8, 8).tolist() == [1] * 8
    assert replace(free, drift=-1.0).plan(8, 8).tolist() == [0] * 7 + [8]
    assert replace(ROOT, temporary_impact=0.0, drift=-ROOT.risk_aversion).plan(8, 3).sum() == 8
    assert ROOT.plan(0, 4).tolist() == [0] * 4


@pytest.mark.parametrize("decay", [1e-9, 1e-3, 0.3, 3.0, 40.0])
@pytest.mark.parametrize("drift", [-1e-3, 1e-3])
def test_drift_s_closed_form_is_the_paper_s(decay: float, drift: float) -> None:
    tau, slices = 0.5, 10
    risk_aversion = 2.0 * 2.5e-6 * (math.cosh(decay) - 1.0) / (tau * 0.95) ** 2
    model = replace(LINEAR, risk_aversion=risk_aversion)
    held = AlmgrenChrissWithDrift(model=model, drift=drift).holdings(SHARES, slices)
    if decay < 1e-6:
        time = tau * np.arange(slices + 1)
        expected = SHARES * (1.0 - time / 5.0) - drift * time * (5.0 - time) / (4.0 * 2.5e-6)
    else:
        rest = -drift / (2.0 * risk_aversion * 0.95**2)
        left, gone = (np.sinh(decay * np.abs(np.arange(slices + 1) - edge)) for edge in (slices, 0))
        whole = math.sinh(decay * slices)
        expected = SHARES * left / whole + (1.0 - (left + gone) / whole) * rest
    np.testing.assert_allclose(held, expected, rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("drift", [-0.02, 0.0, 0.001, 0.02])
@pytest.mark.parametrize("risk_aversion", [0.0, 1e-9, 2e-6])
def test_drift_s_closed_form_is_the_constrained_optimum_where_it_never_trades_back(
    drift: float, risk_aversion: float
) -> None:
    model = replace(LINEAR, risk_aversion=risk_aversion, permanent_impact=2.5e-7)
    drifting = AlmgrenChrissWithDrift(model=model, drift=drift)
    held = drifting.holdings(SHARES, 50)
    assert (np.diff(held) < 0.0).all()
    np.testing.assert_allclose(drifting.problem(50).holdings(SHARES, 50), held, atol=1e-10 * SHARES)


def test_a_strong_drift_would_overshoot_and_the_plan_does_not() -> None:
    drifting = AlmgrenChrissWithDrift(model=LINEAR, drift=3.0)
    assert drifting.holdings(SHARES, 10).min() < 0.0
    assert drifting.plan(10**6, 10)[-1] == 0
    patient = AlmgrenChrissWithDrift(model=LINEAR, drift=-5.0)
    assert patient.holdings(SHARES, 10).max() > SHARES
    assert patient.plan(10**6, 10)[0] == 0


def test_without_drift_the_schedule_is_the_model_s() -> None:
    still = AlmgrenChrissWithDrift(model=LINEAR, drift=0.0)
    assert still.plan(977, 13).tolist() == LINEAR.plan(977, 13).tolist()
    np.testing.assert_allclose(still.holdings(1.0, 13), LINEAR.remaining(13), atol=1e-15)


def test_drift_without_impact_has_no_optimum_but_a_plan() -> None:
    free = AlmgrenChrissWithDrift(model=replace(LINEAR, temporary_impact=0.0), drift=-1e-6)
    with pytest.raises(ValueError, match="no optimum with a drift"):
        free.holdings(100.0, 4)
    assert free.plan(100, 4).sum() == 100


def test_utility_is_what_the_problem_minimises_and_spread() -> None:
    market = replace(ROOT, drift=0.2, half_spread=0.05)
    held: FloatArray = SHARES * market.remaining(SHARES, 12)
    spread = 0.05 * SHARES
    assert market.utility(-np.diff(held)) == pytest.approx(spread + mean_cost(market.problem(12), held))


@pytest.mark.parametrize(
    "wrong",
    [
        {"impact": -1.0},
        {"impact": math.nan},
        {"exponent": 0.0},
        {"exponent": math.inf},
        {"risk": -1.0},
        {"risk": math.nan},
        {"drift": math.nan},
        {"drift": math.inf},
    ],
)
def test_what_has_no_optimum_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"impact is|risk is"):
        TradingProblem(**{"impact": 1.0, "exponent": 0.5, "risk": 1.0, **wrong})


@pytest.mark.parametrize(("quantity", "slices"), [(-1.0, 3), (math.inf, 3), (math.nan, 3), (1.0, 0)])
def test_a_trajectory_of_nothing_to_do_is_refused(quantity: float, slices: int) -> None:
    with pytest.raises(ValueError, match="needs a slice"):
        TradingProblem(impact=1.0, exponent=0.5, risk=1.0).holdings(quantity, slices)
