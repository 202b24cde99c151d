from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.errors import OrderRejectedError
from execution.orders import Side
from execution.recorded.read import read_recording
from execution.recorded.replay import ReplayMarket
from execution.recorded.replay_flow import CancelRule
from tests.execution.recorded.recordings import (
    ADD,
    DELETE,
    HIDDEN,
    REDUCE,
    TRADE,
    random_rows,
    recorded,
    recording,
)
from tests.shared_data import shared_path
from tests.twins.recorded_book import SlowReplay

SECOND = 10**9


def fills_of(market: ReplayMarket) -> list[tuple[int, int, int]]:
    return [(fill.order_id, fill.quantity, fill.price_ticks) for fill in market.take_fills()]


def test_an_order_waits_behind_what_was_there_and_fills_after_it() -> None:
    rows = [(ADD, 1, 1, 5, 100), (ADD, 2, 1, 4, 100), (TRADE, 1, 1, 5, 100), (TRADE, 2, 1, 4, 100)]
    market = ReplayMarket(recording(rows), start_ns=SECOND)
    order = market.submit_limit(Side.BUY, 3, 100)
    assert market.volume_ahead(order) == 5
    market.advance_to(3 * SECOND)
    assert (market.volume_ahead(order), fills_of(market)) == (0, [])
    market.advance_to(4 * SECOND)
    assert fills_of(market) == [(order, 3, 100)]
    assert market.traded_volume == 9


def test_cancels_ahead_move_an_order_up_and_cancels_behind_do_not() -> None:
    rows = [(ADD, 1, 1, 5, 100), (ADD, 2, 1, 4, 100), (REDUCE, 2, 1, 1, 100), (DELETE, 1, 1, 5, 100)]
    market = ReplayMarket(recording(rows), start_ns=SECOND)
    order = market.submit_limit(Side.BUY, 3, 100)
    market.advance_to(3 * SECOND)
    assert market.volume_ahead(order) == 5
    market.advance_to(4 * SECOND)
    assert market.volume_ahead(order) == 0


def test_a_trade_through_fills_the_better_own_order_first() -> None:
    market = ReplayMarket(recording([(ADD, 1, 1, 5, 100), (TRADE, 1, 1, 5, 100)]), start_ns=SECOND)
    order = market.submit_limit(Side.BUY, 3, 101)
    market.advance_to(2 * SECOND)
    assert fills_of(market) == [(order, 3, 101)]
    assert market.traded_volume == 5


def test_a_deeper_own_order_is_not_filled() -> None:
    market = ReplayMarket(recording([(ADD, 1, 1, 5, 100), (TRADE, 1, 1, 5, 100)]), start_ns=SECOND)
    market.submit_limit(Side.BUY, 3, 99)
    market.advance_to(2 * SECOND)
    assert fills_of(market) == []


def test_a_recorded_order_that_crosses_ours_trades_with_us_and_rests_with_the_rest() -> None:
    rows = [(ADD, 1, 1, 5, 100), (ADD, 2, -1, 7, 103)]
    market = ReplayMarket(recording(rows), start_ns=SECOND)
    order = market.submit_limit(Side.BUY, 3, 104)
    market.advance_to(2 * SECOND)
    assert fills_of(market) == [(order, 3, 104)]
    assert market.depth(Side.SELL, 2) == [(103, 4)]
    assert market.traded_volume == 3


def test_a_hidden_trade_fills_only_a_better_own_order() -> None:
    rows = [(ADD, 1, 1, 5, 100), (HIDDEN, 0, 1, 4, 101)]
    market = ReplayMarket(recording(rows), start_ns=SECOND)
    equal, better = market.submit_limit(Side.BUY, 1, 101), market.submit_limit(Side.BUY, 1, 102)
    market.advance_to(2 * SECOND)
    assert fills_of(market) == [(better, 1, 102)]
    assert market.volume_ahead(equal) == 0
    assert market.traded_volume == 4


def test_what_we_take_stays_taken_until_its_order_goes() -> None:
    rows = [(ADD, 1, -1, 5, 101), (ADD, 2, -1, 7, 101), (DELETE, 1, -1, 5, 101), (TRADE, 2, -1, 7, 101)]
    market = ReplayMarket(recording(rows), start_ns=2 * SECOND)
    order = market.submit_market(Side.BUY, 6)
    assert fills_of(market) == [(order, 6, 101)]
    assert market.depth(Side.SELL, 1) == [(101, 6)]
    market.advance_to(3 * SECOND)
    assert market.depth(Side.SELL, 1) == [(101, 6)]
    market.advance_to(4 * SECOND)
    assert (market.traded_volume, market.missed_volume) == (12, 1)


