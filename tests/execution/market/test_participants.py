"""How participants decide: pure arithmetic first, then what each sends for what it has seen."""

from __future__ import annotations

import math

import numpy as np
import pytest

from execution.market.layout import CLOCK, HANDLE, PARTICIPANT, SIGHTING, TICKET, Action
from execution.market.participants import (
    arbitrage,
    informed,
    market_maker,
    mean_reversion,
    meta_order,
    momentum,
    noise,
)
from execution.market.participants.decision import geometric, power_law, quote
from execution.random_stream import new_stream

TICKETS = np.zeros(16, TICKET)


def sighting(bid: int = 100, ask: int = 102, reference: float = 101.0) -> np.ndarray:
    seen = np.zeros(1, SIGHTING)
    seen["bid_ticks"], seen["ask_ticks"], seen["reference_ticks"] = bid, ask, reference
    seen["bid_quantity"] = seen["ask_quantity"] = 50
    return seen


def participant(**values: float) -> np.ndarray:
    me = np.zeros(1, PARTICIPANT)
    defaults = {"first_handle": 1, "handles": 8, "quantity": 10, "inventory_limit": 100}
    for name, value in (defaults | values).items():
        me[name] = value
    return me


def calm() -> np.ndarray:
    clock = np.zeros(1, CLOCK)
    for name in ("activity", "volatility", "spread", "bid_depth", "ask_depth"):
        clock[name] = 1.0
    return clock


def maker(**values: float) -> np.ndarray:
    stated = {"levels": 2, "level_gap_ticks": 1, "risk_aversion": 0.01, "arrival_decay": 1.0}
    return participant(**(stated | {"horizon_seconds": 10.0, "half_spread_ticks": 0.5} | values))


def maker_quotes(me: np.ndarray, seen: np.ndarray, sigma: float = 1.0) -> list[tuple[int, int, int]]:
    count = market_maker.decide(me[0], np.zeros(9, HANDLE), seen[0], calm()[0], sigma, TICKETS)
    return [tuple(map(int, (t["side"], t["price_ticks"], t["quantity"]))) for t in TICKETS[:count]]


def test_the_half_spread_is_avellanedas_and_stoikovs() -> None:
    # Their section 3.3: gamma 0.1, k 1.5, sigma 2, T 1 at t = 0: spread 0.4 + 20 log(1 + 1/15).
    assert 2 * market_maker.optimal_half_spread(0.1, 1.5, 0.4) == pytest.approx(0.4 + 20 * math.log(16 / 15))
    assert market_maker.optimal_half_spread(0.0, 1.5, 0.0) == pytest.approx(1 / 1.5)
    assert market_maker.optimal_half_spread(1e-9, 1.5, 0.0) == pytest.approx(1 / 1.5, rel=1e-6)


def test_a_long_maker_is_indifferent_to_its_stock_below_the_mid() -> None:
    assert market_maker.reservation_price(100.0, 0, 0.4) == 100.0
    assert market_maker.reservation_price(100.0, 5, 0.4) == 98.0
    assert market_maker.reservation_price(100.0, -5, 0.4) == 102.0


def test_a_flat_maker_quotes_both_sides_evenly() -> None:
    assert maker_quotes(maker(), sighting()) == [(1, 100, 10), (1, 99, 10), (-1, 102, 10), (-1, 103, 10)]


def test_a_long_maker_moves_both_quotes_down() -> None:
    long = maker_quotes(maker(inventory=40), sighting())
    assert [price for _, price, _ in long] == [96, 95, 98, 99]


def test_a_maker_at_its_limit_quotes_the_other_side_alone() -> None:
    assert {side for side, _, _ in maker_quotes(maker(inventory=100), sighting())} == {-1}
    assert {side for side, _, _ in maker_quotes(maker(inventory=-100), sighting())} == {1}


@pytest.mark.parametrize("inventory", [-100, -95, 0, 85, 95, 99])
def test_a_makers_quotes_never_add_to_more_than_its_limit(inventory: int) -> None:
    quotes = maker_quotes(maker(inventory=inventory), sighting())
    for side in (1, -1):
        assert side * inventory + sum(size for s, _, size in quotes if s == side) <= 100


def test_a_quote_at_its_price_keeps_its_place_and_one_that_moved_is_replaced() -> None:
    handles = np.zeros(9, HANDLE)
    assert quote(handles, 1, 1, 10, 100, 0, TICKETS, 0) == 1
    assert quote(handles, 1, 1, 10, 100, 0, TICKETS, 0) == 0
    assert quote(handles, 1, 1, 10, 99, 0, TICKETS, 0) == 2
    assert [int(ticket["action"]) for ticket in TICKETS[:2]] == [Action.CANCEL, Action.SLIDE]
    handles["believed"][1] = 4
    assert quote(handles, 1, 1, 10, 99, 0, TICKETS, 0) == 2
    assert quote(handles, 1, 1, 0, 99, 0, TICKETS, 0) == 1
    assert quote(handles, 1, 1, 0, 99, 0, TICKETS, 0) == 0


def test_a_crowd_buys_more_often_what_it_finds_cheap() -> None:
    assert noise.buy_probability(100.0, 100.0, 0.05) == 0.5
    assert noise.buy_probability(98.0, 100.0, 0.05) == pytest.approx(0.6)
    assert noise.buy_probability(0.0, 100.0, 0.05) == 1.0
    assert noise.buy_probability(200.0, 100.0, 0.05) == 0.0


def test_a_crowds_limit_orders_stay_behind_the_opposite_best_and_its_reserve() -> None:
    assert noise.opposite_price(sighting()[0], 1, 1e6) == 102
    assert noise.opposite_price(sighting()[0], -1, 1e6) == 100
    assert noise.opposite_price(sighting(reference=110.0)[0], -1, 0.5) == 109
    assert noise.opposite_price(sighting(reference=90.0)[0], 1, 0.5) == 91


