"""The smart router: pools that fill and do not hurt get more, lit venues less, and never too much."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from execution.agents.actions import default_actions
from execution.agents.desk import Desk
from execution.agents.evaluate import evaluate
from execution.agents.market_source import ScenarioSource
from execution.agents.routers import BestPrice, EveryVenue, RouterWorker
from execution.agents.terms import VenueFees
from execution.market.pool_terms import DarkPoolTerms
from execution.market.scenario import load_market
from execution.venues.dark_markets import DarkMarkets, DarkSource
from execution.venues.router import LitOnly, RouterBeliefs, SmartRouter, SmartWorker
from tests.execution.agents.small_markets import small_task
from tests.execution.venues.still_markets import TERMS, StillMarkets

SECOND = 10**9
FULL = DarkPoolTerms(arrivals_per_second=1.0, mean_lots=40.0)
DEAD = DarkPoolTerms(arrivals_per_second=0.0, mean_lots=1.0)
SOURCE = DarkSource(
    source=ScenarioSource([load_market("venues")], venue_count=2), pools=(DEAD, replace(FULL, fee_ticks=0.1))
)


def desk_of(pools: tuple[DarkPoolTerms, ...], quantity: int = 10_000, decisions: int = 20) -> Desk:
    """Two still markets at a spread of three ticks with pools; bought in one, sold in the other."""
    markets = DarkMarkets(StillMarkets(2), pools, np.random.SeedSequence(1))
    fees = tuple(VenueFees(pool.fee_ticks, pool.fee_ticks) for pool in pools)
    desk = Desk(markets, [replace(TERMS, further_fees=fees)] * 2, default_actions(), SECOND)
    desk.begin(np.ones(2, np.bool_), np.array([1, -1]), np.full(2, quantity), decisions)
    return desk


def test_pools_that_fill_get_more_and_slow_the_lit_venues_down() -> None:
    desk = desk_of((DEAD, replace(FULL, arrivals_per_second=0.5, mean_lots=1000.0)), quantity=20_000)
    router = SmartRouter(EveryVenue(), RouterBeliefs(), desk)
    first = router.route(desk)
    assert (np.abs(np.diff(first.rest[:, 1:], axis=1)) <= 100).all()
    for _ in range(10):
        desk.work(router.route(desk))
    later = router.route(desk)
    # The pool that fills has what it may fill; what is over may rest where nothing is lost.
    assert (later.rest[:, 2] > 1000).all()
    assert (later.rest.sum(axis=1) <= desk.left).all()
    assert (later.rest[:, 0] < desk.slice_lots).all()


def test_a_pool_that_trades_before_adverse_moves_is_left_alone() -> None:
    desk = desk_of((replace(DEAD, mean_lots=100.0, informed_per_tick=5.0),))
    router = SmartRouter(EveryVenue(), RouterBeliefs(), desk)
    still = desk.markets.wrapped
    for step in range(8):
        still.set(*((90, 93) if step % 2 else (110, 113)))
        desk.work(router.route(desk))
    assert (router.route(desk).rest[:, 1] == 0).all()
    assert (desk.left > 0).all()


def test_a_pool_dearer_than_crossing_gets_nothing() -> None:
    desk = desk_of((replace(FULL, fee_ticks=2.0),))
    assert (SmartRouter(EveryVenue(), RouterBeliefs(), desk).route(desk).rest[:, 1] == 0).all()


def test_what_is_left_shrinks_by_what_pools_fill_and_nothing_is_overfilled() -> None:
    desk = desk_of((replace(FULL, arrivals_per_second=20.0),), quantity=3_000)
    router = SmartRouter(EveryVenue(), RouterBeliefs(), desk)
    for _ in range(20):
        desk.work(router.route(desk))
        pool = desk.markets.pools[0]
        np.testing.assert_array_equal(3_000 - pool.account["maker_lots"], desk.left)
    # The last lot stays at the lit venue, where nobody comes.
    assert (desk.left <= 1).all()


def test_lit_rules_do_not_see_the_pools() -> None:
    desk = desk_of((FULL,))
    wanted = LitOnly(lit=BestPrice(), venues=1).route(desk)
    assert (wanted.rest[:, 1] == 0).all()
    assert (wanted.rest[:, 0] > 0).all()


def test_in_the_simulated_market_a_pool_saves_a_good_part_of_the_cost() -> None:
    task = replace(small_task(), participation=(0.3, 0.6))
    workers = (
        RouterWorker(name="lit", router=LitOnly(lit=EveryVenue(), venues=2)),
        SmartWorker(name="smart", lit=EveryVenue()),
    )
    lit, smart = (evaluate(one, SOURCE, task, markets=3, orders=2, seed=5) for one in workers)
    np.testing.assert_array_equal(lit.quantity, smart.quantity)
    assert smart.completion == lit.completion == 1.0
    assert (smart.shortfall_bps - smart.news_bps).mean() < (lit.shortfall_bps - lit.news_bps).mean()


def test_desks_and_beliefs_that_do_not_fit_are_refused() -> None:
    lit_alone = Desk(StillMarkets(1), [TERMS], default_actions(), SECOND)
    with pytest.raises(ValueError, match="dark pool"):
        SmartRouter(EveryVenue(), RouterBeliefs(), lit_alone)
    for change in ({"fills": 0.0}, {"exposure": float("inf")}, {"markout_lots": -1.0}, {"blocks": 0}):
        with pytest.raises(ValueError, match="expected"):
            RouterBeliefs(**change)
    with pytest.raises(TypeError, match="DarkMarkets"):
        SOURCE.renew(StillMarkets(1), 0, np.random.SeedSequence(1))


def test_a_renewed_market_has_empty_pools() -> None:
    markets, terms = SOURCE.make(1, np.random.SeedSequence(2))
    markets.pools[0].orders[0] = (1, 50)
    fresh = SOURCE.renew(markets, 0, np.random.SeedSequence(3))
    assert markets.pools[0].orders[0, 1] == 0
    assert fresh == terms[0]
    assert fresh.fees[3].maker_ticks == 0.1
