"""Allocation over venues: what brute force finds, with and without least sizes."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.venues.allocation import allocate, allocate_in_blocks, expected_fill

SEEDS = st.integers(0, 2**32 - 1)


def random_tails(seed: int, venues: int, lots: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.cumprod(rng.uniform(0.2, 1.0, (venues, lots)), axis=1)


def best_by_force(gained: np.ndarray, quantity: int) -> float:
    """The most that any allocation of at most the quantity gains."""
    choices = product(range(gained.shape[1]), repeat=len(gained))
    return max(
        sum(row[lots] for row, lots in zip(gained, choice, strict=True))
        for choice in choices
        if sum(choice) <= quantity
    )


def gain_of(gained: np.ndarray, lots: np.ndarray) -> float:
    return float(gained[np.arange(len(gained)), lots].sum())


@settings(deadline=None, max_examples=60)
@given(seed=SEEDS, venues=st.integers(1, 4), lots=st.integers(1, 5), quantity=st.integers(0, 12))
def test_greedy_allocation_gains_what_brute_force_does(
    seed: int, venues: int, lots: int, quantity: int
) -> None:
    tails = random_tails(seed, venues, lots)
    gains = np.random.default_rng(seed + 1).uniform(-0.2, 1.0, venues)
    found = allocate(tails, quantity, gains=gains)
    gained = gains[:, None] * expected_fill(tails)
    assert found.sum() <= quantity
    assert gain_of(gained, found) == pytest.approx(best_by_force(gained, quantity), abs=1e-13)


@settings(deadline=None, max_examples=60)
@given(seed=SEEDS, venues=st.integers(1, 4), least=st.integers(1, 6), quantity=st.integers(0, 12))
def test_allocation_in_blocks_gains_what_brute_force_does(
    seed: int, venues: int, least: int, quantity: int
) -> None:
    gained = expected_fill(random_tails(seed, venues, 5), least=least)
    found = allocate_in_blocks(gained, quantity)
    assert found.sum() <= quantity
    assert gain_of(gained, found) == pytest.approx(best_by_force(gained, quantity), abs=1e-13)


def test_both_ways_agree_where_no_venue_has_a_least_size() -> None:
    tails = random_tails(5, 6, 80)
    gained = expected_fill(tails)
    greedy, exact = allocate(tails, 100), allocate_in_blocks(gained, 100)
    assert gain_of(gained, greedy) == pytest.approx(gain_of(gained, exact), rel=1e-12)


def test_a_least_size_makes_greed_fail() -> None:
    tails = np.array([[0.5, 0.5, 0.5], [0.6, 0.3, 0.1]])
    gained = np.stack([expected_fill(tails[:1], least=3)[0], expected_fill(tails[1:])[0]])
    assert gained[0].tolist() == [0.0, 0.0, 0.0, 1.5]
    np.testing.assert_array_equal(allocate_in_blocks(gained, 3), [3, 0])


def test_equal_venues_share_and_lots_that_gain_nothing_are_kept() -> None:
    np.testing.assert_array_equal(allocate(np.ones((3, 10)), 7), [3, 2, 2])
    np.testing.assert_array_equal(allocate(np.zeros((2, 10)), 7), [0, 0])
    np.testing.assert_array_equal(allocate(np.ones((2, 10)), 7, gains=np.array([-1.0, 1.0])), [0, 7])


@pytest.mark.parametrize(
    "tails", [[[0.5, 0.6]], [[1.5]], [[-0.1]], [[float("nan")]], [0.5], np.zeros((0, 3))]
)
def test_tails_that_are_no_probabilities_are_refused(tails: object) -> None:
    with pytest.raises(ValueError, match="expected tails"):
        allocate(np.array(tails), 3)


def test_other_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="quantity"):
        allocate(np.ones((1, 1)), -1)
    with pytest.raises(ValueError, match="finite gain"):
        allocate(np.ones((1, 1)), 1, gains=np.array([np.inf]))
    with pytest.raises(ValueError, match="least size"):
        expected_fill(np.ones((1, 1)), least=0)
    with pytest.raises(ValueError, match="finite gains"):
        allocate_in_blocks(np.array([[0.0, np.nan]]), 1)
    with pytest.raises(ValueError, match="quantity"):
        allocate_in_blocks(np.zeros((1, 2)), -1)
