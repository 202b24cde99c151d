"""Orders worked by one limit order that is placed again, in replayed markets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.agents.quoting import (
    Quoter,
    SubmitAndLeave,
    Touch,
    immediate_cost,
    look,
    market_variables,
    walked_cost,
    work_quotes,
)
from execution.agents.single_market import signed_flow
from execution.orders import Side
from execution.recorded.recording import Recording
from execution.recorded.replay import ReplayMarket
from tests.execution.recorded.recordings import ADD, TRADE, random_rows, recording

SECOND = 10**9
BOOK = {(1, 100): 5, (1, 99): 50, (-1, 103): 4, (-1, 104): 60}
QUIET = [(ADD, 1, 1, 1, 90)] * 9


@dataclass(frozen=True)
class Always:
    """The same offset at every decision."""

    offset: int

    def offset_ticks(self, decision: int, left_lots: int, variables: np.ndarray) -> int | None:
        return self.offset


def edges(first: int, last: int, step: int = 1) -> np.ndarray:
    return SECOND * np.arange(first, last + 1, step)


def quiet(rows: list[tuple[int, int, int, int, int]] | None = None) -> Recording:
    adds = [(ADD, 10 + number, 1, 1, 90) for number in range(9)]
    return recording((rows or []) + adds, BOOK)


def test_what_nobody_takes_is_crossed_at_the_end() -> None:
    found = work_quotes(
        SubmitAndLeave(offset=0), ReplayMarket(quiet()), side=Side.BUY, quantity=6, edges_ns=edges(1, 4)
    )
    assert found.filled_lots == 6
    assert found.cost == 4 * (103 - 101.5) + 2 * (104 - 101.5)
    assert found.bps(6) == pytest.approx(1e4 * found.cost / (6 * 101.5))


def test_an_order_beyond_the_far_touch_crosses_at_once() -> None:
    market = ReplayMarket(quiet())
    found = work_quotes(SubmitAndLeave(offset=3), market, side=Side.BUY, quantity=4, edges_ns=edges(1, 2))
    assert (found.filled_lots, found.cost) == (4, 4 * 1.5)


def test_a_resting_order_earns_what_it_is_given() -> None:
    rows = [(ADD, 1, 1, 1, 90), (TRADE, 2, 1, 5, 99)]
    found = work_quotes(
        SubmitAndLeave(offset=1), ReplayMarket(quiet(rows)), side=Side.BUY, quantity=3, edges_ns=edges(1, 4)
    )
    assert (found.filled_lots, found.cost) == (3, 3 * (101 - 101.5))


def test_an_order_that_is_placed_again_at_its_price_does_not_outbid_itself() -> None:
    market = ReplayMarket(quiet())
    seen = []

    class Watched:
        def offset_ticks(self, decision: int, left_lots: int, variables: np.ndarray) -> int | None:
            seen.append((market.best_bid_ticks, variables[0]))
            return 1

    work_quotes(Watched(), market, side=Side.BUY, quantity=3, edges_ns=edges(1, 4))
    assert seen == [(100, 3.0), (101, 3.0), (101, 3.0)]


def test_nothing_is_asked_for_when_all_is_done() -> None:
    class Once:
        def offset_ticks(self, decision: int, left_lots: int, variables: np.ndarray) -> int | None:
            assert decision == 0
            return 9

    found = work_quotes(Once(), ReplayMarket(quiet()), side=Side.SELL, quantity=5, edges_ns=edges(1, 5))
    assert found.filled_lots == 5


def test_lots_that_find_nobody_are_left_and_valued_at_the_mid() -> None:
    record = recording([(ADD, 1, 1, 5, 100), (ADD, 2, -1, 1, 104), (ADD, 3, 1, 1, 90)])
    market = ReplayMarket(record, start_ns=2 * SECOND)
    found = work_quotes(SubmitAndLeave(offset=-9), market, side=Side.BUY, quantity=4, edges_ns=edges(2, 3))
    assert (found.filled_lots, found.cost) == (1, 2.0)


def test_the_touch_is_looked_at_without_the_own_order() -> None:
    market = ReplayMarket(quiet(), start_ns=SECOND)
    assert look(market, Side.SELL) == Touch(103, 100)
    assert Touch(103, 100).near_ticks(Side.SELL) == 103
    assert Touch(100, 103).near_ticks(Side.BUY) == 100
    assert (Touch(104, 103).near_ticks(Side.BUY), Touch(99, 100).near_ticks(Side.SELL)) == (102, 101)


def test_variables_are_signed_for_the_orders_side() -> None:
    rows = [(ADD, 1, 1, 1, 90), (TRADE, 2, -1, 3, 103)]
    record = quiet(rows)
    market, flow = ReplayMarket(record, start_ns=2 * SECOND), signed_flow(record.messages)
    buy, sell = (
        market_variables(market, side, 1, look(market, side), SECOND, flow) for side in (Side.BUY, Side.SELL)
    )
    assert buy.tolist() == [3.0, 1.5, 3.0]
    assert sell.tolist() == [3.0, 1.5, -3.0]


def test_crossing_more_than_is_shown_is_priced_at_the_last_level_and_nothing_at_the_touch() -> None:
    market = ReplayMarket(recording([(ADD, 1, 1, 5, 100), (ADD, 2, -1, 2, 104)]), start_ns=2 * SECOND)
    seen = look(market, Side.BUY)
    assert immediate_cost(market, Side.BUY, seen, np.array([0.0, 2.0, 5.0])).tolist() == [0.0, 4.0, 10.0]
    alone = ReplayMarket(recording([(ADD, 1, 1, 5, 100)]), start_ns=SECOND)
    cost = immediate_cost(alone, Side.BUY, Touch(100, 104), np.array([3.0]))
    assert cost.tolist() == [6.0]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(-5, 5)), max_size=6), st.integers(0, 60))
def test_the_first_lots_of_some_trades_cost_what_they_cost_one_by_one(
    trades: list[tuple[int, int]], wanted: int
) -> None:
    each = [cost for lots, cost in trades for _ in range(lots)][:wanted]
    lots, costs = (np.array([trade[at] for trade in trades], np.float64) for at in (0, 1))
    assert walked_cost(lots, costs, np.array([float(wanted)]))[0] == pytest.approx(sum(each))


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(-3, 5))
def test_an_order_in_a_deep_book_is_always_done_and_never_overdone(seed: int, offset: int) -> None:
    rng = np.random.default_rng(seed)
    record = recording(random_rows(rng, 40), {(1, 90): 500, (-1, 110): 500})
    side = Side.BUY if seed % 2 else Side.SELL
    quoter: Quoter = Always(offset)
    found = work_quotes(quoter, ReplayMarket(record), side=side, quantity=9, edges_ns=edges(3, 39, 4))
    assert found.filled_lots == 9
    assert abs(found.cost) <= 9 * 20
