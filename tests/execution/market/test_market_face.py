"""MarketSimulator over a scenario: every order type, fees, latency, and an executor that works in it."""

from __future__ import annotations

import numpy as np
import pytest

from execution.errors import OrderRejectedError, ScenarioError
from execution.executor import work
from execution.market.market import Market
from execution.market.regime import MarketConditions
from execution.market.simulator import MarketSimulator
from execution.orders import Liquidity, ParentOrder, Side, TradingRules
from execution.schedules.twap import Twap

SECOND = 10**9
CONDITIONS = MarketConditions(
    mid_price=100.0, tick_size=0.01, volatility=0.25, half_spread_ticks=0.5, average_daily_volume=4e6
)
ORDER = ParentOrder(
    parent_id="p",
    symbol="STOCK",
    side=Side.BUY,
    quantity=3_000,
    start_ns=30 * SECOND,
    horizon_ns=120 * SECOND,
    rules=TradingRules(symbol="STOCK", tick_size=0.01, fee_per_contract=0.001),
)


def market(name: str = "calm", seed: int = 1, latency_ns: int = 0) -> MarketSimulator:
    return MarketSimulator.from_scenario(name, seed, order_latency_ns=latency_ns)


def test_both_markets_have_the_face_that_the_executor_asks_for() -> None:
    assert isinstance(market(), Market)
    assert isinstance(MarketSimulator(CONDITIONS, 0, np.random.default_rng(1)), Market)


def test_a_scenario_that_does_not_exist_and_a_venue_that_does_not_are_refused() -> None:
    with pytest.raises(ScenarioError, match="expected a file or one of calm"):
        market("nowhere")
    with pytest.raises(KeyError, match="expected one of main, inverted"):
        MarketSimulator.from_scenario("venues", venue="third")
    with pytest.raises(ValueError, match="order_latency_ns is -1"):
        market(latency_ns=-1)


def test_a_market_order_takes_the_touch_and_pays_the_venues_fee() -> None:
    one = market()
    price, volume = one.depth(Side.SELL, 1)[0]
    order_id = one.submit_market(Side.BUY, min(volume, 7))
    fill = one.take_fills()[0]
    assert (fill.order_id, fill.price_ticks, fill.is_maker) == (order_id, price, False)
    assert fill.fee == pytest.approx(0.003 * fill.quantity)


def test_a_resting_order_waits_its_turn_and_earns_the_rebate() -> None:
    one, fills = market(seed=3), []
    price, volume = one.depth(Side.BUY, 1)[0]
    order_id = one.submit_limit(Side.BUY, 50, price)
    assert one.volume_ahead(order_id) == volume
    while one.volume_ahead(order_id) is not None and one.now_ns < 900 * SECOND:
        one.advance_to(one.now_ns + SECOND)
        fills += one.take_fills()
    assert sum(fill.quantity for fill in fills) == 50
    assert {(fill.price_ticks, fill.is_maker) for fill in fills} == {(price, True)}
    assert all(fill.fee == pytest.approx(-0.002 * fill.quantity) for fill in fills)


def test_every_kind_of_order_enters_and_is_cancelled() -> None:
    one = market()
    bid, ask = one.best_bid_ticks, one.best_ask_ticks
    rests = [
        one.submit_post_only(Side.BUY, 10, bid - 20),
        one.submit_iceberg(Side.BUY, 100, bid - 21, 10),
        one.submit_stop(Side.SELL, 30, bid - 900),
        one.submit_stop(Side.SELL, 40, bid - 900, bid - 950),
    ]
    assert [one.cancel(order_id) for order_id in rests] == [10, 100, 30, 40]
    assert [one.cancel(order_id) for order_id in rests] == [0, 0, 0, 0]
    assert one.cancel(one.submit_post_only(Side.BUY, 10, ask)) == 0
    one.submit_fill_or_kill(Side.BUY, 10**9, ask)
    assert one.take_fills() == []
    one.submit_immediate_or_cancel(Side.BUY, 1, ask)
    assert [fill.quantity for fill in one.take_fills()] == [1]