def test_a_crowd_cancels_each_of_its_orders_as_often() -> None:
    handles = np.zeros(9, HANDLE)
    handles["member"] = np.arange(9)
    handles["place"][1:] = np.arange(8)
    stream, drawn = new_stream(np.random.SeedSequence(1)), np.zeros(9)
    for _ in range(4_000):
        me = participant(live_handles=8)
        noise.withdraw_any(me[0], handles, stream, TICKETS)
        drawn[int(TICKETS["handle"][0])] += 1
    assert drawn[0] == 0
    assert np.abs(drawn[1:] / 500 - 1.0).max() < 0.2


def test_a_handle_that_is_forgotten_is_the_next_one_given() -> None:
    handles = np.zeros(9, HANDLE)
    handles["member"] = np.arange(9)
    handles["place"][1:] = np.arange(8)
    me = participant(live_handles=5)
    noise.forget(me[0], handles, 2)
    assert me["live_handles"][0] == 4
    assert handles["member"][1 + 4] == 2
    assert sorted(handles["member"][1:5].tolist()) == [1, 3, 4, 5]
    assert [int(handles["place"][handles["member"][1 + k]]) for k in range(8)] == list(range(8))


@pytest.mark.parametrize(("signal", "wanted"), [(5.0, 100), (-5.0, -100), (3.0, 40), (1.0, 0), (-1.0, 0)])
def test_a_momentum_trader_follows_a_move_and_leaves_when_it_is_over(signal: float, wanted: int) -> None:
    assert momentum.wanted_inventory(signal, 4.0, 100, 40) == wanted


@pytest.mark.parametrize(
    ("deviation", "inventory", "wanted"), [(5.0, 0, -100), (-5.0, 0, 100), (2.0, -50, -50), (-0.1, -50, 0)]
)
def test_a_mean_reversion_trader_leans_against_a_move_until_it_is_back(
    deviation: float, inventory: int, wanted: int
) -> None:
    assert mean_reversion.wanted_inventory(deviation, 4.0, 100, inventory) == wanted


def informed_sends(drift: float, **values: float) -> list[tuple[int, int, int]]:
    me = participant(threshold_ticks=1.0, foresight_seconds=10.0, **values)
    count = informed.decide(me[0], sighting()[0], drift, TICKETS)
    return [tuple(map(int, (t["side"], t["price_ticks"], t["quantity"]))) for t in TICKETS[:count]]


def test_an_informed_trader_takes_what_its_drift_makes_wrong_and_holds_it() -> None:
    assert informed_sends(0.0) == []
    assert informed_sends(0.5) == [(1, 102, 10)]
    assert informed_sends(-0.5) == [(-1, 100, 10)]
    assert informed_sends(0.0, inventory=7) == []
    assert informed_sends(-0.5, inventory=7) == [(-1, 100, 10)]
    assert informed_sends(0.5, inventory=96) == [(1, 102, 4)]
    assert informed_sends(0.5, inventory=100) == []


def test_who_has_not_seen_what_became_of_its_last_order_waits() -> None:
    assert informed_sends(0.5, seen_ns=9, last_arrival_ns=10) == []
    assert informed_sends(0.5, seen_ns=10, last_arrival_ns=10) == [(1, 102, 10)]


def test_a_meta_order_sends_equal_slices_of_one_side_that_add_up_to_it() -> None:
    me, stream = participant(size_exponent=1.5, idle_seconds=60.0), new_stream(np.random.SeedSequence(2))
    slices = []
    while not slices or me["remaining"][0] != 0.0:
        assert meta_order.decide(me[0], stream, 5, TICKETS) == 1
        slices.append(int(TICKETS["side"][0] * TICKETS["quantity"][0]))
    assert len({np.sign(one) for one in slices}) == 1
    assert {abs(one) for one in slices[:-1]} <= {10}
    assert 10 <= abs(sum(slices)) <= 100
    assert me["idle_until_ns"][0] > 5
    assert meta_order.decide(me[0], stream, 6, TICKETS) == 0


def test_an_arbitrageur_takes_both_sides_of_what_is_crossed_beyond_fees() -> None:
    me = participant(book=0, other_book=1)
    here, there = sighting(100, 102), sighting(104, 106)
    assert arbitrage.decide(me[0], here[0], there[0], 1.0, TICKETS) == 2
    sent = [tuple(map(int, (t["book"], t["side"], t["price_ticks"], t["quantity"]))) for t in TICKETS[:2]]
    assert sent == [(0, 1, 102, 10), (1, -1, 104, 10)]
    assert arbitrage.decide(me[0], there[0], here[0], 1.0, TICKETS) == 2
    assert arbitrage.decide(me[0], here[0], there[0], 2.0, TICKETS) == 0


def test_sizes_have_their_stated_laws() -> None:
    stream = new_stream(np.random.SeedSequence(3))
    sizes = np.array([geometric(20.0, stream) for _ in range(5_000)])
    assert sizes.min() == 1
    assert sizes.mean() == pytest.approx(20.0, rel=0.05)
    assert {geometric(0.5, stream) for _ in range(10)} == {1}
    distances = np.array([power_law(4.0, 1.5, stream) for _ in range(5_000)])
    assert np.mean(distances > 12.0) == pytest.approx(4.0**-1.5, rel=0.15)
    tail = np.array([meta_order.pareto(10.0, 1.5, 1e9, stream) for _ in range(5_000)])
    assert np.mean(tail > 40.0) == pytest.approx(4.0**-1.5, rel=0.15)
