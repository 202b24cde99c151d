"""The chooser against every combination, its prices against finite differences, its sentences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from hedger.spreads import choice_search
from hedger.spreads.choice import choose
from hedger.spreads.choice_problem import ChoiceProblem, InfeasibleChoiceError
from hedger.spreads.choice_relaxation import relax
from tests.twins.choice import brute_force, small_problem


def found_cost(problem: ChoiceProblem, most_searched: int = 1_000_000) -> float:
    try:
        return choose(problem, most_searched=most_searched).cost
    except InfeasibleChoiceError:
        return np.inf


def wide_problem(columns: int = 120, seed: int = 0) -> ChoiceProblem:
    """Three rows and many columns, of which fractions of a few would do."""
    rng = np.random.default_rng(seed)
    coefficients = np.vstack([rng.uniform(size=columns), rng.uniform(size=columns), rng.normal(size=columns)])
    middle = np.array([40.0, 25.0, 3.0])
    cost = rng.uniform(1.0, 9.0, columns)
    return ChoiceProblem(
        names=tuple(f"c{i}" for i in range(columns)),
        buy_cost=cost,
        sell_cost=1.1 * cost,
        most_bought=np.full(columns, 60),
        most_sold=np.full(columns, 60),
        row_names=("gamma", "vega", "delta"),
        coefficients=coefficients,
        lower=middle * 0.98,
        upper=middle * 1.02,
        is_leg=np.ones(columns, dtype=np.bool_),
    )


def one_row(
    cost: list[float],
    coefficients: list[float],
    *,
    at_least: float,
    most: list[int] | None = None,
    most_legs: int | None = None,
) -> ChoiceProblem:
    """A row that has to reach an amount, by columns that can only be bought."""
    count = len(cost)
    return ChoiceProblem(
        names=tuple(f"c{i}" for i in range(count)),
        buy_cost=np.array(cost),
        sell_cost=np.array(cost),
        most_bought=np.array(most or [9] * count),
        most_sold=np.zeros(count, dtype=np.int64),
        row_names=("gamma",),
        coefficients=np.array([coefficients]),
        lower=np.array([at_least]),
        upper=np.array([np.inf]),
        is_leg=np.ones(count, dtype=np.bool_),
        most_legs=most_legs,
    )


@pytest.mark.parametrize("seed", range(40))
def test_the_chooser_equals_looking_at_every_combination(seed: int) -> None:
    problem = small_problem(np.random.default_rng(seed), columns=5, rows=1 + seed % 4)
    assert found_cost(problem) == pytest.approx(brute_force(problem), abs=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_branch_and_bound_finds_the_same_cost(seed: int) -> None:
    problem = small_problem(np.random.default_rng(1000 + seed), columns=5, rows=2)
    assert found_cost(problem, most_searched=0) == pytest.approx(brute_force(problem), abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_enumeration_and_branch_and_bound_agree_on_many_columns(seed: int) -> None:
    problem = wide_problem(columns=30, seed=seed)
    exact, bounded = choose(problem), choose(problem, most_searched=0)
    assert exact.method == "enumeration"
    assert bounded.lower_bound - 1e-6 <= exact.cost <= bounded.cost + 1e-6


def test_an_enumerated_choice_has_no_gap_and_lies_above_its_relaxation() -> None:
    choice = choose(wide_problem())
    assert choice.gap == 0.0
    assert choice.relaxed_cost <= choice.cost


def test_a_search_that_is_cut_short_states_an_honest_gap() -> None:
    problem = wide_problem()
    exact, cut = choose(problem), choose(problem, most_searched=1)
    assert cut.cost * (1.0 - cut.gap) <= exact.cost + 1e-9 <= cut.cost + 2e-9


@pytest.mark.parametrize("row", range(3))
def test_a_shadow_price_is_the_derivative_of_the_relaxed_cost(row: int) -> None:
    problem, step = wide_problem(), np.zeros(3)
    step[row] = 1e-4
    relaxed = [
        relax(replace(problem, lower=problem.lower + d, upper=problem.upper + d)) for d in (step, -step)
    ]
    up, down = (found.cost for found in relaxed if found is not None)
    price = choose(problem).shadow_price[row]
    assert price == pytest.approx((up - down) / 2e-4, rel=1e-5, abs=1e-9)


def test_a_row_that_does_not_bind_has_no_price() -> None:
    problem = wide_problem()
    loose = replace(problem, lower=np.array([problem.lower[0], -np.inf, -1e6]), upper=np.full(3, 1e6))
    np.testing.assert_array_equal(choose(loose).shadow_price[1:], 0.0)


def test_no_leg_more_than_allowed_trades() -> None:
    problem = replace(wide_problem(), most_legs=2)
    assert np.count_nonzero(choose(problem).quantity) <= 2


def test_nothing_to_do_costs_nothing() -> None:
    problem = wide_problem()
    choice = choose(replace(problem, lower=-np.ones(3), upper=np.ones(3)))
    assert (choice.cost, choice.gap) == (0.0, 0.0)
    assert not choice.quantity.any()


def test_targets_out_of_reach_are_named_with_their_miss() -> None:
    problem = wide_problem()
    reach = float(np.clip(problem.coefficients[0], 0.0, None).sum() * 60)
    far = replace(problem, lower=np.array([reach + 5.0, -np.inf, -np.inf]), upper=np.full(3, np.inf))
    with pytest.raises(InfeasibleChoiceError, match=r"nearest misses gamma by 5\b"):
        choose(far)


@pytest.mark.parametrize("target", [1e9, 1e12, 1e18, 1e21, 1e30])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_targets_beyond_what_the_solver_counts_are_named_with_their_miss(target: float, sign: float) -> None:
    problem = wide_problem()
    near, far = (np.array([amount, -np.inf, -np.inf]) for amount in (target, -np.inf))
    rows = (near, np.full(3, np.inf)) if sign > 0.0 else (far, np.array([-target, np.inf, np.inf]))
    with pytest.raises(
        InfeasibleChoiceError, match=rf"nearest misses gamma by {target:.4g},".replace("+", r"\+")
    ):
        choose(replace(problem, lower=rows[0], upper=rows[1]))


@pytest.mark.parametrize("loose", [1e12, 1e20, 1e30])
def test_a_side_that_nothing_reaches_is_as_good_as_none(loose: float) -> None:
    problem = wide_problem()
    free, wide = (replace(problem, upper=np.array([problem.upper[0], x, x])) for x in (np.inf, loose))
    np.testing.assert_array_equal(choose(free).quantity, choose(wide).quantity)


def test_a_miss_is_said_in_the_unit_that_people_read() -> None:
    problem = wide_problem()
    reach = float(np.clip(problem.coefficients[0], 0.0, None).sum() * 60)
    far = replace(problem, lower=np.array([reach + 5.0, -np.inf, -np.inf]), upper=np.full(3, np.inf))
    with pytest.raises(InfeasibleChoiceError, match=r"nearest misses gamma by 0\.05,"):
        choose(replace(far, row_unit=np.array([100.0, 1.0, 1.0])))


def test_a_relaxation_in_whole_contracts_is_no_dearer_than_they_are() -> None:
    problem = one_row([2.0, 3.0, 4.0], [1.0, 1.0, 1.0], at_least=5.0)
    choice = choose(problem)
    assert choice.relaxed_cost <= choice.cost == 10.0
    assert choice.relaxed_cost == pytest.approx(10.0, rel=1e-4)


def test_a_leg_that_the_relaxation_holds_in_full_can_make_room_for_another() -> None:
    # Divisible contracts would be both of the cheap ones and a quarter of the dear: three legs.
    problem = one_row([1.0, 1.0, 3.0], [1.0, 1.0, 2.0], at_least=2.5, most=[1, 1, 1], most_legs=2)
    assert choose(problem).cost == brute_force(problem) == 4.0


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("searched", [3, 30, 300, 3_000, 30_000])
def test_a_search_that_stops_within_a_budget_claims_the_last_one_alone(
    seed: int, searched: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = wide_problem(columns=30, seed=seed)
    exact = choose(problem)
    dear = choose(replace(problem, buy_cost=problem.buy_cost[::-1], sell_cost=problem.sell_cost[::-1]))
    held = np.concatenate((np.maximum(dear.quantity, 0), np.maximum(-dear.quantity, 0)))
    monkeypatch.setattr(choice_search, "branch_and_bound", lambda *_: (held, 0.0))
    cut = choose(problem, most_searched=searched)
    assert cut.lower_bound <= exact.cost + 1e-9


def test_a_limit_on_legs_that_binds_is_named() -> None:
    with pytest.raises(InfeasibleChoiceError, match="limit of 1 legs binds"):
        choose(replace(wide_problem(), most_legs=1))


def test_whole_contracts_that_cannot_hit_a_row_are_named() -> None:
    problem = wide_problem(columns=1)
    narrow = replace(
        problem,
        lower=np.array([0.5 * problem.coefficients[0, 0], -np.inf, -np.inf]),
        upper=np.array([0.6 * problem.coefficients[0, 0], np.inf, np.inf]),
    )
    with pytest.raises(InfeasibleChoiceError, match="in whole contracts: what comes nearest misses gamma"):
        choose(narrow)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda p: replace(p, buy_cost=np.zeros(120)),
        lambda p: replace(p, sell_cost=np.full(120, np.nan)),
        lambda p: replace(p, sell_cost=np.full(120, 1e18)),
        lambda p: replace(p, most_bought=np.full(120, -1)),
        lambda p: replace(p, lower=np.full(3, 1e9)),
        lambda p: replace(p, coefficients=np.full((3, 120), np.inf)),
        lambda p: replace(p, is_leg=np.ones(3, dtype=np.bool_)),
    ],
)
def test_what_is_no_problem_is_refused(wrong: Callable[[ChoiceProblem], ChoiceProblem]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        wrong(wide_problem())


def test_a_problem_without_rows_is_answered_by_nothing() -> None:
    free = replace(
        wide_problem(), row_names=(), coefficients=np.zeros((0, 120)), lower=np.zeros(0), upper=np.zeros(0)
    )
    assert choose(free).cost == 0.0
