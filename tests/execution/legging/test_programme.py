"""Legging by dynamic programming: the published case, the plain recursion, limits and bad input."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.legging.actions import LeggingAction, complex_code, decoded
from execution.legging.programme import policy_values, solve
from execution.legging.terms import LeggingTerms, flat_open_costs, net_open_costs
from tests.execution.legging.terms import PUBLISHED, legging_terms
from tests.twins.legging import legging_value


def always(terms: LeggingTerms, code: int) -> float:
    """Cost of one action until it is done, whatever would be done with a leg open."""
    whole = (1 << terms.legs) - 1
    actions = np.array([[whole ^ held for held in range(whole + 1)]] * (terms.steps + 1))
    actions[:, 0] = code
    return float(policy_values(terms, actions)[-1, 0])


def test_the_published_case_costs_what_is_published() -> None:
    assert solve(PUBLISHED, separate=False).expected_cost == pytest.approx(0.0695219, abs=5e-8)
    assert PUBLISHED.crossing_cost == pytest.approx(0.13, abs=1e-15)
    # The reference says .09469; the sum over the steps is .0946551.
    by_hand = 0.065 * (1 - 0.9**12) + 0.17 * 0.9**12
    assert always(PUBLISHED, complex_code(2)) == pytest.approx(by_hand, abs=1e-15)
    assert by_hand == pytest.approx(0.09469, abs=5e-5)


def test_resting_legs_one_by_one_costs_less_than_both_at_once() -> None:
    plan = solve(PUBLISHED)
    assert plan.expected_cost == pytest.approx(0.0636982, abs=5e-8)
    assert plan.action(12, 0) == LeggingAction(rest=(1,))
    joint = solve(PUBLISHED, separate=False)
    said = [str(joint.action(steps_left, 0)) for steps_left in (12, 5, 2, 1)]
    assert said == ["complex", "rest 1 2", "rest 1 2", "cross 1 2"]


@given(terms=legging_terms(), separate=st.booleans())
@settings(deadline=None, max_examples=60)
def test_every_value_is_the_plain_recursion_s(terms: LeggingTerms, separate: bool) -> None:
    values = solve(terms, separate=separate).values
    for held in range(1 << terms.legs):
        legs = frozenset(leg for leg in range(terms.legs) if held >> leg & 1)
        twin = legging_value(terms, separate=separate, steps=terms.steps, held=legs)
        assert values[-1, held] == pytest.approx(twin, abs=1e-14)


def test_four_legs_are_the_plain_recursion_s() -> None:
    terms = replace(
        PUBLISHED,
        steps=3,
        half_spreads=(0.05, 0.08, 0.03, 0.06),
        fill_probabilities=(0.35, 0.2, 0.5, 0.1),
        adverse_moves=(0.07, 0.091, 0.02, 0.04),
        open_costs=net_open_costs(1e-4 * np.array([np.roll([4, -2, 1, -2], at) for at in range(4)]), 0.5),
        leftover_costs=(0.02, 0.02, 0.01, 0.03),
    )
    twin = legging_value(terms, separate=True, steps=3)
    assert solve(terms).expected_cost == pytest.approx(twin, abs=1e-14)


@given(terms=legging_terms(most_legs=4, most_steps=12))
@settings(deadline=None, max_examples=60)
def test_the_plan_s_own_actions_have_its_values_and_more_freedom_never_costs(terms: LeggingTerms) -> None:
    plan, joint = solve(terms), solve(terms, separate=False)
    assert np.abs(policy_values(terms, plan.actions) - plan.values).max() <= 1e-15
    assert np.all(plan.values <= joint.values + 1e-15)
    assert np.all(plan.values[-1] <= plan.values[0] + 1e-15)
    assert plan.expected_cost <= terms.crossing_cost or terms.steps == 0
    assert np.all(np.diff(plan.values, axis=0) <= 1e-15)


@given(terms=legging_terms(most_steps=6), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=60)
def test_no_other_policy_costs_less(terms: LeggingTerms, seed: int) -> None:
    rng, missing = np.random.default_rng(seed), np.arange(1 << terms.legs)[::-1]
    rest, cross = rng.integers(0, 1 << terms.legs, (2, terms.steps + 1, 1 << terms.legs)) & missing
    actions = rest | (cross & ~rest) << terms.legs
    assert np.all(policy_values(terms, actions) >= solve(terms).values - 1e-14)


def test_fills_for_sure_are_taken_at_rest_and_never_filling_legs_are_crossed() -> None:
    sure = replace(PUBLISHED, fill_probabilities=(1.0, 1.0), complex_fill_probability=0.0)
    assert solve(sure).expected_cost == pytest.approx(0.02 + 0.011, abs=1e-15)
    never = replace(sure, fill_probabilities=(0.0, 0.0))
    assert solve(never).expected_cost == pytest.approx(0.13, abs=1e-15)


def test_without_a_step_left_the_deadline_s_costs_are_paid() -> None:
    plan = solve(replace(PUBLISHED, steps=0))
    assert plan.values[0].tolist() == pytest.approx([0.17, 0.1, 0.07, 0.0], abs=1e-15)
    assert plan.action(0, 0) is None


def test_a_package_that_may_be_done_without_never_costs_more_than_that() -> None:
    plan = solve(replace(PUBLISHED, without_package=0.0))
    assert plan.expected_cost == 0.0
    assert plan.action(12, 0) == LeggingAction(gives_up=True)


def test_one_leg_alone_is_rested_until_its_last_steps() -> None:
    one = LeggingTerms(
        steps=5,
        half_spreads=(0.05,),
        fill_probabilities=(0.5,),
        adverse_moves=(0.03,),
        open_costs=(0.0, 0.0),
        leftover_costs=(0.0,),
    )
    by_hand = -0.02 * (1 - 0.5**5) + 0.05 * 0.5**5
    assert solve(one).expected_cost == pytest.approx(by_hand, abs=1e-15)


@pytest.mark.parametrize(
    "change",
    [
        {"steps": -1},
        {"half_spreads": ()},
        {"half_spreads": (0.05, -0.01)},
        {"half_spreads": (0.05, float("nan"))},
        {"fill_probabilities": (0.35,)},
        {"fill_probabilities": (0.35, 1.1)},
        {"adverse_moves": (0.07, float("inf"))},
        {"open_costs": (0.0, 0.01, 0.01, 0.01)},
        {"open_costs": (0.0, 0.01, 0.0)},
        {"leftover_costs": (0.02, float("inf"))},
        {"complex_fill_probability": float("nan")},
        {"complex_cost": float("nan")},
        {"without_package": float("nan")},
    ],
)
def test_terms_that_cannot_be_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"expected|no open leg"):
        replace(PUBLISHED, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(("step", "held", "code"), [(1, 0, 5), (3, 1, 1), (3, 1, 16), (2, 0, 18), (2, 0, -1)])
def test_a_table_with_an_impossible_action_is_refused(step: int, held: int, code: int) -> None:
    actions = solve(PUBLISHED).actions.copy()
    actions[step, held] = code
    with pytest.raises(ValueError, match=f"{code} is no action with {step} steps left and set {held}"):
        policy_values(PUBLISHED, actions)
    with pytest.raises(ValueError, match="shape"):
        policy_values(PUBLISHED, actions[:-1])


def test_codes_say_what_is_done() -> None:
    assert str(decoded(0b10_01, 2)) == "rest 1, cross 2"
    assert [str(decoded(code, 2)) for code in (0, 16, 17)] == ["wait", "complex", "give up"]
    for code in (-1, 18, 0b01_01):
        with pytest.raises(ValueError, match="is no action of 2 legs"):
            decoded(code, 2)
    with pytest.raises(ValueError, match="no plan"):
        solve(PUBLISHED).action(13, 0)


def test_legs_that_offset_each_other_cost_little_to_hold_together() -> None:
    covariance = np.array([[1.0, -1.0, 0.0], [-1.0, 1.0, 0.0], [0.0, 0.0, 4.0]])
    assert net_open_costs(covariance, 0.5) == (0.0, 0.5, 0.5, 0.0, 1.0, 0.5 * 5**0.5, 0.5 * 5**0.5, 0.0)
    assert flat_open_costs(2, 0.01) == (0.0, 0.01, 0.01, 0.0)
    for wrong in (np.ones((2, 3)), np.full((2, 2), np.nan), np.array([[1.0, -2.0], [-2.0, 1.0]]) - 1.0):
        with pytest.raises(ValueError, match="covariance"):
            net_open_costs(wrong, 1.0)
