from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from execution.book.core import enter_limit
from execution.book.layout import NO_ASK, NO_BID, EventKind
from execution.market.flows.santa_fe import SantaFe, santa_fe_state
from tests.execution.market.flows.lone_book import LoneBook
from tests.twins.cont_stoikov_talreja import filled_before_move, up_move
from tests.twins.santa_fe import ZeroIntelligence

FloatArray = npt.NDArray[np.float64]
ADD, DELETE, TRADE = 1, 3, 4
DEEP = SantaFe(limit_rates=np.full(12, 5.0), market_rate=1.0, cancel_rates=np.array([0.25]))


def alone(flow: SantaFe, seed: int = 0) -> LoneBook:
    return LoneBook(flow.parameters(), santa_fe_state(start_ns=0, bid_ticks=0, ask_ticks=1), seed=seed)


def rest(lone: LoneBook, side: int, price_ticks: int, count: int, owner: int = 0) -> int:
    slot = 0
    for _ in range(count):
        slot, _ = enter_limit(lone.book, side, 1, price_ticks, owner, int(lone.control[0]), 0, lone.events, 0)
        lone.control[0] += 1
    return int(slot)


def test_a_level_far_from_the_touch_is_poisson_with_mean_arrivals_over_cancellations() -> None:
    lone = alone(replace(DEEP, market_rate=0.0), seed=1)
    lone.run(until_s=60.0)
    volumes = []
    for k in range(1, 1500):  # every three lifetimes
        lone.run(until_s=60.0 + 12.0 * k)
        volumes.append(lone.volume(int(lone.book.state["best_bid"][0]) - 8))
    assert np.mean(volumes) == pytest.approx(20.0, abs=3.5 * math.sqrt(20.0 / len(volumes)))
    observed = np.bincount(np.clip(volumes, 12, 28), minlength=29)[12:]
    law = stats.poisson(20.0).pmf(np.arange(12, 29))
    law[0], law[-1] = stats.poisson(20.0).cdf(12), stats.poisson(20.0).sf(27)
    assert stats.chisquare(observed, len(volumes) * law).pvalue > 1e-3


def test_the_best_level_has_the_stationary_law_of_its_births_and_deaths() -> None:
    lone = alone(DEEP, seed=2)
    volumes = []
    for k in range(1, 2000):
        lone.run(until_s=60.0 + 12.0 * k)
        volumes.append(lone.volume(int(lone.book.state["best_ask"][0])))
    n = np.arange(1, 80)
    law = np.concatenate([[1.0], np.cumprod(5.0 / (1.0 + 0.25 * n))])
    law /= law.sum()
    mean = float(law @ np.arange(80))
    deviation = math.sqrt(float(law @ (np.arange(80) - mean) ** 2))
    assert np.mean(volumes) == pytest.approx(mean, abs=3.5 * deviation / math.sqrt(len(volumes)))
    assert np.std(volumes) == pytest.approx(deviation, rel=0.08)


def test_orders_come_at_their_rates_and_distances() -> None:
    flow = SantaFe(limit_rates=np.array([4.0, 2.0, 1.0, 1.0]), market_rate=2.0, cancel_rates=np.array([0.2]))
    lone = alone(flow, seed=3)
    lone.run(until_s=50.0)
    start = lone.seconds
    log = lone.run(until_s=3_050.0, log_rows=150_000)
    seconds = 3_050.0 - start
    for kind, rate in ((ADD, 16.0), (TRADE, 4.0)):
        for side in (1, -1):
            count = np.count_nonzero((log["kind"] == kind) & (log["side"] == side))
            assert count == pytest.approx(0.5 * rate * seconds, abs=3.5 * math.sqrt(0.5 * rate * seconds))
    # In the long run what comes goes: 12 a second are cancelled.
    assert np.count_nonzero(log["kind"] == DELETE) == pytest.approx(12.0 * seconds, rel=0.02)
    gaps = np.diff(log["ts_ns"][log["kind"] == ADD]) * 1e-9
    assert stats.kstest(gaps[::3], "expon", args=(0, 1 / 16.0)).pvalue > 1e-3


def test_spread_and_depth_are_those_of_a_slow_twin() -> None:
    flow = SantaFe(
        limit_rates=np.array([1.0, 0.6, 0.3]), market_rate=0.8, cancel_rates=np.array([0.3, 0.2, 0.1])
    )
    lone, twin = alone(flow, seed=4), ZeroIntelligence(flow, np.random.default_rng(4))
    fast: list[tuple[float, float]] = []
    slow: list[tuple[float, float]] = []
    for k in range(1, 301):
        lone.run(until_s=12.0 * k)
        lone.recentre()
        twin.run(12.0 * k)
        state = lone.book.state[0]
        if state["best_bid"] != NO_BID and state["best_ask"] != NO_ASK:
            fast.append((state["best_ask"] - state["best_bid"], lone.volume(int(state["best_bid"]))))
        if twin.orders[1] and twin.orders[-1]:
            slow.append((twin.best(-1) - twin.best(1), twin.orders[1].count(twin.best(1))))
    assert len(fast) == pytest.approx(len(slow), abs=4.0 * math.sqrt(len(slow) * (1 - len(slow) / 301) + 1))
    for ours, theirs in zip(np.array(fast).T, np.array(slow).T, strict=True):
        error = math.hypot(stats.sem(ours), stats.sem(theirs))
        assert ours.mean() == pytest.approx(theirs.mean(), abs=3.5 * error)


