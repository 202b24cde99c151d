"""A replayed market copied on the way, and orders made smaller in it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.orders import Side
from execution.recorded.replay import ReplayMarket
from tests.execution.recorded.recordings import ADD, TRADE, random_rows, recording

SECOND = 10**9


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(2, 40))
def test_a_copy_does_what_its_original_does_and_leaves_it_alone(seed: int, second: int) -> None:
    rng = np.random.default_rng(seed)
    record = recording(random_rows(rng, 60), {(1, 90): 50, (-1, 110): 50})
    one, other = (ReplayMarket(record, start_ns=SECOND) for _ in range(2))
    for market in (one, other):
        market.submit_limit(Side.BUY, 4, 99)
        market.advance_to(second * SECOND)
    copy = one.copy()
    copy.cancel(0)
    copy.submit_market(Side.SELL, 7)
    copy.advance_to(60 * SECOND)
    copied = other.copy()
    for market in (one, other, copied):
        market.advance_to(60 * SECOND)
    assert one.take_fills() == other.take_fills() == copied.take_fills()
    assert one.depth(Side.BUY, 9) == other.depth(Side.BUY, 9) == copied.depth(Side.BUY, 9)
    assert one.traded_volume == other.traded_volume


def test_a_market_with_orders_under_way_is_not_copied() -> None:
    market = ReplayMarket(recording([(ADD, 1, 1, 5, 100)]), order_latency_ns=5)
    market.submit_limit(Side.BUY, 1, 99)
    with pytest.raises(ValueError, match="under way"):
        market.copy()


def test_a_reduced_order_keeps_its_place() -> None:
    rows = [(ADD, 1, 1, 5, 100), (ADD, 2, 1, 9, 100), (TRADE, 1, 1, 5, 100), (TRADE, 2, 1, 4, 100)]
    market = ReplayMarket(recording(rows), start_ns=SECOND)
    order = market.submit_limit(Side.BUY, 6, 100)
    assert market.reduce(order, 4) == 4
    assert market.volume_ahead(order) == 5
    market.advance_to(9 * SECOND)
    assert sum(fill.quantity for fill in market.take_fills()) == 2


def test_reducing_by_all_or_more_takes_the_order_out_and_of_none_does_nothing() -> None:
    market = ReplayMarket(recording([(ADD, 1, 1, 5, 100)]), start_ns=SECOND)
    order = market.submit_limit(Side.BUY, 6, 99)
    assert (market.reduce(order, 9), market.reduce(order, 1), market.reduce(77, 1)) == (6, 0, 0)
    assert market.volume_ahead(order) is None
    with pytest.raises(ValueError, match="quantity is 0"):
        market.reduce(order, 0)
