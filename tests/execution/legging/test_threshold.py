"""Legging without a deadline: published values, simulation, a linear system, and the limit of steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.legging.programme import solve
from execution.legging.terms import LeggingTerms, flat_open_costs
from execution.legging.threshold import ThresholdTerms, best_values, resting_values
from tests.twins.legging import crossed_legs, simulated_threshold, solved_threshold

PUBLISHED = ThresholdTerms(
    half_spreads=(0.05, 0.08),
    fill_rates=(0.5, 0.3),
    adverse_moves=(0.03, 0.03),
    open_costs=flat_open_costs(2, 0.01),
)
THREE = ThresholdTerms(
    half_spreads=(0.05, 0.08, 0.03),
    fill_rates=(0.5, 0.3, 0.9),
    adverse_moves=(0.03, 0.05, 0.04),
    open_costs=(0.0, 0.02, 0.01, 0.03, 0.015, 0.01, 0.02, 0.0),
)


@st.composite
def threshold_terms(draw: st.DrawFn) -> ThresholdTerms:
    legs = draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    costs = rng.uniform(0.0, 0.05, 1 << legs)
    costs[[0, -1]] = 0.0
    return ThresholdTerms(
        half_spreads=tuple(rng.uniform(0.01, 0.1, legs).tolist()),
        fill_rates=tuple(rng.uniform(0.1, 1.0, legs).tolist()),
        adverse_moves=tuple(rng.uniform(-0.05, 0.2, legs).tolist()),
        open_costs=tuple(costs.tolist()),
    )


@pytest.mark.parametrize(("cost", "value"), [(0.01, -0.0416667), (0.037, 0.0333333)])
def test_the_published_values_come_out(cost: float, value: float) -> None:
    terms = replace(PUBLISHED, open_costs=flat_open_costs(2, cost))
    values = resting_values(terms)
    assert values[0] == pytest.approx(value, abs=5e-8)
    for missing, half, rate in ((0, 0.05, 0.5), (1, 0.08, 0.3)):
        left = min(half, cost / rate + 0.03 - half)
        assert values[0b11 ^ 1 << missing] == pytest.approx(left, abs=1e-15)


@pytest.mark.parametrize("terms", [PUBLISHED, THREE])
def test_simulated_packages_cost_as_much(terms: ThresholdTerms) -> None:
    values = resting_values(terms)
    crossed, rng = crossed_legs(terms, values.tolist()), np.random.default_rng(3)
    costs = [simulated_threshold(terms, crossed, rng) for _ in range(20_000)]
    assert np.mean(costs) == pytest.approx(values[0], abs=4.0 * np.std(costs) / len(costs) ** 0.5)


@given(terms=threshold_terms())
@settings(deadline=None)
def test_the_recursion_solves_the_linear_system_of_what_it_does(terms: ThresholdTerms) -> None:
    values = resting_values(terms).tolist()
    assert solved_threshold(terms, crossed_legs(terms, values)) == pytest.approx(values, abs=1e-13)


@given(terms=threshold_terms(), seed=st.integers(0, 99))
@settings(deadline=None)
def test_crossing_elsewhere_never_costs_less(terms: ThresholdTerms, seed: int) -> None:
    rng, crossed = np.random.default_rng(seed), [None] * (1 << terms.legs)
    for held in range(1, len(crossed) - 1):
        missing = [leg for leg in range(terms.legs) if not held >> leg & 1]
        crossed[held] = rng.choice([None, *missing])
    assert np.all(np.array(solved_threshold(terms, crossed)) >= resting_values(terms) - 1e-13)


@given(terms=threshold_terms())
@settings(deadline=None)
def test_choosing_what_rests_never_costs_more(terms: ThresholdTerms) -> None:
    best = best_values(terms)
    assert np.all(best <= resting_values(terms) + 1e-15)
    assert best[0] <= sum(terms.half_spreads) + 1e-15
    assert np.all(best >= -sum(terms.half_spreads) + min(0.0, *terms.adverse_moves) * terms.legs - 1e-12)


@pytest.mark.parametrize("terms", [PUBLISHED, THREE])
def test_many_short_steps_come_to_the_best_values(terms: ThresholdTerms) -> None:
    step = 4e-3
    dated = LeggingTerms(
        steps=10_000,
        half_spreads=terms.half_spreads,
        fill_probabilities=tuple(step * rate for rate in terms.fill_rates),
        adverse_moves=terms.adverse_moves,
        open_costs=tuple(step * cost for cost in terms.open_costs),
        leftover_costs=(0.0,) * terms.legs,
    )
    assert solve(dated).values[-1] == pytest.approx(best_values(terms), abs=2e-4)


def test_with_nothing_held_the_cheapest_leg_rests_alone() -> None:
    terms = replace(PUBLISHED, open_costs=flat_open_costs(2, 0.037))
    assert best_values(terms)[0] == pytest.approx(0.03 - 0.08 + 0.05, abs=1e-15)


def test_what_never_fills_is_crossed_once_a_leg_is_held_and_waited_for_in_vain_before() -> None:
    dead = replace(PUBLISHED, fill_rates=(0.0, 0.0))
    assert resting_values(dead).tolist() == [np.inf, 0.08, 0.05, 0.0]
    assert best_values(dead)[0] == pytest.approx(0.13, abs=1e-15)


@pytest.mark.parametrize(
    "change",
    [
        {"half_spreads": ()},
        {"half_spreads": (0.05, -1.0)},
        {"fill_rates": (0.5, float("inf"))},
        {"fill_rates": (0.5,)},
        {"adverse_moves": (0.5, float("nan"))},
        {"open_costs": (0.1, 0.0, 0.0, 0.0)},
    ],
)
def test_terms_that_cannot_be_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="expected"):
        replace(PUBLISHED, **change)  # type: ignore[arg-type]