def test_a_stop_that_somebody_elses_trade_wakes_reports_its_fill() -> None:
    one, fills = market(seed=4), []
    stop = one.submit_stop(Side.BUY, 25, one.best_ask_ticks + 2)
    while not fills and one.now_ns < 3_600 * SECOND:
        one.advance_to(one.now_ns + SECOND)
        fills = one.take_fills()
    assert {(fill.order_id, fill.is_maker) for fill in fills} == {(stop, False)}
    assert sum(fill.quantity for fill in fills) == 25
    assert one.engine.market.arrays.participants["position"].sum() == -25


def test_a_reduced_order_keeps_its_place_and_a_moved_one_does_not() -> None:
    one = market()
    price, volume = one.depth(Side.BUY, 3)[-1]
    order_id = one.submit_limit(Side.BUY, 60, price)
    assert one.reduce(order_id, 20) == 20
    assert one.volume_ahead(order_id) == volume
    one.replace(order_id, 30, price - 1)
    assert one.cancel(order_id) == 30


def test_an_agent_does_not_trade_with_itself() -> None:
    one = market()
    resting = one.submit_limit(Side.BUY, 10, one.best_bid_ticks)
    with pytest.raises(OrderRejectedError, match=f"own order {resting} "):
        one.submit_market(Side.SELL, 1)
    one.cancel(resting)
    one.submit_market(Side.SELL, 1)


def test_a_late_order_meets_the_market_of_its_arrival() -> None:
    one = market(latency_ns=2 * SECOND)
    order_id = one.submit_market(Side.BUY, 5)
    one.advance_to(2 * SECOND - 1)
    assert one.take_fills() == []
    one.advance_to(10 * SECOND)
    assert {(fill.order_id, fill.ts_ns) for fill in one.take_fills()} == {(order_id, 2 * SECOND)}


def test_a_cancel_that_comes_too_late_takes_nothing_back() -> None:
    one = market(latency_ns=SECOND)
    order_id = one.submit_limit(Side.BUY, 5, one.best_ask_ticks + 50)
    assert one.cancel(order_id) == 0
    one.advance_to(5 * SECOND)
    assert sum(fill.quantity for fill in one.take_fills()) == 5


def test_steps_of_any_length_give_one_market_with_own_orders_in_it() -> None:
    pictures = []
    for step in (1, 10):
        one = market()
        one.submit_limit(Side.BUY, 500, one.best_bid_ticks)
        for second in range(step, 61, step):
            one.advance_to(second * SECOND)
        pictures.append((one.depth(Side.BUY, 50), one.depth(Side.SELL, 50), one.take_fills()))
    assert pictures[0] == pictures[1]


def test_two_policies_on_one_seed_meet_the_same_news() -> None:
    news = []
    for quantity in (1, 2_000):
        one = market(seed=11)
        for second in range(1, 60):
            one.advance_to(second * SECOND)
            one.submit_market(Side.BUY, quantity)
        news.append(one.engine.news_ticks)
    assert news[0] == news[1]


def test_buying_moves_the_price_against_the_buyer() -> None:
    moved = []
    for seed in range(6):
        calm, bought = market(seed=seed), market(seed=seed)
        for second in range(1, 120):
            calm.advance_to(second * SECOND)
            bought.advance_to(second * SECOND)
            bought.submit_market(Side.BUY, 1_000)
        moved.append(bought.mid_ticks - calm.mid_ticks)
    assert np.mean(moved) > 2.0


def test_an_executor_works_an_order_in_a_market_that_it_is_given() -> None:
    execution = work(
        ORDER,
        schedule=Twap(),
        conditions=CONDITIONS,
        rng=np.random.default_rng(1),
        market=market("volatile", seed=2),
    )
    assert execution.filled_quantity + execution.leaves_quantity == 3_000
    assert execution.path_ts_ns[0] == ORDER.start_ns
    for fill in execution.fills:
        venue = -0.002 if fill.liquidity is Liquidity.MAKER else 0.003
        assert fill.fee == pytest.approx((0.001 + venue) * fill.quantity)


def test_a_market_beyond_the_orders_start_is_refused() -> None:
    late = market()
    late.advance_to(31 * SECOND)
    with pytest.raises(ValueError, match="expected at least the time reached"):
        work(ORDER, schedule=Twap(), conditions=CONDITIONS, rng=np.random.default_rng(1), market=late)
