"""The learned policy beside the exact programme, what it is shown, and how it is taught."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.errors import AgentError
from execution.legging.features import FEATURE_NAMES, observed, one_leg_left, simple_cost
from execution.legging.learned import SHIPPED, LearnedLegging, shipped_legging
from execution.legging.programme import greedy_actions, policy_values, solve
from execution.legging.regimes import COMPETITIVE, RegimeLaw
from execution.legging.terms import LeggingTerms, flat_open_costs
from tests.execution.legging.terms import PUBLISHED, legging_terms


def regime(seed: int, law: RegimeLaw | None = None) -> LeggingTerms:
    return (law or RegimeLaw()).draw(np.random.default_rng(seed))


def test_regret_on_a_hundred_unseen_regimes_is_within_the_floor() -> None:
    learned, rng = shipped_legging(), np.random.default_rng(20_261_122)
    drawn = [COMPETITIVE.draw(rng) for _ in range(100)]
    exact = np.array([solve(terms).expected_cost for terms in drawn])
    found = np.array([learned.expected_cost(terms) for terms in drawn])
    assert np.all(found >= exact - 1e-15)
    regret = found / exact - 1.0
    assert regret.mean() <= 0.005
    assert regret.max() <= 0.10


def test_the_published_case_is_worked_as_well_as_can_be() -> None:
    assert shipped_legging().expected_cost(PUBLISHED) <= 1.005 * solve(PUBLISHED).expected_cost


@given(seed=st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_one_leg_left_costs_what_the_programme_says(seed: int) -> None:
    terms = regime(seed)
    values, alone = solve(terms).values, one_leg_left(terms)
    assert alone[:, 0] == pytest.approx(values[:, 0b10], abs=1e-14)
    assert alone[:, 1] == pytest.approx(values[:, 0b01], abs=1e-14)


@pytest.mark.parametrize("fills", [(0.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
def test_one_leg_left_that_never_or_always_fills(fills: tuple[float, float]) -> None:
    terms = replace(PUBLISHED, fill_probabilities=fills, steps=5)
    assert one_leg_left(terms)[:, 0] == pytest.approx(solve(terms).values[:, 0b10], abs=1e-14)
    assert np.all(np.isfinite(observed(terms)))
    assert shipped_legging().expected_cost(terms) >= solve(terms).expected_cost - 1e-15


@given(seed=st.integers(0, 2**32 - 1), scale=st.sampled_from((1e-3, 0.5, 40.0)))
@settings(deadline=None, max_examples=30)
def test_currency_does_not_matter(seed: int, scale: float) -> None:
    terms = regime(seed)
    scaled = replace(
        terms,
        half_spreads=tuple(scale * number for number in terms.half_spreads),
        adverse_moves=tuple(scale * number for number in terms.adverse_moves),
        open_costs=tuple(scale * number for number in terms.open_costs),
        leftover_costs=tuple(scale * number for number in terms.leftover_costs),
        complex_cost=scale * terms.complex_cost,
    )
    assert observed(scaled) == pytest.approx(observed(terms), rel=1e-5, abs=1e-6)


def test_guided_by_the_exact_values_the_exact_plan_comes_out() -> None:
    plan = solve(PUBLISHED)
    assert np.array_equal(greedy_actions(PUBLISHED, plan.values), plan.actions)
    with pytest.raises(ValueError, match="finite estimates"):
        greedy_actions(PUBLISHED, plan.values[1:])
    with pytest.raises(ValueError, match="finite estimates"):
        greedy_actions(PUBLISHED, plan.values * np.nan)


@given(terms=legging_terms(most_steps=12), seed=st.integers(0, 99))
@settings(deadline=None, max_examples=30)
def test_no_estimate_however_wrong_leads_to_an_impossible_action(terms: LeggingTerms, seed: int) -> None:
    shape = (terms.steps + 1, 1 << terms.legs)
    actions = greedy_actions(terms, np.random.default_rng(seed).normal(size=shape))
    assert np.all(policy_values(terms, actions) >= solve(terms).values - 1e-14)


@pytest.mark.parametrize(
    "terms",
    [
        replace(PUBLISHED, without_package=0.1),
        replace(PUBLISHED, half_spreads=(0.0, 0.0)),
        replace(
            PUBLISHED,
            half_spreads=(0.1,) * 3,
            fill_probabilities=(0.1,) * 3,
            adverse_moves=(0.1,) * 3,
            leftover_costs=(0.0,) * 3,
            open_costs=flat_open_costs(3, 0.01),
        ),
    ],
)
def test_what_no_network_was_taught_is_refused(terms: LeggingTerms) -> None:
    with pytest.raises(ValueError, match="two legs with a spread that must be had"):
        shipped_legging().actions(terms)


def test_no_step_left_needs_no_network() -> None:
    terms = replace(PUBLISHED, steps=0)
    assert shipped_legging().expected_cost(terms) == pytest.approx(0.17, abs=1e-15)
    assert observed(terms).shape == (0, len(FEATURE_NAMES))


def test_the_features_say_what_simple_plans_cost() -> None:
    costs = simple_cost(PUBLISHED)
    assert costs[0] == pytest.approx(0.13, abs=1e-15)
    assert np.all(np.diff(costs) <= 1e-15)
    column = FEATURE_NAMES.index("simple_cost")
    assert observed(PUBLISHED)[:, column] == pytest.approx(costs / 0.13, rel=1e-6)


def test_a_file_of_another_agent_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.safetensors"
    other.write_bytes(SHIPPED.read_bytes().replace(b"half_spread_1", b"half_spread_3"))
    with pytest.raises(AgentError, match="features"):
        LearnedLegging.load(other)


def test_training_teaches_the_same_network_twice(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from execution.legging.learn import LeggingTraining, examples, exchanged, train_legging

    how = LeggingTraining(regimes=20, steps=50, batch=32)
    lines: list[str] = []
    for name in ("one", "two"):
        train_legging(tmp_path / name, settings=how, progress=lines.append)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert LearnedLegging.load(tmp_path / "one").estimates(PUBLISHED).shape == (13, 4)
    assert lines[0] == f"{len(examples(how)[0]):,} rows of 20 regimes"
    assert exchanged(exchanged(PUBLISHED)) == PUBLISHED
    assert solve(exchanged(PUBLISHED)).expected_cost == pytest.approx(
        solve(PUBLISHED).expected_cost, abs=1e-15
    )
