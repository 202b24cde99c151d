from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from execution.book.core import enter_market
from execution.book.layout import NO_ASK, NO_BID
from execution.market.flows import hawkes
from execution.market.flows.hawkes import ASK_SIDE, EVENT_TYPES, HawkesEvent, HawkesFlow, hawkes_state
from execution.market.flows.hawkes_process import Hawkes
from tests.execution.market.flows.lone_book import LoneBook

ADD, DELETE, TRADE = 1, 3, 4


def process() -> Hawkes:
    branching = np.zeros((EVENT_TYPES, EVENT_TYPES, 2))
    branching[np.arange(EVENT_TYPES), np.arange(EVENT_TYPES)] = (0.2, 0.1)
    for side in (0, ASK_SIDE):
        branching[side + HawkesEvent.TRADE, side + HawkesEvent.CANCEL_TOUCH, 0] = 0.1
        branching[side + HawkesEvent.LIMIT_TOUCH, side + HawkesEvent.TRADE, 1] = 0.2
    baseline = np.tile([4.0, 4.0, 2.0, 3.0, 0.5], 2)
    return Hawkes(baseline=baseline, branching=branching, decay=np.array([1.0, 20.0]))


FLOW = HawkesFlow(
    process=process(),
    improve_share=0.4,
    behind_weights=1.0 / np.arange(1.0, 11.0),
    usual_spread=2.0,
    target_orders=120.0,
)


def alone(flow: HawkesFlow, seed: int = 0) -> LoneBook:
    state = hawkes_state(start_ns=0, bid_ticks=0, ask_ticks=1)
    return LoneBook(flow.parameters(), state, seed=seed, levels=8192)


def test_events_in_the_book_come_at_the_processes_stationary_rates() -> None:
    # Limit orders outnumber what leaves, so that no cancel and no trade ever fails for want of an order.
    lone = alone(replace(FLOW, target_orders=None), seed=1)
    lone.run(until_s=5.0)
    log = lone.run(until_s=35.0, log_rows=10_000)
    rates = FLOW.process.stationary_rates
    for kind, events in (
        (ADD, (HawkesEvent.LIMIT_TOUCH, HawkesEvent.LIMIT_BEHIND)),
        (TRADE, (HawkesEvent.TRADE,)),
        (DELETE, (HawkesEvent.CANCEL_TOUCH, HawkesEvent.CANCEL_BEHIND)),
    ):
        expected = 30.0 * sum(rates[side + event] for event in events for side in (0, ASK_SIDE))
        count = np.count_nonzero(log["kind"] == kind)
        # Clustering widens Poisson's deviation by 1 / (1 - branching) at most.
        assert count == pytest.approx(
            expected, abs=3.5 * math.sqrt(expected) / (1.0 - FLOW.process.spectral_radius)
        )


def test_a_target_holds_the_books_size_and_spread_for_a_long_time() -> None:
    lone = alone(FLOW, seed=2)
    live, spread = [], []
    for k in range(1, 1_001):
        lone.run(until_s=4.0 * k)
        lone.recentre()
        state = lone.book.state[0]
        if k > 50 and state["best_bid"] != NO_BID and state["best_ask"] != NO_ASK:
            live.append(int(state["live_orders"]))
            spread.append(int(state["best_ask"] - state["best_bid"]))
    assert len(spread) > 900
    assert 0.3 * 120 < np.mean(live) < 3.0 * 120
    assert np.mean(spread) < 6.0
    assert min(spread) >= 1


def test_anybodys_trade_excites_the_flow_as_its_own_do() -> None:
    lone = alone(FLOW, seed=3)
    lone.run(until_s=10.0)
    before = lone.state["excitation"].copy()
    count = enter_market(lone.book, 1, 1, 7, 10**9, 0, lone.events, 0)
    hawkes.observe(lone.book, lone.state[0], lone.parameters, lone.events, count)
    jump = lone.parameters.process.jump[HawkesEvent.TRADE]  # type: ignore[union-attr]
    assert lone.state["excitation"][0][:2] == pytest.approx(before[0][:2] + jump, rel=1e-12)


def test_a_market_order_through_several_makers_is_one_event() -> None:
    lone = alone(FLOW, seed=3)
    lone.run(until_s=10.0)
    before = lone.state["excitation"].copy()
    count = enter_market(lone.book, -1, 5, 7, 10**9, 0, lone.events, 0)
    assert count >= 3
    hawkes.observe(lone.book, lone.state[0], lone.parameters, lone.events, count)
    jump = lone.parameters.process.jump[ASK_SIDE + HawkesEvent.TRADE]  # type: ignore[union-attr]
    assert lone.state["excitation"][0][:2] == pytest.approx(before[0][:2] + jump, rel=1e-12)


def test_limit_orders_never_trade_on_entry() -> None:
    log = alone(FLOW, seed=4).run(events=20_000, log_rows=40_000)
    added = log["ts_ns"][log["kind"] == ADD]
    traded = log["ts_ns"][log["kind"] == TRADE]
    assert len(traded) > 500
    assert not set(added.tolist()) & set(traded.tolist())


def test_one_seed_gives_one_log_in_steps_of_any_length() -> None:
    whole = alone(FLOW, seed=5).run(until_s=20.0, log_rows=5_000)
    lone = alone(FLOW, seed=5)
    parts = [lone.run(until_s=until, log_rows=5_000) for until in (0.3, 7.0, 20.0)]
    assert np.array_equal(np.concatenate(parts), whole)


def test_a_flow_without_rates_never_acts() -> None:
    still = Hawkes(
        baseline=np.zeros(EVENT_TYPES), branching=np.zeros((EVENT_TYPES, EVENT_TYPES, 1)), decay=np.ones(1)
    )
    assert len(alone(replace(FLOW, process=still)).run(until_s=1e6, log_rows=10)) == 0


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"improve_share": 1.1}, "improve_share is 1.1"),
        ({"improve_fraction": math.nan}, "improve_fraction is nan"),
        ({"usual_spread": 0.5}, "usual_spread is 0.5"),
        ({"limit_size": math.inf}, "limit_size is inf"),
        ({"target_orders": 0.0}, "target_orders is 0.0"),
        ({"behind_weights": np.zeros(3)}, "weights are"),
    ],
)
def test_numbers_out_of_range_are_refused(change: dict[str, object], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        replace(FLOW, **change)  # type: ignore[arg-type]


def test_a_process_of_other_types_is_refused() -> None:
    two = Hawkes(baseline=np.ones(2), branching=np.zeros((2, 2, 1)), decay=np.ones(1))
    with pytest.raises(ValueError, match="expected 10 types and up to 4 scales"):
        replace(FLOW, process=two)
    with pytest.raises(ValueError, match="expected less than ask_ticks"):
        hawkes_state(start_ns=0, bid_ticks=1, ask_ticks=1)