def test_volume_from_before_the_recording_is_ahead_and_can_be_taken() -> None:
    rows = [(TRADE, 9, 1, 4, 100), (DELETE, 8, 1, 6, 100), (ADD, 1, 1, 1, 90), (TRADE, 1, 1, 1, 90)]
    market = ReplayMarket(recording(rows, {(1, 100): 10, (-1, 101): 3}))
    order = market.submit_limit(Side.BUY, 2, 100)
    assert market.volume_ahead(order) == 10
    market.advance_to(SECOND)
    assert market.volume_ahead(order) == 6
    market.advance_to(4 * SECOND)
    assert fills_of(market) == [(order, 1, 100)]
    market.submit_market(Side.BUY, 5)
    assert [lots for _, lots, _ in fills_of(market)] == [3]


def test_latency_delays_orders_and_cancellations() -> None:
    rows = [(ADD, 1, 1, 5, 100), (ADD, 2, 1, 4, 100), (TRADE, 1, 1, 5, 100), (ADD, 3, 1, 1, 99)]
    market = ReplayMarket(recording(rows), start_ns=SECOND, order_latency_ns=3 * SECOND // 2)
    order = market.submit_limit(Side.BUY, 3, 100)
    market.advance_to(2 * SECOND)
    assert market.volume_ahead(order) is None
    market.advance_to(3 * SECOND)
    assert market.volume_ahead(order) == 4
    assert market.cancel(order) == 3
    assert market.volume_ahead(order) == 4
    market.advance_to(5 * SECOND)
    assert market.volume_ahead(order) is None


@pytest.mark.parametrize(("rule", "ahead"), [(CancelRule.PROPORTIONAL, 3), (CancelRule.BEHIND_FIRST, 4)])
def test_level_recordings_share_cancels_by_a_stated_rule(rule: CancelRule, ahead: int) -> None:
    rows = [(ADD, 1, 1, 4, 100), (ADD, 2, 1, 4, 100), (REDUCE, 2, 1, 2, 100), (TRADE, 1, 1, 4, 100)]
    market = ReplayMarket(recording(rows, level_wise=True), start_ns=SECOND, cancel_rule=rule)
    order = market.submit_limit(Side.BUY, 2, 100)
    market.advance_to(3 * SECOND)
    assert market.volume_ahead(order) == ahead
    market.advance_to(4 * SECOND)
    assert sum(lots for _, lots, _ in fills_of(market)) == 4 - ahead


def test_trades_of_a_level_recording_move_two_own_orders_up_and_fill_them_in_turn() -> None:
    rows = [(ADD, 1, 1, 8, 100), (TRADE, 1, 1, 3, 100), (ADD, 2, 1, 4, 100), (TRADE, 1, 1, 8, 100)]
    market = ReplayMarket(recording(rows, level_wise=True), start_ns=SECOND)
    first, second = (market.submit_limit(Side.BUY, 2, 100) for _ in range(2))
    market.advance_to(3 * SECOND)
    assert (market.volume_ahead(first), market.volume_ahead(second)) == (5, 7)
    market.advance_to(4 * SECOND)
    assert fills_of(market) == [(first, 2, 100), (second, 1, 100)]


def test_what_we_took_of_old_volume_is_missed_by_its_taker_and_forgotten_with_it() -> None:
    rows = [(ADD, 1, 1, 1, 90), (TRADE, 9, -1, 10, 101), (ADD, 2, -1, 5, 101)]
    market = ReplayMarket(recording(rows, {(-1, 101): 10}), start_ns=SECOND)
    market.submit_market(Side.BUY, 6)
    market.advance_to(3 * SECOND)
    assert (market.traded_volume, market.missed_volume) == (10, 6)
    assert market.depth(Side.SELL, 1) == [(101, 5)]


def test_an_order_may_take_more_levels_than_one_call_tells_of() -> None:
    rows = [(ADD, number, -1, 1, 100 + number) for number in range(150)]
    market = ReplayMarket(recording(rows), start_ns=150 * SECOND)
    market.submit_market(Side.BUY, 149)
    assert [price for _, _, price in fills_of(market)] == list(range(100, 249))


def test_own_orders_in_flight_never_meet_each_other_either() -> None:
    market = ReplayMarket(recording([(ADD, 1, 1, 5, 100)]), start_ns=SECOND, order_latency_ns=SECOND)
    market.submit_limit(Side.BUY, 3, 101)
    with pytest.raises(OrderRejectedError, match="own order at 101 ticks"):
        market.submit_limit(Side.SELL, 1, 101)


def test_own_orders_never_meet_each_other() -> None:
    market = ReplayMarket(recording([(ADD, 1, 1, 5, 100)]), start_ns=SECOND)
    market.submit_limit(Side.BUY, 3, 101)
    for price in (100, 101):
        with pytest.raises(OrderRejectedError, match="own order at 101 ticks"):
            market.submit_limit(Side.SELL, 1, price)
    with pytest.raises(OrderRejectedError, match="quantity is 0"):
        market.submit_limit(Side.BUY, 0, 100)


def test_time_does_not_run_backwards() -> None:
    market = ReplayMarket(recording([(ADD, 1, 1, 5, 100)]), start_ns=SECOND)
    with pytest.raises(ValueError, match="time reached"):
        market.advance_to(SECOND - 1)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1))
