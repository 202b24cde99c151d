"""The event loop: one seed one market, nobody sees what he cannot have seen, nothing is created or lost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from execution.book.layout import EventKind
from execution.market.agent_market import AgentMarket
from execution.market.layout import Action, ParticipantKind
from execution.market.participant_terms import LatencyTerms, ParticipantTerms
from execution.market.scenario import MarketScenario, load_market

SECOND = 10**9
CALM, PAIR, VENUES, OPTIONS = (load_market(name) for name in ("calm", "pair", "venues", "options"))


def market(scenario: MarketScenario = CALM, seed: int = 1, *, logged: bool = True) -> AgentMarket:
    return AgentMarket(scenario, 0, np.random.SeedSequence(seed), logged=logged)


def run(scenario: MarketScenario = CALM, seed: int = 1, seconds: int = 60) -> AgentMarket:
    one = market(scenario, seed)
    one.run(seconds * SECOND)
    return one


def test_one_seed_gives_one_event_log_and_another_seed_another() -> None:
    first, again, other = run(), run(), run(seed=2)
    assert first.logged_events().tobytes() == again.logged_events().tobytes()
    assert first.logged_events().tobytes() != other.logged_events().tobytes()


def test_steps_of_any_length_give_the_same_log() -> None:
    often = market()
    for ts_ns in np.sort(np.random.default_rng(3).integers(0, 60 * SECOND, 500)):
        often.run(int(ts_ns))
    often.run(60 * SECOND)
    assert often.logged_events().tobytes() == run().logged_events().tobytes()


@pytest.mark.parametrize("start_ns", [0, -(10**15), 1_700_000_000 * SECOND])
def test_a_market_starts_full_whenever_it_starts(start_ns: int) -> None:
    one = AgentMarket(CALM, start_ns, np.random.SeedSequence(1))
    assert one.now_ns == start_ns
    assert len(one.faces[0].depth(1, 3)) == len(one.faces[0].depth(-1, 3)) == 3
    assert abs(one.faces[0].best_bid_ticks - 10_000) < 10
    assert one.arrays.instruments["news_ticks"][0] == one.arrays.venues["traded"][0] == 0


def test_a_log_changes_nothing() -> None:
    silent = market(logged=False)
    silent.run(60 * SECOND)
    assert silent.arrays.participants.tobytes() == run().arrays.participants.tobytes()
    with pytest.raises(ValueError, match="keeps no log"):
        silent.logged_events()


def test_another_instrument_leaves_the_first_ones_market_as_it_is() -> None:
    names = {"first"}
    alone = replace(
        PAIR,
        instruments=PAIR.instruments[:1],
        venues=PAIR.venues[:1],
        participants=tuple(terms for terms in PAIR.participants if terms.venue in names),
        correlation={},
    )
    both, one = run(PAIR).logged_events(), run(alone).logged_events()
    here = both[both["book"] == 0]
    for name in ("ts_ns",):
        assert np.array_equal(here[name], one[name])
    for name in ("kind", "side", "quantity", "price_ticks"):
        assert np.array_equal(here["event"][name], one["event"][name])


def test_another_participant_takes_nobodys_random_numbers() -> None:
    idle = ParticipantTerms(
        name="idle",
        kind=ParticipantKind.MOMENTUM,
        venue="main",
        numbers={
            "wake_rate": 1.0,
            "quantity": 1.0,
            "inventory_limit": 1.0,
            "threshold_ticks": 1e6,
            "fast_seconds": 1.0,
            "slow_seconds": 2.0,
        },
    )
    with_idle = run(replace(CALM, participants=(idle, *CALM.participants)))
    same = with_idle.logged_events()["event"]["price_ticks"]
    assert np.array_equal(same, run().logged_events()["event"]["price_ticks"])


def test_quantity_is_conserved_between_all_participants() -> None:
    one = run(seconds=300)
    assert one.arrays.participants["position"].sum() == 0
    trades = one.logged_events()["event"]
    trades = trades[trades["kind"] == EventKind.TRADE]
    assert one.arrays.venues["traded"][0] == trades["quantity"].sum()
    assert one.arrays.participants["traded"].sum() == 2 * trades["quantity"].sum()


def test_fees_are_what_the_venue_takes_from_all_together() -> None:
    one = run(seconds=300)
    venue = one.arrays.venues[0]
    fees = (venue["maker_fee"] + venue["taker_fee"]) * venue["traded"]
    assert -one.arrays.participants["cash"].sum() == pytest.approx(fees, rel=1e-6)


def test_the_book_is_never_crossed_and_every_believed_quote_was_sent() -> None:
    one = market()
    for second in range(1, 120):
        one.run(second * SECOND)
        assert one.faces[0].best_bid_ticks < one.faces[0].best_ask_ticks
        makers = one.arrays.participants[one.arrays.participants["kind"] == ParticipantKind.MARKET_MAKER]
        assert (np.abs(makers["inventory"]) <= makers["inventory_limit"]).all()


def slow(feed_us: float, order_us: float) -> MarketScenario:
    latency = LatencyTerms(feed_us=feed_us, order_us=order_us)
    makers = [replace(terms, latency=latency) for terms in CALM.participants]
    return replace(CALM, participants=tuple(makers))


def test_a_participant_has_seen_nothing_younger_than_its_feed() -> None:
    one = market(slow(feed_us=50_000, order_us=0))
    for step in range(1, 400):
        one.run(step * SECOND // 7)
        assert (one.arrays.participants["seen_ns"] <= one.now_ns - 50_000_000).all()


def test_messages_arrive_no_sooner_than_their_latency_and_in_order() -> None:
    one = market(slow(feed_us=0, order_us=30_000))
    one.run(20 * SECOND)
    for me, link in zip(one.arrays.participants, one.arrays.links, strict=True):
        way = [link[k % len(link)] for k in range(int(me["link_first"]), int(me["link_next"]))]
        arrivals = [int(ticket["arrival_ns"]) for ticket in way]
        assert arrivals == sorted(arrivals)
        assert all(one.now_ns < arrival <= one.now_ns + 30_000_000 for arrival in arrivals)


def test_a_slow_maker_quotes_what_the_market_was() -> None:
    prompt, late = run(slow(0, 0), seconds=300), run(slow(2_000_000, 0), seconds=300)
    gaps = [
        np.abs(np.diff(one.logged_events()["event"]["price_ticks"].astype(float))).mean()
        for one in (prompt, late)
    ]
    assert all(np.isfinite(gap) for gap in gaps)
    made = [
        one.arrays.participants["cash"][1] + one.arrays.participants["position"][1] * 10_000.0
        for one in (prompt, late)
    ]
    assert made[0] != made[1]


def test_correlated_news_have_their_correlation_and_no_correlation_changes_the_first() -> None:
    one = market(PAIR, logged=False)
    news = []
    for step in range(1, 3_000):
        one.run(step * SECOND // 10)
        news.append(one.arrays.instruments["news_ticks"].copy())
    moves = np.diff(np.array(news), axis=0)
    assert np.corrcoef(moves.T)[0, 1] == pytest.approx(0.8, abs=0.03)
    daily = one.arrays.instruments["daily_volatility"] / np.sqrt(23_400)
    assert moves.std(axis=0) * np.sqrt(10) == pytest.approx(daily * np.sqrt(1.7) ** 1, rel=0.1)


def test_an_options_makers_quote_around_its_table() -> None:
    one = market(OPTIONS, logged=False)
    table = OPTIONS.instruments[1].fair_value
    assert table is not None
    for minute in range(1, 20):
        one.run(minute * 60 * SECOND)
        stock, option = one.arrays.instruments
        price, row = stock["reference_ticks"] * 0.01, minute * 60 / table.seconds[1]
        early, late = (np.interp(price, table.prices, values) for values in table.values[:2])
        assert option["fundamental_ticks"] == pytest.approx((early + row * (late - early)) / 0.01, abs=1.0)
        assert 0.3 < option["delta"] < 0.8
        bid, ask = one.faces[1].best_bid_ticks, one.faces[1].best_ask_ticks
        assert bid is not None
        assert ask is not None
        assert abs(0.5 * (bid + ask) - option["reference_ticks"]) < 6.0


def test_arbitrageurs_keep_two_venues_together() -> None:
    def apart(scenario: MarketScenario) -> float:
        one, gaps = market(scenario, logged=False), []
        for second in range(60, 600):
            one.run(second * SECOND)
            first, second_face = one.faces
            gaps.append(abs(first.best_bid_ticks - second_face.best_bid_ticks))
        return float(np.mean(gaps))

    # Nobody at the second venue knows the reference price: only arbitrage carries it there.
    blind = replace(
        VENUES,
        participants=tuple(
            replace(one, numbers={**one.numbers, "reference_weight": 0.0})
            if one.name == "makers at inverted"
            else one
            for one in VENUES.participants
            if one.name != "informed at inverted"
        ),
    )
    without = replace(blind, participants=blind.participants[:-1])
    assert VENUES.participants[-1].kind is ParticipantKind.ARBITRAGE
    assert apart(blind) < apart(without)


def test_a_message_kind_of_every_participant_reaches_the_book() -> None:
    one = run(seconds=600)
    people = one.arrays.participants
    assert all(people["sent"][people["kind"] == kind].sum() > 0 for kind in np.unique(people["kind"]))
    assert one.arrays.participants["overruns"].sum() == 0
    assert len(Action) == 5


def test_prices_that_leave_the_first_ladder_make_it_grow() -> None:
    wild = replace(CALM, instruments=(replace(CALM.instruments[0], volatility=8.0),))
    one = market(wild)
    levels = one.books.levels.shape[1]
    one.run(1200 * SECOND)
    assert one.books.levels.shape[1] > levels or one.books.state["origin_ticks"][0, 0] != 9_488
    assert one.faces[0].best_bid_ticks is not None
