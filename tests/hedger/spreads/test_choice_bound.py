"""The fallback of a choice: programmes of rising size, none larger than can be solved."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import OptimizeResult

from hedger.spreads import choice_bound
from hedger.spreads.choice_bound import branch_and_bound
from hedger.spreads.choice_problem import ChoiceProblem
from hedger.spreads.choice_relaxation import relax
from tests.twins.choice import brute_force, small_problem


def wide_problem(columns: int) -> ChoiceProblem:
    """One row and many columns, of which a few contracts meet it."""
    rng = np.random.default_rng(1)
    most = np.full(columns, 5)
    return ChoiceProblem(
        names=tuple(f"c{i}" for i in range(columns)),
        buy_cost=rng.uniform(1.0, 2.0, columns),
        sell_cost=rng.uniform(1.0, 2.0, columns),
        most_bought=most,
        most_sold=most,
        row_names=("gamma",),
        coefficients=rng.uniform(1.0, 2.0, (1, columns)),
        lower=np.array([10.0]),
        upper=np.array([10.2]),
        is_leg=np.ones(columns, dtype=np.bool_),
        most_legs=4,
    )


def test_a_solution_among_few_columns_is_bounded_by_those_left_out() -> None:
    problem = wide_problem(1_500)
    relaxation = relax(problem)
    assert relaxation is not None
    quantity, bound = branch_and_bound(problem, relaxation)
    assert quantity is not None
    assert relaxation.cost <= bound <= quantity @ problem.signed().cost


@pytest.mark.parametrize("steps", [((2, math.inf), (3, math.inf)), ((3, 0.02), (9, 0.05)), ((9, 0.2),)])
@pytest.mark.parametrize("seed", range(40))
def test_nothing_that_was_left_out_lies_below_the_bound(
    seed: int, steps: tuple[tuple[int, float], ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice_bound, "_STEPS", steps)
    problem = small_problem(np.random.default_rng(seed), columns=5, rows=2)
    if (relaxation := relax(problem)) is None:
        return
    quantity, bound = branch_and_bound(problem, relaxation)
    cheapest = brute_force(problem)
    assert bound <= cheapest + 1e-9
    assert quantity is None or quantity @ problem.signed().cost >= cheapest - 1e-9


def test_no_programme_is_larger_than_four_hundred_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = wide_problem(1_500)
    relaxation = relax(problem)
    assert relaxation is not None
    sizes: list[int] = []

    def unsolved(_: ChoiceProblem, chosen: np.ndarray, *__: object) -> OptimizeResult:
        sizes.append(len(chosen))
        return OptimizeResult(x=None)

    monkeypatch.setattr(choice_bound, "_solved", unsolved)
    assert branch_and_bound(problem, relaxation) == (None, relaxation.cost)
    assert sizes == [40, 150, 150, 400]


def test_a_solution_far_from_its_bound_is_sought_again_among_more_columns_and_never_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = wide_problem(1_500)
    relaxation = relax(problem)
    assert relaxation is not None
    dear = np.zeros(3_000, dtype=np.int64)
    dear[[0, 1]] = 4
    monkeypatch.setattr(choice_bound, "_STEPS", ((1, 0.0), (400, math.inf)))
    quantity, _ = branch_and_bound(problem, relaxation, dear)
    assert quantity is not None
    assert quantity @ problem.signed().cost < dear @ problem.signed().cost
    monkeypatch.setattr(choice_bound, "_solved", lambda *_: OptimizeResult(x=None))
    kept, bound = branch_and_bound(problem, relaxation, dear)
    assert kept is dear
    assert bound == relaxation.cost


@pytest.mark.parametrize("seed", range(10))
def test_a_known_solution_cuts_nothing_off_that_is_cheaper(seed: int) -> None:
    problem = small_problem(np.random.default_rng(seed), columns=5, rows=2)
    if (relaxation := relax(problem)) is None or (first := branch_and_bound(problem, relaxation)[0]) is None:
        return
    again, bound = branch_and_bound(problem, relaxation, first)
    assert again is not None
    assert again @ problem.signed().cost == pytest.approx(brute_force(problem), abs=1e-6)
    assert bound <= again @ problem.signed().cost + 1e-9
