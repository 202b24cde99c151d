"""Order placement: the closed form, Monte Carlo, brute force, and where the cost is not convex."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.placement.cont_kukanov import Placement, PlacementProblem, place_at_one_venue
from execution.placement.outflow import (
    EmpiricalOutflow,
    ExponentialOutflow,
    FloatArray,
    Outflow,
    PoissonOutflow,
)
from execution.placement.programme import place_by_programme
from execution.placement.stochastic import place_by_gradient

ONE = PlacementProblem(
    quantity=1000.0,
    half_spread=0.02,
    taker_fee=0.003,
    underfill=0.05,
    overfill=0.05,
    rebates=(0.002,),
    queues=(2000.0,),
)
THREE = replace(ONE, rebates=(0.002, 0.0025, -0.001), queues=(2000.0, 1500.0, 300.0), underfill=0.06)
SMALL = replace(ONE, quantity=8.0, rebates=(0.002, 0.0), queues=(4.0, 2.0), underfill=0.06)


def mean_cost(problem: PlacementProblem, market: float, limits: tuple[float, ...], seen: FloatArray) -> float:
    return float(problem.costs(market, np.array(limits), seen).mean())


def flowed(samples: int, seed: int = 1) -> FloatArray:
    return np.random.default_rng(seed).exponential([2200.0, 1700.0, 500.0], size=(samples, 3))


def test_the_limit_quantity_is_the_quantile_less_the_queue() -> None:
    law = ExponentialOutflow(mean=2200.0)
    best = place_at_one_venue(ONE, law)
    probability = (2 * 0.02 + 0.003 + 0.002) / (0.05 + 0.02 + 0.002)
    assert best.limits[0] == pytest.approx(-2200.0 * math.log(1.0 - probability) - 2000.0, abs=1e-10)
    assert best.market + best.limits[0] == 1000.0
    assert best.at_least == best.expected_cost


@pytest.mark.parametrize("underfill", [0.03, 0.05, 0.08, 0.3])
def test_the_closed_form_costs_what_monte_carlo_finds_and_no_other_split_less(underfill: float) -> None:
    problem = replace(ONE, underfill=underfill)
    rng = np.random.default_rng(2)
    laws: tuple[tuple[Outflow, FloatArray], ...] = (
        (ExponentialOutflow(mean=2200.0), rng.exponential(2200.0, (100_000, 1))),
        (PoissonOutflow(mean=2200.0), rng.poisson(2200.0, (100_000, 1)).astype(float)),
    )
    for law, seen in laws:
        best = place_at_one_venue(problem, law)
        paid = problem.costs(best.market, np.array(best.limits), seen)
        assert abs(paid.mean() - best.expected_cost) < 5.0 * paid.std() / math.sqrt(len(paid)) + 1e-9
        for limit in np.linspace(0.0, 1000.0, 21):
            other = mean_cost(problem, 1000.0 - limit, (limit,), seen)
            assert mean_cost(problem, best.market, best.limits, seen) <= other + 0.02


@settings(deadline=None, max_examples=60)
@given(
    amounts=st.lists(st.integers(0, 30), min_size=1, max_size=30),
    underfill=st.floats(0.0, 0.5),
    queue=st.integers(0, 20),
    rebate=st.floats(-0.01, 0.01),
)
def test_on_a_sample_no_whole_split_beats_the_closed_form(
    amounts: list[int], underfill: float, queue: int, rebate: float
) -> None:
    problem = replace(ONE, quantity=12.0, underfill=underfill, rebates=(rebate,), queues=(float(queue),))
    seen = np.array(amounts, dtype=np.float64)[:, None]
    best = place_at_one_venue(problem, EmpiricalOutflow(amounts=tuple(seen[:, 0].tolist())))
    assert best.expected_cost == pytest.approx(mean_cost(problem, best.market, best.limits, seen), abs=1e-12)
    tried = (mean_cost(problem, 12.0 - limit, (float(limit),), seen) for limit in range(13))
    assert best.expected_cost <= min(tried) + 1e-12


def test_cheap_waiting_rests_all_and_dear_waiting_crosses_all() -> None:
    law = ExponentialOutflow(mean=2200.0)
    assert place_at_one_venue(replace(ONE, underfill=0.0), law).limits == (1000.0,)
    assert place_at_one_venue(replace(ONE, underfill=1e6), law).market == 1000.0
    paid_to_cross = replace(ONE, taker_fee=-0.1)
    assert place_at_one_venue(paid_to_cross, law).market == 1000.0


@pytest.mark.parametrize("law", [PoissonOutflow(mean=m) for m in (0.0, 0.3, 7.0, 5000.0)])
def test_poisson_s_quantile_and_excess_are_its_sums(law: PoissonOutflow) -> None:
    counts = np.arange(0, 7000)
    log_factorial = np.concatenate(([0.0], np.cumsum(np.log(counts[1:]))))
    mass = np.exp(counts * math.log(law.mean) - law.mean - log_factorial) if law.mean else counts == 0
    for probability in (0.001, 0.3, 0.5, 0.999):
        assert law.quantile(probability) == np.searchsorted(np.cumsum(mass), probability)
    for amount in (0.0, 0.5, 6.0, 7.0, 5012.25):
        expected = float(mass @ np.maximum(counts - amount, 0.0))
        assert law.expected_excess(amount) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_one_venue_s_programme_is_the_closed_form_of_the_sample() -> None:
    seen = np.random.default_rng(3).exponential(2200.0, (150, 1))
    for underfill in (0.03, 0.05, 0.3):
        problem = replace(ONE, underfill=underfill)
        exact = place_at_one_venue(problem, EmpiricalOutflow(amounts=tuple(seen[:, 0].tolist())))
        assert place_by_programme(problem, seen).expected_cost == pytest.approx(exact.expected_cost, abs=1e-9)


@pytest.mark.parametrize("overfill", [0.0, 0.03, 0.08])
def test_the_programme_finds_what_trying_every_placement_finds(overfill: float) -> None:
    problem = replace(SMALL, overfill=overfill)
    seen = np.random.default_rng(4).poisson([11, 6], size=(60, 2)).astype(float)
    grid = range(9)
    tried = min(mean_cost(problem, m, (a, b), seen) for m, a, b in product(grid, grid, grid))
    found = place_by_programme(problem, seen)
    assert found.expected_cost == pytest.approx(tried, abs=1e-9)
    assert found.at_least is not None
    assert found.at_least <= found.expected_cost + 1e-9
    assert problem.is_convex == (overfill < 0.02)


def test_where_the_cost_is_convex_the_programme_proves_its_optimum() -> None:
    problem = replace(THREE, overfill=0.01)
    found = place_by_programme(problem, flowed(300))
    assert found.at_least == pytest.approx(found.expected_cost, abs=1e-9)


def test_two_orders_that_would_both_fill_are_worse_than_either_so_the_cost_is_not_convex() -> None:
    problem = replace(SMALL, overfill=1.0, queues=(0.0, 0.0))
    sure = np.full((1, 2), 100.0)
    alone, both = (mean_cost(problem, 0.0, limits, sure) for limits in ((0.0, 8.0), (8.0, 8.0)))
    halfway = mean_cost(problem, 0.0, (4.0, 8.0), sure)
    beyond = mean_cost(problem, 0.0, (200.0, 8.0), sure)
    assert alone < halfway < both
    assert mean_cost(problem, 0.0, (100.0, 8.0), sure) > 0.5 * (alone + beyond)


def test_the_gradient_comes_within_a_few_percent_of_the_programme_on_fresh_outflows() -> None:
    fresh = flowed(50_000, seed=9)
    by_programme = place_by_programme(THREE, flowed(300))
    by_gradient = place_by_gradient(THREE, flowed(8_000))
    costs = [mean_cost(THREE, found.market, found.limits, fresh) for found in (by_programme, by_gradient)]
    assert costs[1] < 1.03 * costs[0]
    assert costs[1] < 0.65 * mean_cost(THREE, 1000.0, (0.0, 0.0, 0.0), fresh)


def test_the_gradient_takes_a_start_and_stays_in_the_box() -> None:
    found = place_by_gradient(THREE, flowed(200), start=np.array([1e6, -5.0, 0.0, 0.0]))
    assert isinstance(found, Placement)
    assert all(0.0 <= amount <= 1000.0 for amount in (found.market, *found.limits))


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": 0.0},
        {"quantity": math.inf},
        {"half_spread": -0.01},
        {"taker_fee": math.nan},
        {"underfill": -1.0},
        {"overfill": math.nan},
        {"rebates": (-0.03,)},
        {"rebates": (), "queues": ()},
        {"queues": (1.0, 2.0)},
        {"queues": (-1.0,)},
    ],
)
def test_a_problem_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"expected a|not negative"):
        replace(ONE, **wrong)


@pytest.mark.parametrize(
    "outflow",
    [np.zeros((0, 1)), np.zeros((3, 2)), np.zeros(3), np.full((2, 1), -1.0), np.full((2, 1), math.nan)],
)
def test_outflows_that_fit_no_venue_are_refused(outflow: FloatArray) -> None:
    for place in (place_by_programme, place_by_gradient):
        with pytest.raises(ValueError, match="expected outflows"):
            place(ONE, outflow)


def test_the_closed_form_refuses_several_venues_and_overfilling_for_gain() -> None:
    law = ExponentialOutflow(mean=2200.0)
    with pytest.raises(ValueError, match="one venue"):
        place_at_one_venue(THREE, law)
    with pytest.raises(ValueError, match="no limit to what rests"):
        place_at_one_venue(replace(ONE, overfill=0.01), law)


def test_laws_that_are_none_are_refused() -> None:
    for wrong in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(ValueError, match="outflow law"):
            ExponentialOutflow(mean=wrong)
    for amounts in ((), (-1.0,), (math.nan,)):
        with pytest.raises(ValueError, match="outflow law"):
            EmpiricalOutflow(amounts=amounts)
    with pytest.raises(ValueError, match="outflow law"):
        PoissonOutflow(mean=-1.0)
