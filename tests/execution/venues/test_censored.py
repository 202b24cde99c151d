"""Learning venues from censored fills: the estimator, and what is reached of the oracle."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.router import Venues, drifting, reached, reached_naively
from execution.venues.censored import CensoredLearner


def plain_kaplan_meier(sent: list[int], filled: list[int], lots: int) -> np.ndarray:
    """The product over lots, each hazard counted from the rounds themselves."""
    tails, alive = np.ones(lots), 1.0
    for lot in range(lots):
        asked = [f for s, f in zip(sent, filled, strict=True) if s > lot and f >= lot]
        alive *= 1.0 - (sum(f == lot for f in asked) / len(asked) if asked else 0.0)
        tails[lot] = alive
    return tails


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=30))
def test_tails_are_those_of_kaplan_and_meier(rounds: list[tuple[int, int]]) -> None:
    learner = CensoredLearner(1, 8)
    sent, filled = [s for s, _ in rounds], [min(s, had) for s, had in rounds]
    for s, f in zip(sent, filled, strict=True):
        learner.learn(np.array([s]), np.array([f]))
    np.testing.assert_allclose(learner.tails[0], plain_kaplan_meier(sent, filled, 8), atol=1e-12)
    assert (learner.hopeful_tails >= learner.tails).all()
    assert (np.diff(learner.hopeful_tails, axis=1) <= 0.0).all()


def test_censored_fills_do_not_lower_the_estimate() -> None:
    learner = CensoredLearner(1, 10)
    for had in (2, 9, 9, 9):
        learner.learn(np.array([4]), np.array([min(had, 4)]))
    np.testing.assert_allclose(learner.tails[0], [1.0, 1.0] + [0.75] * 8)


def test_nothing_known_sends_everywhere_alike() -> None:
    np.testing.assert_array_equal(CensoredLearner(4, 10).allocate(10), [3, 3, 2, 2])


@pytest.mark.parametrize("kind", ["power", "exponential", "lognormal"])
@pytest.mark.parametrize("seed", [1, 2])
def test_after_two_thousand_rounds_the_oracle_is_nearly_reached(kind: str, seed: int) -> None:
    venues = Venues.random(kind, venues=8, lots=120, seed=seed)
    assert reached(venues, quantity=60, seed=seed).last > 0.99


def test_a_learner_that_takes_fills_for_sizes_stalls() -> None:
    venues = Venues.random("exponential", venues=8, lots=120, seed=1)
    assert reached_naively(venues, quantity=60, seed=1).last < 0.95


def test_where_laws_drift_a_memory_helps() -> None:
    worlds = drifting("exponential", venues=6, lots=80, changes=4, seed=3)
    kept = reached(worlds, quantity=40, seed=3)
    fading = reached(worlds, quantity=40, seed=3, memory=200.0)
    assert fading.mean > kept.mean


def test_bad_input_is_refused() -> None:
    learner = CensoredLearner(2, 5)
    for sent, filled in (([1, 1], [2, 0]), ([6, 0], [0, 0]), ([1, 1], [-1, 0]), ([1], [1])):
        with pytest.raises(ValueError, match="expected"):
            learner.learn(np.array(sent), np.array(filled))
    for venues, lots, optimism, memory in ((0, 1, 1.0, 9.0), (1, 0, 1.0, 9.0), (1, 1, math.nan, 9.0)):
        with pytest.raises(ValueError, match="expected"):
            CensoredLearner(venues, lots, optimism=optimism, memory=memory)
    with pytest.raises(ValueError, match="finite gain"):
        learner.allocate(3, gains=np.array([1.0]))
    with pytest.raises(ValueError, match="memory"):
        CensoredLearner(1, 1, memory=0.5)