# The fitted rates of Cont, Stoikov and Talreja (2010), section 5: limit orders at distance 1, market orders,
# cancellations at distance 1, in orders a second.
CST = (1.85, 0.94, 0.71)
CST_FLOW = SantaFe(limit_rates=np.array([1.85]), market_rate=0.94, cancel_rates=np.array([0.71]))


@pytest.mark.parametrize(("bids", "asks"), [(1, 1), (1, 3), (4, 2)])
def test_the_next_price_move_is_up_as_often_as_cont_stoikov_and_talreja_say(bids: int, asks: int) -> None:
    runs, ups = 1_000, 0
    for seed in range(runs):
        lone = alone(CST_FLOW, seed)
        rest(lone, 1, 0, bids)
        rest(lone, -1, 1, asks)
        state = lone.book.state[0]
        while state["best_bid"] != NO_BID and state["best_ask"] != NO_ASK:
            lone.run(events=1)
        ups += state["best_ask"] == NO_ASK
    expected = up_move(bids, asks, *CST)
    assert ups / runs == pytest.approx(expected, abs=3.0 * math.sqrt(expected * (1 - expected) / runs))


def test_an_own_order_trades_before_the_price_moves_as_often_as_they_say() -> None:
    runs, fills, owner = 1_000, 0, 7
    for seed in range(runs):
        lone = alone(CST_FLOW, seed)
        rest(lone, 1, 0, 2)
        own = rest(lone, 1, 0, 1, owner)
        rest(lone, -1, 1, 3)
        order, state = lone.book.orders[own], lone.book.state[0]
        while order["owner"] == owner and order["quantity"] > 0 and state["best_ask"] != NO_ASK:
            lone.run(events=1)
        fills += order["quantity"] == 0 or order["owner"] != owner
    expected = filled_before_move(3, 3, *CST)
    assert fills / runs == pytest.approx(expected, abs=3.0 * math.sqrt(expected * (1 - expected) / runs))


def test_orders_of_others_are_never_cancelled() -> None:
    lone = alone(replace(DEEP, market_rate=0.0), seed=5)
    own = rest(lone, 1, -300, 1, owner=9)
    lone.run(events=50_000)
    assert lone.book.orders[own]["owner"] == 9
    assert lone.book.orders[own]["quantity"] == 1


def test_cancel_rates_by_distance_hold_by_distance() -> None:
    flow = SantaFe(limit_rates=np.full(3, 6.0), market_rate=0.0, cancel_rates=np.array([0.2, 0.4, 0.8]))
    lone = alone(flow, seed=6)
    means = np.zeros(3)
    for k in range(1, 1_201):
        lone.run(until_s=60.0 + 10.0 * k)
        means += [lone.volume(int(lone.book.state["best_ask"][0]) - d) for d in (1, 2, 3)]
    assert means / 1_200 == pytest.approx([30.0, 15.0, 7.5], rel=0.05)


def test_sizes_are_geometric_with_their_means() -> None:
    lone = alone(replace(DEEP, limit_size=4.0), seed=7)
    log = lone.run(events=60_000, log_rows=100_000)
    sizes = log["quantity"][log["kind"] == ADD]
    expected = len(sizes) * stats.geom(0.25).pmf(np.arange(1, 15))
    assert (
        stats.chisquare(
            np.bincount(sizes)[1:15], expected * np.bincount(sizes)[1:15].sum() / expected.sum()
        ).pvalue
        > 1e-3
    )


def test_one_seed_gives_one_log_in_steps_of_any_length() -> None:
    whole = alone(DEEP, seed=8).run(until_s=40.0, log_rows=20_000)
    lone = alone(DEEP, seed=8)
    parts = [lone.run(until_s=until, log_rows=20_000) for until in (0.1, 3.0, 3.0, 17.5, 40.0)]
    assert np.array_equal(np.concatenate(parts), whole)
    assert not np.array_equal(alone(DEEP, seed=9).run(until_s=40.0, log_rows=20_000)[:100], whole[:100])


def test_an_empty_side_is_met_at_the_price_last_seen() -> None:
    lone = alone(SantaFe(limit_rates=np.ones(1), market_rate=0.0, cancel_rates=np.zeros(1)))
    lone.run(events=1)
    assert lone.events[0]["kind"] == EventKind.RESTED
    assert lone.events[0]["price_ticks"] == (0 if lone.events[0]["side"] > 0 else 1)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"market_rate": -1.0}, "market_rate is -1.0"),
        ({"market_rate": math.nan}, "market_rate is nan"),
        ({"limit_rates": np.zeros(3)}, "the book would stay empty"),
        ({"limit_rates": np.array([1.0, math.inf])}, "limit_rates are"),
        ({"cancel_rates": np.array([])}, "cancel_rates are"),
        ({"limit_size": 0.5}, "limit_size is 0.5"),
    ],
)
def test_rates_that_are_none_are_refused(change: dict[str, object], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        replace(DEEP, **change)  # type: ignore[arg-type]


def test_a_crossed_start_is_refused() -> None:
    with pytest.raises(ValueError, match="bid_ticks is 3, expected less than ask_ticks, 3"):
        santa_fe_state(start_ns=0, bid_ticks=3, ask_ticks=3)
