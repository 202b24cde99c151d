"""Small quadratic programmes with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from pricing.surface.convex_program import ProgramError, at_least, minimise, rows, stacked

NOTHING = rows(np.zeros((1, 1), dtype=np.int64), np.zeros((1, 1)), np.zeros(1))


def row(column, value, upper):
    return rows(np.array([column]), np.array([value], dtype=float), np.array([upper], dtype=float))


def test_a_point_is_projected_on_a_half_plane():
    # The point of x + y <= 1 next to (1, 1).
    found = minimise(np.eye(2), np.array([-1.0, -1.0]), NOTHING, row([0, 1], [1, 1], 1))
    np.testing.assert_allclose(found, [0.5, 0.5], atol=1e-6)


def test_equal_rows_hold_and_bounds_are_kept():
    found = minimise(np.eye(2), np.zeros(2), row([0, 1], [1, 1], 1), at_least(np.array([0]), np.array([0.8])))
    np.testing.assert_allclose(found, [0.8, 0.2], atol=1e-6)


def test_slack_buys_what_is_out_of_reach_at_its_price():
    # x <= 0 against a pull of strength one to 5: slack at a price of 2 stops at x = 5 - 2.
    relaxed = row([0], [1], 0).less(np.array([1]))
    bounds = stacked([relaxed, at_least(np.array([1]), np.zeros(1))])
    found = minimise(np.eye(1), np.array([-5.0, 2.0]), NOTHING, bounds)
    np.testing.assert_allclose(found, [3.0, 3.0], atol=1e-3)


def test_rows_that_contradict_each_other_are_an_error():
    both = stacked([row([0], [1], -1), at_least(np.array([0]), np.array([1.0]))])
    with pytest.raises(ProgramError, match="Infeasible"):
        minimise(np.eye(1), np.zeros(1), NOTHING, both)
