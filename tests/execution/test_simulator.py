from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from execution.book.book import OrderBook
from execution.errors import BookCapacityError, OrderRejectedError
from execution.market.flow import FLOW_STATE, settle
from execution.market.reference import displacement, set_at_rest
from execution.market.regime import SECONDS_PER_DAY, parameters_of, reference_parameters
from execution.market.simulator import MarketConditions, MarketSimulator, Regime
from execution.orders import Side

SECOND_NS = 10**9
CALM = MarketConditions(
    mid_price=2650.0, tick_size=0.25, volatility=0.2, half_spread_ticks=0.5, average_daily_volume=1.5e6
)
STRESSED = replace(CALM, regime=Regime.STRESSED)
WIDE = replace(CALM, mid_price=100.0, tick_size=0.01, half_spread_ticks=2.5, average_daily_volume=2e6)
THIN = replace(CALM, mid_price=50.0, tick_size=0.01, half_spread_ticks=1.5, average_daily_volume=1e4)


def market(conditions: MarketConditions = CALM, *, seed: int = 1, start_ns: int = 0) -> MarketSimulator:
    return MarketSimulator(conditions, start_ns, np.random.default_rng(seed))


def observed(conditions: MarketConditions, seeds: int, seconds: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Mid and spread every second, one row a seed [ticks], and the mean volume of a run [contracts]."""
    mids, spreads, volume = np.empty((seeds, seconds)), np.empty((seeds, seconds)), 0
    for seed in range(seeds):
        simulator = market(conditions, seed=seed)
        for second in range(seconds):
            simulator.advance_to(second * SECOND_NS)
            mids[seed, second] = simulator.mid_ticks
            spreads[seed, second] = simulator.best_ask_ticks - simulator.best_bid_ticks
        volume += simulator.traded_volume
    return mids, spreads, volume / seeds


def picture(simulator: MarketSimulator) -> tuple[object, ...]:
    """Everything that the next event depends on or that an agent can see."""
    depth = [simulator.depth(side, 1000) for side in Side]
    return (
        depth,
        simulator.traded_volume,
        simulator.engine.state.tobytes(),
        simulator.engine.flow_stream.tobytes(),
    )


@pytest.mark.parametrize("conditions", [CALM, STRESSED, WIDE, THIN], ids=["calm", "stressed", "wide", "thin"])
def test_the_market_keeps_its_stated_volatility_spread_and_volume(conditions: MarketConditions) -> None:
    seeds, seconds, lag = 8, 1800, 20
    mids, spreads, volume = observed(conditions, seeds, seconds)
    regime = parameters_of(conditions.regime)
    stated = conditions.daily_volatility_ticks * regime.volatility_multiplier / np.sqrt(SECONDS_PER_DAY)
    realised = np.sqrt(np.mean(np.diff(mids[:, ::lag]) ** 2) / lag)
    assert realised == pytest.approx(stated, rel=0.10)
    assert spreads.mean() == pytest.approx(
        2 * conditions.half_spread_ticks * regime.spread_multiplier, rel=0.25
    )
    assert volume == pytest.approx(conditions.average_daily_volume * seconds / SECONDS_PER_DAY, rel=0.05)


def test_a_stressed_market_is_wider_thinner_and_more_volatile() -> None:
    (calm_mid, calm_spread, _), (mid, spread, _) = (observed(one, 4, 600) for one in (CALM, STRESSED))
    assert spread.mean() > 1.3 * calm_spread.mean()
    assert np.diff(mid).std() > 1.2 * np.diff(calm_mid).std()
    calm_depth, depth = (
        sum(level.volume for seed in range(10) for level in market(one, seed=seed).depth(Side.BUY, 5))
        for one in (CALM, STRESSED)
    )
    assert depth < 0.5 * calm_depth


def test_the_market_starts_around_its_stated_mid() -> None:
    for seed in range(10):
        assert abs(market(seed=seed).mid_ticks - 10_600) <= 2.0


def test_the_same_seed_gives_the_same_market_and_another_seed_another() -> None:
    runs = [market(seed=seed) for seed in (1, 1, 2)]
    for run in runs:
        run.advance_to(60 * SECOND_NS)
    assert picture(runs[0]) == picture(runs[1])
    assert picture(runs[0]) != picture(runs[2])


def test_many_small_steps_give_the_market_that_one_large_step_gives() -> None:
    once, often = market(), market()
    once.advance_to(60 * SECOND_NS)
    for ts_ns in np.sort(np.random.default_rng(3).integers(0, 60 * SECOND_NS, 5_000)):
        often.advance_to(int(ts_ns))
    often.advance_to(60 * SECOND_NS)
    assert picture(once) == picture(often)


def test_time_does_not_run_backwards() -> None:
    simulator = market(start_ns=100)
    with pytest.raises(ValueError, match="expected at least the time reached, 100"):
        simulator.advance_to(99)


def test_a_market_order_takes_the_touch_and_reports_every_fill() -> None:
    simulator = market()
    asks = simulator.depth(Side.SELL, 3)
    quantity = asks[0].volume + 1
    order_id = simulator.submit_market(Side.BUY, quantity)
    fills = simulator.take_fills()
    assert sum(fill.quantity for fill in fills) == quantity
    assert {fill.price_ticks for fill in fills} == {level.price_ticks for level in asks[:2]}
    assert {(fill.order_id, fill.ts_ns, fill.is_maker) for fill in fills} == {(order_id, 0, False)}
    assert simulator.take_fills() == []
    assert simulator.best_ask_ticks == asks[1].price_ticks


def test_a_resting_order_is_filled_as_maker_at_its_own_price_and_only_after_the_queue_ahead() -> None:
    simulator = market()
    price, queued = simulator.depth(Side.BUY, 1)[0]
    order_id = simulator.submit_limit(Side.BUY, 50, price)
    ahead, fills = [], []
    while (now_ahead := simulator.volume_ahead(order_id)) is not None:
        assert now_ahead == 0 or not fills
        ahead.append(now_ahead)
        simulator.advance_to(simulator.now_ns + SECOND_NS // 10)
        fills += simulator.take_fills()
    assert ahead[0] == queued
    assert ahead == sorted(ahead, reverse=True)
    assert sum(fill.quantity for fill in fills) == 50
    assert {(fill.price_ticks, fill.is_maker) for fill in fills} == {(price, True)}


def test_maker_fills_carry_the_time_of_the_trade_not_of_the_step() -> None:
    simulator = market()
    order_id = simulator.submit_limit(Side.BUY, 5, simulator.best_bid_ticks)
    simulator.advance_to(600 * SECOND_NS)
    times = [fill.ts_ns for fill in simulator.take_fills()]
    assert times
    assert simulator.volume_ahead(order_id) is None
    assert 0 < times[0] <= times[-1] < 600 * SECOND_NS


def test_a_cancelled_order_gives_back_its_rest_and_fills_no_more() -> None:
    simulator = market()
    order_id = simulator.submit_limit(Side.SELL, 1_000_000, simulator.best_ask_ticks)
    simulator.advance_to(20 * SECOND_NS)
    filled = sum(fill.quantity for fill in simulator.take_fills())
    assert simulator.cancel(order_id) == 1_000_000 - filled
    simulator.advance_to(40 * SECOND_NS)
    assert simulator.take_fills() == []
    assert simulator.cancel(order_id) == 0


def test_background_orders_cannot_be_cancelled_by_the_agent() -> None:
    simulator = market()
    before = simulator.depth(Side.BUY, 100)
    assert [simulator.cancel(order_id) for order_id in range(0, 5_000, 7)] == [0] * 715
    assert simulator.depth(Side.BUY, 100) == before


def test_an_agent_does_not_trade_with_itself() -> None:
    simulator = market()
    resting = simulator.submit_limit(Side.BUY, 10, simulator.best_bid_ticks)
    with pytest.raises(OrderRejectedError, match=f"own order {resting} "):
        simulator.submit_market(Side.SELL, 1)
    with pytest.raises(OrderRejectedError, match=f"own order {resting} "):
        simulator.submit_limit(Side.SELL, 1, simulator.best_bid_ticks)
    simulator.cancel(resting)
    simulator.submit_market(Side.SELL, 1)
    assert len(simulator.take_fills()) == 1


def test_own_trades_count_in_the_volume() -> None:
    simulator = market()
    simulator.submit_market(Side.SELL, 25)
    assert simulator.traded_volume == 25


def test_buying_pushes_the_price_up_and_faster_buying_costs_more() -> None:
    seeds = range(6)
    slow, fast = (
        np.mean([cost_of_buying(5_000, seconds, seed) for seed in seeds]) for seconds in (1800, 180)
    )
    assert 0.5 < slow < fast < 20.0


def cost_of_buying(quantity: int, seconds: int, seed: int) -> float:
    """Average price paid over the mid at arrival [ticks], most of the price's own noise taken out."""
    simulator = market(seed=seed)
    simulator.engine.parameters = simulator.engine.parameters._replace(volatility=0.1)
    arrival, paid, bought = simulator.mid_ticks, 0.0, 0
    for child in range(50):
        simulator.advance_to(child * seconds * SECOND_NS // 50)
        simulator.submit_market(Side.BUY, quantity // 50)
    for fill in simulator.take_fills():
        paid += fill.quantity * (fill.price_ticks - arrival)
        bought += fill.quantity
    return paid / bought


def test_an_own_trade_moves_the_reference_by_the_law_of_the_latent_book() -> None:
    simulator = market()
    before = simulator.engine.state["fundamental_ticks"][0]
    simulator.submit_market(Side.BUY, 1_000)
    impact = reference_parameters(CALM, parameters_of(Regime.CALM))
    assert simulator.engine.state["fundamental_ticks"][0] - before == pytest.approx(1_000 * impact.permanent)
    displaced = displacement(1_000.0, impact.impact_ticks, impact.rest_volume)
    assert simulator.engine.state["transient_ticks"][0] == pytest.approx(displaced)


def test_a_sweep_of_the_whole_book_fills_what_there_is_and_the_market_comes_back() -> None:
    simulator = market()
    there = sum(level.volume for level in simulator.depth(Side.SELL, 10_000))
    simulator.submit_market(Side.BUY, there + 1_000)
    assert sum(fill.quantity for fill in simulator.take_fills()) == there
    assert simulator.depth(Side.SELL, 1) == []
    simulator.advance_to(30 * SECOND_NS)
    assert 0 < simulator.best_ask_ticks - simulator.best_bid_ticks < 10


def test_a_resting_order_far_from_the_market_is_kept_and_absurdly_far_is_refused() -> None:
    simulator = market()
    far = simulator.submit_limit(Side.BUY, 1, 100)
    simulator.advance_to(5 * SECOND_NS)
    assert simulator.volume_ahead(far) == 0
    before = picture(simulator)
    with pytest.raises(BookCapacityError):
        simulator.submit_limit(Side.BUY, 1, -(2**29))
    assert picture(simulator) == before


def test_a_market_that_travels_beyond_the_first_ladder_goes_on() -> None:
    simulator = market(replace(CALM, volatility=5.0, half_spread_ticks=20.0))
    for minute in range(1, 120):
        simulator.advance_to(minute * 60 * SECOND_NS)
    assert simulator.engine.book.arrays.state["origin_ticks"][0] != 10_600 - 2048
    assert simulator.depth(Side.BUY, 1)
    assert simulator.depth(Side.SELL, 1)


@pytest.mark.parametrize("field", ["mid_price", "tick_size", "volatility", "average_daily_volume"])
@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_conditions_out_of_range_are_refused_by_name(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{field} is {value}"):
        replace(CALM, **{field: value})


def test_a_spread_below_one_tick_is_refused() -> None:
    with pytest.raises(ValueError, match=r"half_spread_ticks is 0\.25, expected at least 0\.5"):
        replace(CALM, half_spread_ticks=0.25)


def test_two_agents_on_one_seed_meet_the_same_news() -> None:
    news = []
    for quantity in (1, 500):
        simulator = market(seed=11)
        for second in range(60):
            simulator.advance_to(second * SECOND_NS)
            simulator.submit_market(Side.BUY, quantity)
        simulator.advance_to(60 * SECOND_NS)
        news.append(simulator.engine.news.streams.tobytes())
    assert news[0] == news[1]


@pytest.mark.parametrize(("expected_sign", "surprise"), [(0.0, 10.0), (1.0, 0.0), (-0.7, 17.0)])
def test_the_reference_moves_by_what_a_trade_surprises(expected_sign: float, surprise: float) -> None:
    impact = reference_parameters(CALM, parameters_of(Regime.CALM))
    book, flow = OrderBook(centre_ticks=100), np.zeros(1, FLOW_STATE)
    set_at_rest(flow, impact, 100.0)
    flow["expected_sign"] = expected_sign
    book.limit(Side.SELL, 10, 101)
    events = book.market(Side.BUY, 10)
    settle(book.arrays, flow[0], events, len(events))
    assert flow["fundamental_ticks"][0] - 100.0 == pytest.approx(impact.permanent * surprise, abs=1e-12)
    displaced = displacement(surprise, impact.impact_ticks, impact.rest_volume)
    assert flow["transient_ticks"][0] == pytest.approx(displaced, abs=1e-15)
