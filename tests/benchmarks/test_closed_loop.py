from __future__ import annotations

import numpy as np
import pytest

from benchmarks import closed_loop_books
from benchmarks.closed_loop import mean_and_interval
from benchmarks.closed_loop_books import BOOKS, POLICIES, RESOLUTION, Law, own_sizes, problem_of, risk
from benchmarks.closed_loop_market import HORIZON_DAYS, VENUES
from execution.tca.cost_curve import CostCurve
from hedger.optimum import solve_with_impact
from hedger.optimum.grid import Resolution

VENUE, BOOK = VENUES[1], BOOKS[0]
CURVE = CostCurve(half_spread_bps=0.7, fee_bps=0.2, impact_coefficient=0.9, impact_exponent=0.6)
TRUE = Law.of(CURVE, VENUE, BOOK.size)


@pytest.mark.parametrize("contracts", [1.0, 40.0, 1_000.0])
def test_the_law_in_units_of_the_book_is_the_curve_s(contracts: float) -> None:
    expected = CURVE.expected_bps(
        participation=contracts / VENUE.volume,
        horizon_days=HORIZON_DAYS,
        volatility=VENUE.conditions.volatility,
    )
    units = contracts / BOOK.size
    cost = TRUE.proportional + TRUE.impact.coefficient * units**TRUE.impact.exponent
    assert 1e4 * cost == pytest.approx(expected, rel=1e-12)


def test_the_cost_of_the_last_unit_is_the_slope_of_the_whole_cost() -> None:
    def whole(units: float) -> float:
        return units * (TRUE.proportional + TRUE.impact.coefficient * units**TRUE.impact.exponent)

    slope = (whole(0.1 + 1e-6) - whole(0.1 - 1e-6)) / 2e-6
    assert TRUE.marginal(np.array([0.1]))[0] == pytest.approx(slope, rel=1e-8)


@pytest.mark.parametrize("policy", POLICIES)
def test_costs_that_are_true_hedge_better_than_wrong_ones_and_never_better_than_the_optimum(
    policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    coarse = Resolution(nodes_per_deviation=1.5, holdings=61, piece_nodes=6)
    monkeypatch.setattr(closed_loop_books, "RESOLUTION", coarse)
    problem = problem_of(BOOK, VENUE, TRUE)
    assumed = [CURVE, CostCurve(half_spread_bps=30.0, fee_bps=0.0, impact_coefficient=0.0)]
    laws = [Law.of(each, VENUE, BOOK.size) for each in assumed]
    true, wrong = (risk(POLICIES[policy], law, TRUE, problem, 1e-4) for law in laws)
    least = 1e4 * solve_with_impact(problem, TRUE.impact, resolution=coarse).risk
    assert least - 0.02 < true < wrong - 1.0
    assert RESOLUTION.holdings > coarse.holdings


def test_a_single_figure_has_no_interval_and_several_have_student_s() -> None:
    assert "±" not in mean_and_interval(np.array([1.0]))
    values = np.array([1.0, 2.0, 3.0])
    assert mean_and_interval(values).split() == ["+2.000", "±", "2.484"]


def test_a_book_s_own_trades_are_small_and_large_and_never_beyond_the_volume() -> None:
    found = own_sizes(VENUE, BOOK, 300, np.random.default_rng(0))
    assert len(found) == 300
    assert (found > 0.0).all()
    assert 0.03 < np.median(found) < 0.2 < found.max() <= 1.0
