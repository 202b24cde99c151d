"""A sweep of several books: no lot could have been had cheaper elsewhere."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.placement.consolidated import cheapest_first

BOOKS = st.lists(
    st.lists(st.tuples(st.integers(-5, 5), st.integers(0, 6)), min_size=2, max_size=2), min_size=1, max_size=3
)


def lot_by_lot(lots: int, levels: list[list[tuple[int, int]]]) -> list[int]:
    """Take one lot after the other where it costs least."""
    left = {(cost, venue, at): n for venue, row in enumerate(levels) for at, (cost, n) in enumerate(row)}
    taken = [0] * len(levels)
    for _ in range(lots):
        offers = [key for key in sorted(left) if left[key]]
        venue = offers[0][1] if offers else 0
        if offers:
            left[offers[0]] -= 1
        taken[venue] += 1
    return taken


@given(BOOKS, st.integers(0, 40))
@settings(deadline=None)
def test_a_sweep_is_what_taking_lot_by_lot_gives(levels: list[list[tuple[int, int]]], lots: int) -> None:
    book = np.array([levels])
    found = cheapest_first(np.array([lots]), book[..., 0].astype(np.float64), book[..., 1])
    assert found[0].tolist() == lot_by_lot(lots, levels)


def test_fees_decide_between_equal_prices() -> None:
    cost = np.array([[[100.3, 101.3], [99.8, 100.8]]])
    volume = np.array([[[10, 10], [10, 10]]])
    assert cheapest_first(np.array([15]), cost, volume).tolist() == [[5, 10]]


def test_what_no_level_holds_is_the_first_venues() -> None:
    assert cheapest_first(np.array([9]), np.zeros((1, 2, 1)), np.array([[[0], [4]]])).tolist() == [[5, 4]]
