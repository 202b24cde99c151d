"""Co-integrated legs: the rule against the Riccati equation and its limits, the slices against one system."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.schedules.cointegrated import CointegratedExecution
from execution.schedules.cointegrated_prices import CointegratedPrices, unrelated_prices
from execution.schedules.cointegrated_slices import CointegratedSlices
from execution.schedules.multi_asset import MultiAssetAlmgrenChriss
from execution.schedules.schedule import FloatArray
from tests.twins.legs_schedule import dense_expected_holdings, riccati_value

COVARIANCE = np.array([[0.95**2, 0.9 * 0.95 * 0.8], [0.9 * 0.95 * 0.8, 0.8**2]])
IMPACT = np.array([[2.5e-6, 4e-7], [4e-7, 4e-6]])
PRICES = CointegratedPrices(
    reversion=np.array([[3.0, -2.0], [-1.0, 2.0]]), mean=np.array([100.0, 50.0]), covariance=COVARIANCE
)
RULES = CointegratedExecution(prices=PRICES, temporary_impact=IMPACT, risk_aversion=1e-4)
SLICES = CointegratedSlices(prices=PRICES, horizon=1.0, temporary_impact=IMPACT, risk_aversion=1e-4)
# Left and left, left and deviation, deviation and deviation.
EXACT_RUNNING = (1.416669600759747e-05, -0.1871082173864557, 2104.0774588580393)
EXACT_EXPONENTIAL = (1.0344784321622883e-05, -0.24286495103272004, 2448.338540499353)
START, AWAY = np.array([1e6, -1e6]), np.array([2.0, -1.5])


def assert_same_value(found: FloatArray, expected: FloatArray, tolerance: float) -> None:
    for rows in (slice(0, 2), slice(2, 4)):
        for columns in (slice(0, 2), slice(2, 4)):
            block = expected[rows, columns]
            gap = np.abs(found[rows, columns] - block).max()
            assert gap <= tolerance * max(np.abs(block).max(), 1e-300)


@pytest.mark.parametrize("speed", [0.0, 1.0, 20.0])
def test_the_best_plan_made_beforehand_costs_what_the_rules_say_but_for_the_moves_to_come(
    speed: float,
) -> None:
    problem = replace(SLICES, prices=replace(PRICES, reversion=speed * PRICES.reversion))
    best = -np.diff(problem.expected_holdings(START, AWAY, 10), axis=0)
    cost, risk = problem.expected(best, AWAY)
    rules = problem.rules(10)
    exact = rules.cost(START, AWAY) - rules.of_noise
    assert cost + problem.risk_aversion * risk == pytest.approx(exact, rel=1e-12)
    even = np.tile(START / 10.0, (10, 1))
    cost, risk = problem.expected(even, AWAY)
    assert cost + problem.risk_aversion * risk > exact


def test_what_a_plan_is_expected_to_cost_is_the_mean_over_many_paths() -> None:
    trades, count = np.linspace([2e5, -1e5], [0.0, -1e5], 10), 40_000
    kept, noise = PRICES.after(0.1)
    root, rng = np.linalg.cholesky(noise), np.random.default_rng(5)
    away, paid = np.tile(AWAY, (count, 1)), np.zeros(count)
    for trade in trades:
        paid += (away - AWAY) @ trade + 10.0 * float(trade @ IMPACT @ trade)
        away = away @ kept.T + rng.standard_normal((count, 2)) @ root.T
    cost, _ = SLICES.expected(trades, AWAY)
    assert cost == pytest.approx(paid.mean(), abs=4.0 * paid.std() / np.sqrt(count))


@pytest.mark.parametrize("exponential", [False, True])
@pytest.mark.parametrize("speed", [0.3, 1.0, 10.0])
def test_the_rule_solves_the_riccati_equation(exponential: bool, speed: float) -> None:
    prices = replace(PRICES, reversion=speed * PRICES.reversion)
    problem = replace(RULES, prices=prices, exponential=exponential)
    assert_same_value(problem.rule(1.0).value, riccati_value(problem, 1.0), 1e-8)


def test_the_rule_is_that_of_a_thousand_digits() -> None:
    # By mpmath's exponential of the Hamiltonian with 1,200 digits.
    value = RULES.rule(1.0).value
    assert value[0, 0] == pytest.approx(EXACT_RUNNING[0], rel=1e-13)
    assert value[0, 2] == pytest.approx(EXACT_RUNNING[1], rel=1e-13)
    assert value[2, 3] == pytest.approx(EXACT_RUNNING[2], rel=1e-13)
    value = replace(RULES, exponential=True).rule(1.0).value
    assert value[0, 0] == pytest.approx(EXACT_EXPONENTIAL[0], rel=1e-13)
    assert value[0, 2] == pytest.approx(EXACT_EXPONENTIAL[1], rel=1e-13)
    assert value[2, 3] == pytest.approx(EXACT_EXPONENTIAL[2], rel=1e-13)


@pytest.mark.parametrize("exponential", [False, True])
def test_without_reversion_the_rate_is_that_of_ever_more_slices(exponential: bool) -> None:
    model = MultiAssetAlmgrenChriss(
        horizon=1.0, covariance=COVARIANCE, temporary_impact=IMPACT, risk_aversion=1e-4
    )
    problem = replace(RULES, prices=unrelated_prices(COVARIANCE), exponential=exponential)
    # Two grids cancel the first order of what a slice's length changes.
    coarse, fine = (-np.diff(model.holdings(START, n), axis=0)[0] * n for n in (10_000, 20_000))
    np.testing.assert_allclose(problem.rule(1.0).rate(START, AWAY), 2.0 * fine - coarse, rtol=1e-6)


def test_without_reversion_the_rate_has_a_closed_form() -> None:
    # Equal legs without correlation: x' = kappa coth(kappa T) x, kappa^2 = risk aversion sigma^2 / eta.
    problem = CointegratedExecution(
        prices=unrelated_prices(np.eye(2) * 0.81), temporary_impact=np.eye(2) * 1e-6, risk_aversion=1e-5
    )
    kappa = math.sqrt(1e-5 * 0.81 / 1e-6)
    rate = problem.rule(2.0).rate([1e5, 0.0], [0.0, 0.0])
    assert rate == pytest.approx([1e5 * kappa / math.tanh(2.0 * kappa), 0.0], rel=1e-13)


@pytest.mark.parametrize("exponential", [False, True])
def test_rules_on_the_way_are_those_of_the_time_that_is_left(exponential: bool) -> None:
    problem = replace(RULES, exponential=exponential)
    for k, rule in enumerate(problem.rules(2.0, 5)):
        assert_same_value(rule.value, problem.rule(2.0 - 0.4 * k).value, 1e-12)


def test_a_stiff_problem_keeps_its_digits() -> None:
    # A horizon of a hundred decay times is as good as none: the rule no longer knows of the end.
    fast = replace(RULES, risk_aversion=1.0)
    assert_same_value(fast.rule(50.0).value, fast.rule(100.0).value, 1e-12)


def test_the_rule_buys_what_is_cheap_and_sells_what_is_dear() -> None:
    alone = CointegratedExecution(
        prices=CointegratedPrices(reversion=[[5.0]], mean=[10.0], covariance=[[0.04]]),  # type: ignore[arg-type]
        temporary_impact=np.array([[1e-4]]),
        risk_aversion=0.0,
    )
    cheap, dear = (alone.rule(1.0).rate([0.0], [away])[0] for away in (-1.0, 1.0))
    assert cheap == -dear > 0.0
    assert alone.cost([0.0], [1.0], 1.0) < 0.0


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6), legs=st.integers(1, 4), slices=st.integers(1, 15))
def test_slices_are_expected_to_leave_what_one_dense_system_does(seed: int, legs: int, slices: int) -> None:
    generator = np.random.default_rng(seed)
    root, impact, pull = generator.standard_normal((3, legs, legs))
    prices = CointegratedPrices(reversion=pull, mean=np.zeros(legs), covariance=root @ root.T)
    problem = CointegratedSlices(
        prices=prices,
        horizon=1.0,
        temporary_impact=1e-6 * (impact @ impact.T + np.eye(legs)),
        risk_aversion=1e-6,
    )
    start, away = generator.standard_normal((2, legs)) * np.array([[1e6], [1.0]])
    expected = dense_expected_holdings(problem, start, away, slices)
    found = problem.expected_holdings(start, away, slices)
    np.testing.assert_allclose(found, expected, rtol=0.0, atol=1e-11 * np.abs(expected).max())


def test_slices_without_reversion_are_the_static_schedule() -> None:
    model = MultiAssetAlmgrenChriss(
        horizon=1.0, covariance=COVARIANCE, temporary_impact=IMPACT, risk_aversion=1e-4
    )
    problem = replace(SLICES, prices=unrelated_prices(COVARIANCE))
    found = problem.expected_holdings(START, AWAY, 10)
    np.testing.assert_allclose(found, model.holdings(START, 10), rtol=1e-12)
    assert problem.rules(10).cost(START, AWAY) == pytest.approx(9_361_309.021942955, rel=1e-13)
    assert problem.rules(10).of_noise == 0.0


def test_ever_shorter_slices_come_to_the_rule_of_continuous_time() -> None:
    values = [SLICES.rules(count).value for count in (400, 800, 1600)]
    first, second = 2.0 * values[1] - values[0], 2.0 * values[2] - values[1]
    assert_same_value((4.0 * second - first) / 3.0, RULES.rule(1.0).value, 1e-6)


def test_the_cost_of_the_slices_is_the_mean_of_their_costs() -> None:
    rules, (kept, noise) = SLICES.rules(10), PRICES.after(0.1)
    generator, paths = np.random.default_rng(7), 20_000
    left, away = np.tile(START, (paths, 1)), np.tile(AWAY, (paths, 1))
    cost, root = np.zeros(paths), np.linalg.cholesky(noise)
    for k in range(10):
        after = left @ rules.on_left[k].T + away @ rules.on_deviation[k].T
        moved = away @ kept.T + generator.standard_normal((paths, 2)) @ root.T
        trades = left - after
        cost += np.einsum("pi,ij,pj->p", trades, IMPACT / 0.1, trades)
        cost += np.einsum("pi,ij,pj->p", after, 1e-4 * noise, after)
        # What waits is bought at moved mids.
        cost += np.einsum("pi,pi->p", after, moved - away)
        left, away = after, moved
    assert cost.mean() == pytest.approx(rules.cost(START, AWAY), abs=4.0 * cost.std() / math.sqrt(paths))
    assert rules.of_noise < 0.0


def test_rules_from_a_later_slice_are_the_tail_of_all() -> None:
    whole, late = SLICES.rules(8), SLICES.rules(8, first=5)
    np.testing.assert_allclose(late.on_left, whole.on_left[5:], rtol=1e-14)
    with pytest.raises(ValueError, match="first slice"):
        SLICES.rules(8, first=8)


@pytest.mark.parametrize("time", [1e-9, 0.1, 3.0, 1e3])
def test_a_step_of_the_process_is_two_halves(time: float) -> None:
    kept, noise = PRICES.after(time)
    half_kept, half_noise = PRICES.after(0.5 * time)
    np.testing.assert_allclose(kept, half_kept @ half_kept, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(noise, half_noise + half_kept @ half_noise @ half_kept.T, rtol=1e-12)


def test_long_after_the_noise_is_that_of_the_stationary_law() -> None:
    stationary = PRICES.after(1e6)[1]
    pulled = PRICES.reversion @ stationary
    np.testing.assert_allclose(pulled + pulled.T, COVARIANCE, rtol=1e-12)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"reversion": np.eye(3)}, "same legs"),
        ({"reversion": np.full((2, 2), math.nan)}, "finite"),
        ({"mean": np.array([1.0, math.inf])}, "finite"),
        ({"covariance": np.array([[1.0, 2.0], [2.0, 1.0]])}, "semidefinite"),
    ],
)
def test_prices_that_cannot_be_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(PRICES, **wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"risk_aversion": -1.0},
        {"risk_aversion": math.nan},
        {"temporary_impact": np.eye(3)},
        {"temporary_impact": np.zeros((2, 2))},
    ],
)
def test_a_problem_without_an_optimum_is_refused(wrong: dict[str, Any]) -> None:
    for problem in (RULES, SLICES):
        with pytest.raises(ValueError, match=r"risk aversion|same legs|no optimum"):
            replace(problem, **wrong)


@pytest.mark.parametrize("time", [0.0, -1.0, math.nan, math.inf])
def test_no_time_is_no_time_to_trade(time: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        RULES.rule(time)
    with pytest.raises(ValueError, match="above 0"):
        replace(SLICES, horizon=time)
