"""The broken-leg rule and the measured leg risk."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.legging.broken import BrokenLegRule, broken_leg
from execution.legging.leg_risk import LegRiskLimit, measure_leg_risk
from execution.legging.programme import solve
from execution.legging.terms import LeggingTerms
from tests.execution.legging.terms import PUBLISHED, legging_terms

WEIGHTS = np.array([1.0, -2.0])
TIMES = np.array([[5_000_000_000, 2_000_000_000], [0, 0]])
FIRST = np.array([[5.0, 2.0], [5.0, 2.0]])
FILLED = np.array([[5.5, 2.0], [5.0, 2.0]])


def test_a_leg_is_worked_on_early_and_completed_late() -> None:
    plan = solve(PUBLISHED)
    early, late = (broken_leg(plan, filled=0b01, steps_left=left) for left in (12, 0))
    assert early.rule is BrokenLegRule.WORK
    assert early.cost == plan.values[12, 0b01]
    assert (late.rule, late.cost) == (BrokenLegRule.COMPLETE, pytest.approx(0.08 + 0.02, abs=1e-15))


def test_once_the_limit_is_broken_nothing_rests() -> None:
    forced = broken_leg(solve(PUBLISHED), filled=0b01, steps_left=12, may_rest=False)
    assert (forced.rule, forced.cost) == (BrokenLegRule.COMPLETE, 0.08)


def test_a_leg_is_unwound_where_that_is_cheaper_than_completing() -> None:
    plan = solve(replace(PUBLISHED, without_package=0.02))
    found = broken_leg(plan, filled=0b01, steps_left=0)
    assert found.rule is BrokenLegRule.UNWIND
    assert (found.cost, found.complete_cost) == pytest.approx((0.02 + 0.05 + 0.02, 0.1), abs=1e-15)


@given(terms=legging_terms(most_legs=4), left=st.integers(0, 4))
@settings(deadline=None)
def test_the_rule_costs_what_the_plan_says(terms: LeggingTerms, left: int) -> None:
    plan, left = solve(terms), min(left, terms.steps)
    for filled in range(1, (1 << terms.legs) - 1):
        found = broken_leg(plan, filled=filled, steps_left=left)
        assert found.cost == pytest.approx(plan.values[left, filled], abs=1e-15)
        assert min(found.complete_cost, found.unwind_cost) >= found.cost - 1e-15


@pytest.mark.parametrize(("filled", "left"), [(0, 3), (3, 3), (-1, 3), (4, 3), (1, 13), (1, -1)])
def test_what_is_not_broken_or_not_planned_is_refused(filled: int, left: int) -> None:
    with pytest.raises(ValueError, match=r"no broken package|no plan"):
        broken_leg(solve(PUBLISHED), filled=filled, steps_left=left)


def test_leg_risk_is_what_the_mids_did_between_first_and_last_fill() -> None:
    risk = measure_leg_risk(weights=WEIGHTS, fill_ts_ns=TIMES, mid_at_first=FIRST, mid_at_fill=FILLED)
    assert (risk.packages, risk.expected_move, risk.worst_move) == (2, 0.25, 0.5)
    assert risk.standard_error == pytest.approx(0.25, abs=1e-15)
    assert (risk.expected_seconds, risk.worst_seconds) == (1.5, 3.0)


def test_one_package_says_nothing_about_its_error() -> None:
    risk = measure_leg_risk(
        weights=-WEIGHTS, fill_ts_ns=TIMES[:1], mid_at_first=FIRST[:1], mid_at_fill=FILLED[:1]
    )
    assert (risk.worst_move, risk.standard_error) == (-0.5, np.inf)


def test_tables_that_do_not_fit_are_refused() -> None:
    for weights, times, filled in (
        (WEIGHTS, TIMES[:0], FILLED[:0]),
        (WEIGHTS, TIMES, FILLED[:1]),
        (WEIGHTS[:1], TIMES, FILLED),
        (WEIGHTS, TIMES, np.where(FILLED == 5.5, np.nan, FILLED)),
    ):
        with pytest.raises(ValueError, match=r"expected|package 0 has a mid"):
            measure_leg_risk(
                weights=weights, fill_ts_ns=times, mid_at_first=FIRST[: len(times)], mid_at_fill=filled
            )


def test_a_limit_ends_an_open_package_and_names_what_measured_packages_broke() -> None:
    limit = LegRiskLimit(expected_move=0.2, worst_move=0.5, open_seconds=2.0)
    assert not limit.is_broken(adverse_move=0.5, open_seconds=2.0)
    assert limit.is_broken(adverse_move=0.51, open_seconds=0.0)
    assert limit.is_broken(adverse_move=0.0, open_seconds=2.1)
    assert limit.is_broken(adverse_move=float("nan"), open_seconds=0.0)
    risk = measure_leg_risk(weights=WEIGHTS, fill_ts_ns=TIMES, mid_at_first=FIRST, mid_at_fill=FILLED)
    assert limit.breaches(risk) == (
        "The expected move between first and last leg was 0.25, above its limit 0.2.",
        "The longest time with an open leg in seconds was 3, above its limit 2.",
    )
    assert not LegRiskLimit().breaches(risk)
    for wrong in (-1.0, float("nan")):
        with pytest.raises(ValueError, match="not negative"):
            LegRiskLimit(worst_move=wrong)
