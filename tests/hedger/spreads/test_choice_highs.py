"""What HiGHS calls infeasible is asked again without presolve."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp

from hedger.spreads import choice_highs
from hedger.spreads.choice import choose
from hedger.spreads.choice_highs import linear_programme, whole_programme
from tests.twins.choice import brute_force, small_problem

# Two sweeps of packages with legs in ratios of 2 and 3, joined; scipy 1.16.3 calls them infeasible.
COST = np.array(
    [0, 927, 581, 582, -237, 0, -237, -235, -231, -230, -370, -366, -133, 336, 340, 345], dtype=np.float64
)
MOST = np.array([18, 14, 25, 23, 13, 60, 18, 11, 5, 17, 13, 24, 35, 27, 31, 5], dtype=np.float64)
ROWS = np.zeros((4, 16))
ROWS[0, :2] = 1.0
ROWS[1, [0, 2, 3]] = -2.0, 1.0, 1.0
ROWS[2, [0, 4]] = -1.0, 1.0
ROWS[3, [5, 13, 14, 15]] = -3.0, 1.0, 1.0, 1.0
WANTED = np.array([18.0, 0.0, 0.0, 0.0])


def test_equalities_in_ratios_that_presolve_refuses_are_solved() -> None:
    found = whole_programme(
        COST,
        integrality=np.ones(16),
        bounds=Bounds(0.0, MOST),
        constraints=LinearConstraint(ROWS, WANTED, WANTED),
        options={},
    )
    assert found.x is not None
    np.testing.assert_allclose(ROWS @ found.x, WANTED, atol=1e-9)


def test_a_choice_survives_a_presolve_that_always_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(*arguments: object, options: dict[str, object], **named: object) -> OptimizeResult:
        if options["presolve"]:
            return OptimizeResult(x=None, status=2)
        return milp(*arguments, options=options, **named)

    monkeypatch.setattr(choice_highs, "milp", refusing)
    problem = small_problem(np.random.default_rng(1005), columns=5, rows=2)
    assert choose(problem, most_searched=0).cost == pytest.approx(brute_force(problem), abs=1e-6)


def test_what_is_infeasible_stays_so() -> None:
    found = linear_programme(np.ones(1), np.array([[-1.0]]), np.array([-5.0]), np.array([4]))
    assert found.x is None


def test_a_programme_that_runs_out_of_nodes_is_not_solved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    solved = []

    def counted(*arguments: object, **named: object) -> OptimizeResult:
        solved.append(milp(*arguments, **named))
        return solved[-1]

    monkeypatch.setattr(choice_highs, "milp", counted)
    rng = np.random.default_rng(0)
    weights = rng.integers(1_000_000, 9_000_000, (3, 30)).astype(np.float64)
    half = np.floor(weights.sum(axis=1) / 2.0)
    found = whole_programme(
        np.ones(30),
        integrality=np.ones(30),
        bounds=Bounds(0.0, 1.0),
        constraints=LinearConstraint(weights, half, half),
        options={"node_limit": 2},
    )
    assert (found.x, [each.status for each in solved]) == (None, [4])
