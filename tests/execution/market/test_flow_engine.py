"""An agent alone against a background flow, and views that are as old as the feed is slow."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from execution.executor import work
from execution.market.calibration.lone_market import Instrument, simulate_alone
from execution.market.calibration.santa_fe import calibrate_santa_fe
from execution.market.engine import VenueFees
from execution.market.flow_start import FlowStart
from execution.market.flows.queue_reactive import queue_reactive_state
from execution.market.flows.santa_fe import SantaFe, santa_fe_state
from execution.market.flows.stylised_queues import stylised_queue_reactive
from execution.market.market import Market
from execution.market.regime import MarketConditions
from execution.market.simulator import MarketSimulator
from execution.orders import ParentOrder, Side, TradingRules
from execution.schedules.twap import Twap

SECOND = 10**9
CONDITIONS = MarketConditions(
    mid_price=100.0, tick_size=0.01, volatility=0.25, half_spread_ticks=0.5, average_daily_volume=4e6
)
FLOW = SantaFe(
    limit_rates=np.array([2.0, 1.5, 1.0, 0.5, 0.2]),
    market_rate=0.8,
    cancel_rates=np.array([0.2]),
    limit_size=8.0,
    market_size=6.0,
)


def santa_fe() -> FlowStart:
    state = santa_fe_state(start_ns=-60 * SECOND, bid_ticks=10_000, ask_ticks=10_001)
    return FlowStart(parameters=FLOW.parameters(), state=state, burn_in_ns=60 * SECOND)


def queues() -> FlowStart:
    state = queue_reactive_state(start_ns=-60 * SECOND, reference_ticks=10_000.5)
    parameters = stylised_queue_reactive().parameters()
    return FlowStart(parameters=parameters, state=state, burn_in_ns=60 * SECOND)


def plain(feed_ns: int = 0, order_ns: int = 0) -> MarketSimulator:
    rng = np.random.default_rng(2)
    return MarketSimulator(CONDITIONS, 0, rng, order_latency_ns=order_ns, feed_latency_ns=feed_ns)


def calm(feed_ns: int = 0, order_ns: int = 0) -> MarketSimulator:
    return MarketSimulator.from_scenario("calm", 2, order_latency_ns=order_ns, feed_latency_ns=feed_ns)


def flow(feed_ns: int = 0, order_ns: int = 0) -> MarketSimulator:
    return MarketSimulator.from_flow(santa_fe(), 2, order_latency_ns=order_ns, feed_latency_ns=feed_ns)


def reactive(feed_ns: int = 0, order_ns: int = 0) -> MarketSimulator:
    return MarketSimulator.from_flow(queues(), 2, order_latency_ns=order_ns, feed_latency_ns=feed_ns)


Make = Callable[..., MarketSimulator]
EVERY_ENGINE = pytest.mark.parametrize("make", [plain, calm, flow, reactive])
EVERY_FLOW = pytest.mark.parametrize("make", [flow, reactive])


def picture(one: MarketSimulator) -> tuple[object, ...]:
    quotes = (one.best_bid_ticks, one.best_ask_ticks, one.mid_ticks, one.traded_volume)
    return (*quotes, one.depth(Side.BUY, 10), one.depth(Side.SELL, 10))


@EVERY_FLOW
def test_a_market_of_a_flow_starts_full_at_the_end_of_its_burn_in(make: Make) -> None:
    one = make()
    assert isinstance(one, Market)
    assert one.now_ns == one.traded_volume == 0
    assert one.best_bid_ticks < one.best_ask_ticks
    assert one.depth(Side.BUY, 1)[0].price_ticks == one.best_bid_ticks
    one.advance_to(60 * SECOND)
    assert one.traded_volume > 0


@EVERY_FLOW
def test_steps_of_any_length_and_one_seed_give_one_market_with_own_orders_in_it(make: Make) -> None:
    pictures = []
    for step in (1, 10):
        one = make()
        one.submit_limit(Side.BUY, 40, one.best_bid_ticks)
        for second in range(step, 61, step):
            one.advance_to(second * SECOND)
        pictures.append((picture(one), one.take_fills()))
    assert pictures[0] == pictures[1]


@EVERY_FLOW
def test_an_agent_takes_rests_and_cancels_among_a_flows_orders(make: Make) -> None:
    one = make()
    price, volume = one.depth(Side.SELL, 1)[0]
    taken = one.submit_market(Side.BUY, min(volume, 3))
    fill = one.take_fills()[0]
    assert (fill.order_id, fill.price_ticks, fill.is_maker) == (taken, price, False)
    assert math.isnan(fill.news_ticks)
    bid, ahead = one.depth(Side.BUY, 1)[0]
    resting, far = one.submit_limit(Side.BUY, 4, bid), one.submit_limit(Side.BUY, 5, bid - 30)
    assert one.volume_ahead(resting) == ahead
    one.advance_to(900 * SECOND)
    assert one.volume_ahead(resting) is None
    assert sum(fill.quantity for fill in one.take_fills() if fill.is_maker) >= 4
    assert one.cancel(far) in (0, 5)


def test_a_flows_market_charges_the_fees_it_is_given() -> None:
    one = MarketSimulator.from_flow(santa_fe(), 1, fees=VenueFees(maker=-0.1, taker=0.3))
    one.submit_market(Side.SELL, 2)
    assert sum(fill.fee for fill in one.take_fills()) == pytest.approx(0.6)


def test_a_fitted_flow_is_a_market_to_trade_in() -> None:
    start = santa_fe()
    instrument = Instrument(symbol="X", tick_size=0.01, lot_size=1.0)
    messages, history = simulate_alone(
        start.parameters,
        start.state,
        instrument,
        duration_ns=600 * SECOND,
        burn_in_ns=start.burn_in_ns,
        levels=10,
        seed=1,
    )
    fit = calibrate_santa_fe(messages, history)
    one = MarketSimulator.from_flow(fit.start(5 * SECOND), 4)
    assert one.now_ns == 5 * SECOND
    one.submit_market(Side.BUY, 5)
    assert sum(fill.quantity for fill in one.take_fills()) == 5


def test_an_executor_works_an_order_against_a_flow() -> None:
    rules = TradingRules(symbol="X", tick_size=0.01, fee_per_contract=0.0)
    order = ParentOrder(
        parent_id="p",
        symbol="X",
        side=Side.BUY,
        quantity=60,
        start_ns=0,
        horizon_ns=300 * SECOND,
        rules=rules,
    )
    done = work(
        order, schedule=Twap(), conditions=CONDITIONS, rng=np.random.default_rng(1), market=flow(10**7, 10**7)
    )
    assert sum(fill.quantity for fill in done.fills) + done.leaves_quantity == 60
    assert done.leaves_quantity <= 12


@EVERY_ENGINE
def test_what_the_face_shows_is_the_market_as_it_was_a_feed_latency_ago(make: Make) -> None:
    prompt, late = make(), make(3 * SECOND)
    assert picture(prompt) == picture(late)
    for second in range(1, 30):
        late.advance_to((second + 3) * SECOND)
        prompt.advance_to(second * SECOND)
        assert late.now_ns == (second + 3) * SECOND
        assert picture(prompt) == picture(late)


@EVERY_ENGINE
def test_an_order_meets_the_market_of_its_arrival_and_its_fill_is_seen_later(make: Make) -> None:
    prompt, late = make(), make(2 * SECOND, SECOND)
    for one in (prompt, late):
        one.advance_to(10 * SECOND)
    sent = late.submit_market(Side.BUY, 5)
    prompt.advance_to(11 * SECOND)
    prompt.submit_market(Side.BUY, 5)
    late.advance_to(13 * SECOND - 1)
    assert late.take_fills() == []
    late.advance_to(13 * SECOND)
    seen = late.take_fills()
    assert {(fill.order_id, fill.ts_ns) for fill in seen} == {(sent, 11 * SECOND)}
    expected = [(fill.price_ticks, fill.quantity) for fill in prompt.take_fills()]
    assert [(fill.price_ticks, fill.quantity) for fill in seen] == expected


def test_a_negative_latency_is_refused() -> None:
    with pytest.raises(ValueError, match="feed_latency_ns is -1"):
        flow(-1)
    with pytest.raises(ValueError, match="order_latency_ns is -1"):
        flow(0, -1)
