"""Dark pools: shares and cash are conserved, the mid is the price, and the informed come before moves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.agents.markets import Markets, Venue
from execution.agents.worker import SurpriseCost
from execution.book.layout import MESSAGE, MessageKind, RecordArray
from execution.errors import OrderRejectedError
from execution.market.batch_kernel import NO_MESSAGE
from execution.market.pool_terms import DarkPoolTerms
from execution.venues.dark import DarkPool
from execution.venues.dark_markets import DarkMarkets
from tests.execution.venues.still_markets import StillMarkets

SECOND = 10**9
BUSY = DarkPoolTerms(arrivals_per_second=2.0, mean_lots=20.0)
SEED = np.random.SeedSequence(7)


def messages(kind: int, count: int, side: int = 1, quantity: int = 1, order_id: int = 0) -> RecordArray:
    found = np.zeros(count, MESSAGE)
    found["kind"], found["side"], found["quantity"], found["order_id"] = kind, side, quantity, order_id
    return found


def pool_with(terms: DarkPoolTerms, side: int, lots: int, markets: int = 1) -> DarkPool:
    pool = DarkPool(terms, markets, 1, SEED)
    assert (pool.enter(messages(MessageKind.LIMIT, markets, side, lots)) == 1).all()
    return pool


def match(pool: DarkPool, seconds: float, mid_twice: int = 203, moved: float = 0.0) -> None:
    count = len(pool.orders)
    pool.match(np.full(count, seconds), np.full(count, mid_twice), np.full(count, moved), np.full(count, 2.0))


def test_a_pool_is_a_venue_and_markets_with_pools_are_markets() -> None:
    assert isinstance(DarkMarkets(StillMarkets(2), (BUSY,), SEED), Markets)
    venue: Venue = pool_with(BUSY, 1, 10)
    assert (venue.depth == 0).all()


@settings(deadline=None, max_examples=60)
@given(
    side=st.sampled_from([1, -1]),
    lots=st.integers(1, 500),
    mid_twice=st.integers(-50, 2000),
    least=st.integers(1, 30),
    steps=st.lists(st.tuples(st.floats(0.0, 5.0), st.floats(-3.0, 3.0)), max_size=8),
)
def test_shares_and_cash_are_conserved(
    side: int, lots: int, mid_twice: int, least: int, steps: list[tuple[float, float]]
) -> None:
    terms = DarkPoolTerms(arrivals_per_second=1.0, mean_lots=9.0, informed_per_tick=1.0, least_lots=least)
    pool = pool_with(terms, side, lots)
    odd = 0
    for seconds, moved in steps:
        before = int(pool.orders[0, 1])
        match(pool, seconds, mid_twice, moved)
        odd += (before - int(pool.orders[0, 1])) * mid_twice % 2
    account, filled = pool.account[0], lots - int(pool.orders[0, 1])
    assert 0 <= filled <= lots
    assert account["position"] == side * filled
    assert account["maker_lots"] == filled
    assert account["surprise"] == 2.0 * side * filled
    # What is paid is the mid, and half a tick more wherever the lots of a stretch do not pair.
    assert 2 * account["cash"] == -side * filled * mid_twice - odd


def test_nobody_comes_to_a_pool_without_arrivals_and_nothing_is_a_trade_below_the_least_size() -> None:
    empty = pool_with(DarkPoolTerms(arrivals_per_second=0.0, mean_lots=5.0), 1, 100)
    match(empty, 1000.0)
    small = pool_with(DarkPoolTerms(arrivals_per_second=5.0, mean_lots=1.0, least_lots=2), 1, 100)
    match(small, 1000.0)
    assert empty.orders[0, 1] == small.orders[0, 1] == 100


@pytest.mark.parametrize("side", [1, -1])
def test_as_much_comes_as_the_law_says(side: int) -> None:
    pool = pool_with(DarkPoolTerms(arrivals_per_second=0.5, mean_lots=20.0), side, 10**9, markets=2000)
    match(pool, 10.0)
    filled = pool.account["maker_lots"].astype(float)
    # A compound Poisson law of 5 geometric sizes: mean 100, variance 5 x 20 x (2 x 20 - 1).
    assert abs(filled.mean() - 100.0) < 4.0 * math.sqrt(5.0 * 20.0 * 39.0 / 2000.0)
    assert filled.var() == pytest.approx(5.0 * 20.0 * 39.0, rel=0.15)


def test_the_informed_come_before_moves_against_us_only() -> None:
    terms = DarkPoolTerms(arrivals_per_second=0.0, mean_lots=10.0, informed_per_tick=2.0)
    for side, moved, comes in ((1, -3.0, True), (1, 3.0, False), (-1, 3.0, True), (-1, -3.0, False)):
        pool = pool_with(terms, side, 10**6, markets=50)
        match(pool, 1.0, moved=moved)
        assert (pool.account["maker_lots"].sum() > 0) == comes


def test_those_who_know_nothing_come_alike_whatever_rests() -> None:
    little, much = pool_with(BUSY, 1, 5, markets=20), pool_with(BUSY, 1, 10**6, markets=20)
    for _ in range(5):
        match(little, 1.0)
        match(much, 1.0)
    capped = np.minimum(much.account["maker_lots"], 5)
    np.testing.assert_array_equal(little.account["maker_lots"], capped)


def test_orders_are_reduced_cancelled_and_replaced() -> None:
    pool = pool_with(BUSY, 1, 10, markets=2)
    slots = np.ones(2, np.int64)
    np.testing.assert_array_equal(pool.enter(messages(MessageKind.REDUCE, 2, 1, 4, order_id=1)), [1, 1])
    np.testing.assert_array_equal(pool.resting(slots), [[6, 0], [6, 0]])
    pool.enter(messages(MessageKind.CANCEL, 2, order_id=9))
    pool.enter(messages(MessageKind.MARKET, 2, quantity=3))
    pool.enter(messages(NO_MESSAGE, 2))
    np.testing.assert_array_equal(pool.resting(slots)[:, 0], [6, 6])
    pool.enter(messages(MessageKind.LIMIT, 2, -1, 3))
    np.testing.assert_array_equal(pool.orders, [[-1, 3], [-1, 3]])
    pool.enter(messages(MessageKind.CANCEL, 2, order_id=2))
    np.testing.assert_array_equal(pool.resting(slots), np.zeros((2, 2)))
    np.testing.assert_array_equal(pool.resting(np.zeros(2, np.int64)), np.zeros((2, 2)))


def test_messages_that_no_book_takes_are_refused() -> None:
    with pytest.raises(OrderRejectedError, match="quantity"):
        pool_with(BUSY, 1, 10).enter(messages(MessageKind.LIMIT, 1, quantity=0))


def test_fills_are_at_the_mid_before_the_move_and_within_the_account_of_all_venues() -> None:
    still = StillMarkets(3)
    markets = DarkMarkets(still, (BUSY, BUSY), SEED)
    markets.pools[0].enter(messages(MessageKind.LIMIT, 3, 1, 2))
    still.set(90, 91)
    markets.step_until(20 * SECOND)
    account = markets.account
    np.testing.assert_array_equal(account["position"], [2, 2, 2])
    np.testing.assert_array_equal(account["cash"], [-203, -203, -203])
    assert (markets.pools[1].account["position"] == 0).all()
    markets.renew_pools(1, SEED)
    np.testing.assert_array_equal(markets.account["position"], [2, 0, 2])


@pytest.mark.parametrize(
    "change",
    [
        {"arrivals_per_second": -1.0},
        {"mean_lots": 0.5},
        {"informed_per_tick": math.nan},
        {"least_lots": 0},
        {"fee_ticks": math.inf},
    ],
)
def test_terms_out_of_range_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="got"):
        DarkPoolTerms(**{"arrivals_per_second": 1.0, "mean_lots": 5.0, **change})


class Walk(StillMarkets):
    """Markets whose news move the mid a tick up or down at every step."""

    rng = np.random.default_rng(1)

    def step_until(self, ts_ns: int | np.ndarray) -> np.ndarray:
        """Let news come."""
        moves = self.rng.choice([-1, 1], len(self))
        self.surprise_ticks = self.surprise_ticks + moves
        self.next = self.depth + np.array([1, 0], np.int32) * moves[:, None, None, None].astype(np.int32)
        return super().step_until(ts_ns)


@pytest.mark.parametrize("side", [1, -1])
def test_what_news_made_is_zero_on_average_though_the_informed_know_them(side: int) -> None:
    terms = DarkPoolTerms(arrivals_per_second=0.1, mean_lots=5.0, informed_per_tick=1.0)
    count, lots = 4000, 50
    markets = DarkMarkets(Walk(count), (terms,), SEED)
    markets.pools[0].enter(messages(MessageKind.LIMIT, count, side, lots))
    news = SurpriseCost(markets)
    for second in range(1, 11):
        markets.step_until(second * SECOND)
    left = lots - side * markets.account["position"]
    cost = news.cost(np.full(count, side, np.int64), left)
    assert 0.2 * lots < left.mean() < 0.8 * lots
    assert abs(cost.mean()) < 4.0 * cost.std() / math.sqrt(count)
