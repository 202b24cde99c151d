from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.impact.order_flow_imbalance import order_flow_imbalance
from tests.twins.order_flow import imbalance

levels = st.tuples(st.integers(-3, 3), st.integers(0, 4))
states = st.lists(st.tuples(levels, levels), min_size=1, max_size=8)


@given(states)
@settings(deadline=None)
def test_the_kernel_is_the_papers_equation(rows: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    depth = np.array(rows, np.int64)[:, :, None, :]
    told = [0, *(imbalance(before, after) for before, after in pairwise(rows))]
    np.testing.assert_array_equal(order_flow_imbalance(depth)[:, 0], told)


@given(states)
@settings(deadline=None)
def test_the_mirrored_market_has_the_opposite_imbalance(
    rows: list[tuple[tuple[int, int], tuple[int, int]]],
) -> None:
    depth = np.array(rows, np.int64)[:, :, None, :]
    turned = depth[:, ::-1].copy()
    turned[..., 0] *= -1
    np.testing.assert_array_equal(order_flow_imbalance(turned), -order_flow_imbalance(depth))


def test_at_unchanged_prices_the_imbalances_sum_to_the_change_of_the_queues() -> None:
    depth = np.zeros((20, 2, 1, 2), np.int64)
    depth[:, 0, 0, 0], depth[:, 1, 0, 0] = 99, 101
    depth[..., 1] = np.random.default_rng(0).integers(1, 9, (20, 2, 1))
    queues = depth[-1, :, 0, 1] - depth[0, :, 0, 1]
    assert order_flow_imbalance(depth).sum() == queues[0] - queues[1]


def test_a_bid_that_steps_up_counts_whole() -> None:
    depth = np.array([[[[99, 7]], [[101, 5]]], [[[100, 3]], [[101, 5]]]], np.int64)
    assert order_flow_imbalance(depth)[1, 0] == 3


@pytest.mark.parametrize("shape", [(4, 2, 2), (4, 3, 1, 2), (4, 2, 1, 3)])
def test_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="depth has shape"):
        order_flow_imbalance(np.zeros(shape, np.int64))


def test_no_states_have_no_imbalance() -> None:
    assert order_flow_imbalance(np.zeros((0, 2, 3, 2), np.int64)).shape == (0, 3)
