"""The lit schedule beside a dark order: within the aim of the optimum, and with a rate that is learnt."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import minimize

from benchmarks.router import learnt_ratios, simulated_ratio
from execution.schedules.schedule import AdaptiveSchedule, WorkState
from execution.venues.lit_dark import LitDarkProblem
from execution.venues.lit_dark_fills import FillLaw, KnownIntensity, LearntIntensity
from execution.venues.lit_dark_schedule import LitDarkSchedule
from tests.contracts.adaptive_schedule import ADAPTIVE_SCHEDULE_PROMISES

OPTIMUM = LitDarkProblem(horizon=1.0, temporary_impact=2.5e-6, risk=1.62e-6, fill_intensity=1.5)
TRUE = KnownIntensity(intensity=1.5)


def schedule(law: FillLaw = TRUE, risk: float = 1.62e-6) -> LitDarkSchedule:
    return LitDarkSchedule(horizon=1.0, temporary_impact=2.5e-6, risk=risk, law=law)


def cost_ratio(remaining: np.ndarray) -> float:
    """Expected cost under the true law over the continuous optimum's."""
    return schedule().expected_cost(remaining) / OPTIMUM.coefficient(1.0)


@pytest.mark.parametrize("promise", ADAPTIVE_SCHEDULE_PROMISES, ids=lambda promise: promise.__name__)
@pytest.mark.parametrize("law", [TRUE, LearntIntensity(fills=0.5, exposure=0.5)])
def test_it_keeps_what_adaptive_schedules_promise(promise: object, law: FillLaw) -> None:
    promise(schedule(law))  # type: ignore[operator]


def test_even_trading_beside_a_full_dark_order_costs_what_the_references_say() -> None:
    assert cost_ratio(np.linspace(1.0, 0.0, 21)) == pytest.approx(1.077, abs=5e-4)


def test_ten_slices_are_within_the_aim_and_more_slices_closer() -> None:
    excess = [cost_ratio(schedule().remaining(slices)) - 1.0 for slices in (5, 10, 20, 40)]
    assert 0.0 < excess[1] < 0.002
    for coarse, fine in pairwise(excess):
        assert fine == pytest.approx(coarse / 4.0, rel=0.02)


def test_the_recursion_finds_what_a_general_optimiser_finds() -> None:
    ours = schedule().remaining(6)
    found = minimize(
        lambda inner: 1e6 * schedule().expected_cost(np.concatenate(([1.0], inner, [0.0]))),
        np.linspace(1.0, 0.0, 7)[1:-1],
        tol=1e-12,
    )
    np.testing.assert_allclose(ours[1:-1], found.x, atol=1e-6)


def test_a_rate_learnt_from_many_fills_is_as_good_as_known_and_no_belief_is_dearer() -> None:
    learnt = LearntIntensity(fills=0.5, exposure=0.5).after(fills=1500.0, exposure=1000.0)
    assert learnt.mean == pytest.approx(1.5, rel=1e-3)
    assert cost_ratio(schedule(learnt).remaining(20)) < 1.0003
    assert cost_ratio(schedule(KnownIntensity(intensity=0.0)).remaining(20)) > 1.1


def test_the_bayes_trajectory_is_best_on_average_over_its_own_belief() -> None:
    belief = LearntIntensity(fills=2.0, exposure=1.0)
    rates = np.random.default_rng(1).gamma(2.0, 1.0, 2000)
    plain = schedule(KnownIntensity(intensity=2.0)).remaining(10)
    bayes = schedule(belief).remaining(10)
    less = [
        schedule().expected_cost(plain, law=law) - schedule().expected_cost(bayes, law=law)
        for law in (KnownIntensity(intensity=float(rate)) for rate in rates)
    ]
    assert np.mean(less) > 3.0 * np.std(less) / math.sqrt(len(less))


def test_a_rate_learnt_order_by_order_comes_within_the_floor() -> None:
    ratios = np.array([learnt_ratios(orders=40, slices=10, seed=seed) for seed in range(12)])
    assert (ratios >= 1.0).all()
    assert ratios[:, -1].mean() < 1.02
    assert ratios[:, -1].mean() < ratios[:, 0].mean()


def test_simulated_orders_cost_what_is_expected() -> None:
    mean, reach = simulated_ratio(10, 50_000, seed=1)
    assert mean == pytest.approx(cost_ratio(schedule().remaining(10)), abs=2.0 * reach)


def test_an_order_filled_in_the_dark_wants_nothing_more() -> None:
    state = WorkState(slice_index=3, slices=10, quantity=1000, filled=1000)
    assert schedule().wanted(state) == 1000
    assert isinstance(schedule(), AdaptiveSchedule)


def test_coarse_slices_under_much_risk_never_buy_back() -> None:
    left = schedule(risk=10.0).remaining(3)
    assert (left >= 0.0).all()
    assert (np.diff(left) <= 0.0).all()


@pytest.mark.parametrize("law", [(0.0, 1.0), (1.0, math.inf), (math.nan, 1.0)])
def test_laws_and_slices_out_of_range_are_refused(law: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="above 0"):
        LearntIntensity(fills=law[0], exposure=law[1])
    with pytest.raises(ValueError, match="intensity"):
        KnownIntensity(intensity=-1.0)
    with pytest.raises(ValueError, match="slice"):
        schedule().remaining(4, done=4)
    with pytest.raises(ValueError, match="horizon"):
        LitDarkSchedule(horizon=0.0, temporary_impact=1.0, risk=0.0, law=TRUE)