def test_replay_equals_its_twin_message_by_message(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = random_rows(rng, 60)
    market, twin = ReplayMarket(recording(rows)), SlowReplay()
    messages = recorded(rows)
    for row in range(len(rows)):
        if rng.random() < 0.15:
            side, quantity = Side(int(rng.choice((-1, 1)))), int(rng.integers(1, 9))
            price = 100 - int(side) * int(rng.integers(-1, 5))
            try:
                own = market.submit_limit(side, quantity, price)
                twin.submit(own, int(side), quantity, price)
            except OrderRejectedError:
                pass
        market.advance_to(int(messages.ts_ns[row]))
        twin.play(messages, row)
        assert fills_of(market) == twin.fills
        twin.fills.clear()
        for side in Side:
            assert dict(market.depth(side, 50)) == twin.levels(int(side))
        for order in [o.own for o in twin.orders if o.own >= 0]:
            assert market.volume_ahead(order) == twin.ahead(order)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_without_own_orders_the_replay_is_the_recording(seed: int) -> None:
    record = recording(random_rows(np.random.default_rng(seed), 80))
    market, history = ReplayMarket(record), record.history
    for row, ts_ns in enumerate(record.messages.ts_ns.tolist()):
        market.advance_to(ts_ns)
        bids = [(p, v) for p, v in zip(history.bid_ticks[row], history.bid_volume[row], strict=True) if v]
        assert market.depth(Side.BUY, 5) == bids
    trades = record.messages.kind == TRADE
    assert market.traded_volume == record.messages.quantity[trades].sum()


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_no_volume_is_invented(seed: int) -> None:
    rng = np.random.default_rng(seed)
    record = recording(random_rows(rng, 120))
    market = ReplayMarket(record, start_ns=20 * SECOND)
    for second in range(20, 120, 10):
        market.submit_limit(Side.BUY, 4, market.best_bid_ticks)
        market.advance_to((second + 10) * SECOND)
    maker = sum(fill.quantity for fill in market.take_fills() if fill.is_maker)
    flow = record.messages
    sold = flow.quantity[((flow.kind == TRADE) & (flow.side > 0)) | ((flow.kind == ADD) & (flow.side < 0))]
    assert maker <= sold.sum()
    traded = flow.quantity[flow.kind == TRADE].sum()
    assert traded <= market.traded_volume + market.missed_volume


def twap(market: ReplayMarket, end_ns: int, lots: int, slices: int) -> int:
    """Buy in equal slices: rest at the touch, cross at its end what is left; lots bought."""
    edges = np.linspace(market.now_ns, end_ns, slices + 1).astype(np.int64)
    bought = 0
    for number, edge in enumerate(edges[1:].tolist(), start=1):
        target = lots * number // slices
        order = market.submit_limit(Side.BUY, target - bought, market.best_bid_ticks)
        market.advance_to(edge)
        market.cancel(order)
        bought += sum(fill.quantity for fill in market.take_fills())
        if bought < target:
            market.submit_market(Side.BUY, target - bought)
            bought += sum(fill.quantity for fill in market.take_fills())
    return bought


def test_a_twap_over_recorded_flow_completes() -> None:
    record = read_recording(shared_path("lob", "lobster_amzn", "AMZN_2012-06-21_messages_plus_L1.parquet"))
    market = ReplayMarket(record, start_ns=13 * 3600 * SECOND)
    assert twap(market, 14 * 3600 * SECOND, 1200, 12) == 1200
