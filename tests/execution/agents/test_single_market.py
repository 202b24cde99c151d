"""One market as the side-by-side face: accounts, depth, queue positions and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.agents.markets import Markets
from execution.agents.single_market import SingleMarket, signed_flow
from execution.book.layout import MESSAGE, MessageKind, RecordArray
from execution.errors import OrderRejectedError
from execution.market.batch_kernel import NO_MESSAGE
from execution.market.regime import MarketConditions
from execution.market.simulator import MarketSimulator
from execution.recorded.recording import Recording
from execution.recorded.replay import ReplayMarket
from tests.execution.recorded.recordings import ADD, HIDDEN, TRADE, random_rows, recording

SECOND = 10**9
LIMIT, MARKET, IOC, CANCEL = (
    MessageKind.LIMIT,
    MessageKind.MARKET,
    MessageKind.IMMEDIATE_OR_CANCEL,
    MessageKind.CANCEL,
)
TWO_SIDES = [(ADD, 1, 1, 5, 100), (ADD, 2, -1, 4, 103), (ADD, 3, -1, 6, 104)]


def asked(kind: int, side: int = 1, quantity: int = 1, price_ticks: int = 0) -> RecordArray:
    messages = np.zeros(1, MESSAGE)
    messages["kind"], messages["side"] = kind, side
    messages["quantity"], messages["price_ticks"] = quantity, price_ticks
    return messages


def replayed(record: Recording, start_s: int, **options: int) -> SingleMarket:
    market = ReplayMarket(record, start_ns=start_s * SECOND, **options)
    return SingleMarket(market, signed_lots=signed_flow(record.messages))


def figures(market: SingleMarket) -> dict[str, int]:
    return {name: int(market.account[name][0]) for name in market.account.dtype.names}


def test_it_has_the_face_of_markets_side_by_side() -> None:
    market = replayed(recording(TWO_SIDES), 3)
    assert isinstance(market, Markets)
    assert (len(market), market.now_ns.tolist()) == (1, [3 * SECOND])
    assert market.depth[0, :, :2].tolist() == [[[100, 5], [0, 0]], [[103, 4], [104, 6]]]


def test_a_market_order_is_booked_at_the_prices_that_it_took() -> None:
    market = replayed(recording(TWO_SIDES), 3)
    assert market.enter(asked(MARKET, 1, 7)).tolist() == [0]
    assert figures(market) == {
        "position": 7,
        "cash": -(4 * 103 + 3 * 104),
        "maker_lots": 0,
        "taker_lots": 7,
        "market_lots": 7,
        "signed_lots": 7,
        "surprise": 0,
    }
    assert market.depth[0, 1, 0].tolist() == [104, 3]


def test_a_resting_order_shows_its_lots_and_its_honest_place_in_the_queue() -> None:
    market = replayed(recording([*TWO_SIDES, (TRADE, 1, 1, 3, 100), (TRADE, 1, 1, 2, 100)]), 3)
    messages = asked(LIMIT, 1, 2, 100)
    slots = market.enter(messages)
    assert market.resting(slots).tolist() == [[2, 5]]
    market.step_until(4 * SECOND)
    assert market.resting(slots).tolist() == [[2, 2]]
    assert figures(market)["signed_lots"] == -3
    assert messages["order_id"][0] == 0


def test_a_filled_order_leaves_its_slot_and_counts_as_maker() -> None:
    market = replayed(recording([*TWO_SIDES, (TRADE, 1, 1, 5, 100)]), 3)
    slots = market.enter(asked(LIMIT, 1, 2, 101))
    market.step_until(np.array([9 * SECOND]))
    assert market.resting(slots).tolist() == [[0, 0]]
    assert (figures(market)["maker_lots"], figures(market)["cash"]) == (2, -202)
    assert market.enter(asked(CANCEL), slots).tolist() == [0]


def test_a_cancelled_order_trades_no_more() -> None:
    market = replayed(recording([*TWO_SIDES, (TRADE, 1, 1, 5, 100)]), 3)
    slots = market.enter(asked(LIMIT, 1, 2, 101))
    market.enter(asked(CANCEL), slots)
    market.step_until(9 * SECOND)
    assert figures(market)["position"] == 0


def test_a_reduced_order_keeps_its_place_and_its_smaller_size() -> None:
    rows = [*TWO_SIDES, (ADD, 4, 1, 9, 100), (TRADE, 1, 1, 5, 100), (TRADE, 4, 1, 3, 100)]
    market = replayed(recording(rows), 3)
    slots = market.enter(asked(LIMIT, 1, 5, 100))
    market.step_until(4 * SECOND)
    market.enter(asked(MessageKind.REDUCE, 1, 3), slots)
    assert market.resting(slots).tolist() == [[2, 5]]
    market.step_until(9 * SECOND)
    assert figures(market)["maker_lots"] == 2


def test_an_order_reduced_by_all_of_it_is_gone_and_one_by_nothing_is_refused() -> None:
    market = replayed(recording(TWO_SIDES), 3)
    slots = market.enter(asked(LIMIT, 1, 5, 100))
    with pytest.raises(OrderRejectedError, match="quantity is 0"):
        market.enter(asked(MessageKind.REDUCE, 1, 0), slots)
    market.enter(asked(MessageKind.REDUCE, 1, 5), slots)
    assert market.resting(slots).tolist() == [[0, 0]]
    assert market.depth[0, 0, 0].tolist() == [100, 5]


def test_immediate_or_cancel_takes_up_to_its_price_and_rests_nothing() -> None:
    market = replayed(recording(TWO_SIDES), 3)
    assert market.enter(asked(IOC, 1, 9, 103)).tolist() == [0]
    assert figures(market)["position"] == 4
    assert market.depth[0, 0, 0].tolist() == [100, 5]


def test_with_a_latency_the_order_counts_as_behind_what_is_shown_until_it_arrives() -> None:
    market = replayed(recording([*TWO_SIDES, (ADD, 4, 1, 1, 100)]), 3, order_latency_ns=2 * SECOND)
    slots = market.enter(asked(LIMIT, 1, 2, 100))
    assert market.resting(slots).tolist() == [[2, 5]]
    market.step_until(5 * SECOND)
    assert market.resting(slots).tolist() == [[2, 6]]


def test_no_message_and_a_time_that_is_reached_change_nothing() -> None:
    market = replayed(recording(TWO_SIDES), 3)
    before = market.depth.copy()
    assert market.enter(asked(NO_MESSAGE)).tolist() == [0]
    assert np.array_equal(market.step_until(SECOND), before)


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        (np.zeros(2, MESSAGE), "shape"),
        (asked(MARKET, 0), "side is 0"),
        (asked(LIMIT, 1, 0, 100), "quantity is 0"),
        (asked(MessageKind.STOP), "kind is 7"),
    ],
)
def test_a_message_that_no_market_takes_is_refused(messages: RecordArray, expected: str) -> None:
    with pytest.raises(OrderRejectedError, match=expected):
        replayed(recording(TWO_SIDES), 3).enter(messages)


def test_volume_beyond_32_bits_is_shown_as_the_most_that_they_hold() -> None:
    market = replayed(recording([(ADD, 1, 1, 5 * 10**10, 100)]), 1)
    assert market.depth[0, 0, 0].tolist() == [100, 2**31 - 1]


def test_recorded_flow_counts_buyers_less_sellers_with_hidden_trades() -> None:
    flow = signed_flow(recording([*TWO_SIDES, (TRADE, 2, -1, 3, 103), (HIDDEN, 0, 1, 1, 102)]).messages)
    assert [flow(second * SECOND) for second in (0, 3, 4, 5, 99)] == [0, 0, 3, 2, 2]


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_position_is_what_the_agent_took_and_gave_and_prices_bound_its_cash(seed: int) -> None:
    rng = np.random.default_rng(seed)
    market = replayed(recording(random_rows(rng, 60), {(1, 90): 50, (-1, 110): 50}), 1)
    slots = np.zeros(1, np.int64)
    for second in range(2, 60, 6):
        market.enter(asked(CANCEL), slots)
        slots = market.enter(asked(LIMIT, 1, 3, int(rng.integers(98, 103))))
        market.enter(asked(MARKET, 1, 1))
        market.step_until(second * SECOND)
    found = figures(market)
    assert found["position"] == found["maker_lots"] + found["taker_lots"] <= 40
    assert 90 * found["position"] <= -found["cash"] <= 110 * found["position"]
    assert found["market_lots"] >= found["position"]


def test_a_simulated_market_is_worked_through_the_same_face() -> None:
    conditions = MarketConditions(
        mid_price=100.0, tick_size=0.01, volatility=0.2, half_spread_ticks=1.0, average_daily_volume=1e6
    )
    market = SingleMarket(MarketSimulator(conditions, 0, np.random.default_rng(1)))
    slots = market.enter(asked(LIMIT, -1, 50, int(market.depth[0, 1, 0, 0])))
    assert market.resting(slots)[0, 1] > 0
    market.enter(asked(MARKET, -1, 10))
    market.step_until(60 * SECOND)
    found = figures(market)
    assert found["position"] == -found["maker_lots"] - 10
    assert found["cash"] > 0


def simulated() -> MarketSimulator:
    conditions = MarketConditions(
        mid_price=100.0, tick_size=0.01, volatility=0.2, half_spread_ticks=1.0, average_daily_volume=1e6
    )
    return MarketSimulator(conditions, 0, np.random.default_rng(1))


@pytest.mark.parametrize("make", [simulated, lambda: MarketSimulator.from_scenario("calm", 1)])
def test_a_market_that_tells_its_trades_direction_is_believed(make: Callable[[], MarketSimulator]) -> None:
    market = SingleMarket(make())
    market.step_until(20 * SECOND)
    others = figures(market)["signed_lots"]
    assert 0 < abs(others) <= figures(market)["market_lots"]
    market.enter(asked(MARKET, 1, 3))
    assert figures(market)["signed_lots"] == others + 3


def test_nothing_is_done_beyond_the_worst_price_whatever_is_asked_for() -> None:
    market = SingleMarket(ReplayMarket(recording(TWO_SIDES), start_ns=3 * SECOND), worst_ticks=103)
    assert market.enter(asked(MARKET, 1, 9)).tolist() == [0]
    assert (figures(market)["position"], figures(market)["cash"]) == (4, -4 * 103)
    slots = market.enter(asked(LIMIT, 1, 2, 104))
    assert market.depth[0, 0, 0].tolist() == [103, 2]
    assert market.resting(slots).tolist() == [[2, 0]]


def test_fills_and_the_mid_are_kept_as_they_come() -> None:
    market = replayed(recording(TWO_SIDES), 3)
    market.step_until(4 * SECOND)
    market.enter(asked(MARKET, 1, 5))
    market.step_until(4 * SECOND)
    assert [(fill.quantity, fill.price_ticks) for fill in market.fills] == [(4, 103), (1, 104)]
    assert market.path == [(3 * SECOND, 101.5), (4 * SECOND, 101.5)]
