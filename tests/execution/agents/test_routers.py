"""Routers: where each of them rests and takes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from execution.agents.actions import Placement, default_actions
from execution.agents.desk import Desk
from execution.agents.evaluate import evaluate
from execution.agents.market_source import ScenarioSource
from execution.agents.routers import (
    BestPrice,
    CheapestVenue,
    ContKukanov,
    EveryVenue,
    Router,
    RouterWorker,
    Sweep,
)
from execution.market.scenario import load_market
from tests.execution.agents.small_markets import small_task

SOURCE = ScenarioSource([load_market("venues")], venue_count=2)


@pytest.fixture(scope="module")
def desk() -> Desk:
    """Ten markets, watched for a while, an order just begun in each."""
    markets, terms = SOURCE.make(10, np.random.SeedSequence(3))
    desk = Desk(markets, terms, default_actions(), 5 * 10**9)
    desk.watch(6)
    sides = np.where(np.arange(10) < 5, 1, -1)
    desk.begin(np.ones(10, np.bool_), sides, np.full(10, 3000), 12)
    return desk


def test_fees_and_prices_choose_the_venue(desk: Desk) -> None:
    cheapest, best = CheapestVenue().route(desk), BestPrice().route(desk)
    assert (cheapest.rest[:, 0] == 250).all()
    assert (cheapest.rest[:, 1] == 0).all()
    own = desk.memory["side"][:, None] * desk.orders.touch(desk.memory["side"])[:, :, 0]
    better = own[:, 1] > own[:, 0]
    np.testing.assert_array_equal(best.rest[:, 1] > 0, better)
    assert (EveryVenue().route(desk).rest == 250).all()


def test_a_sweep_takes_where_price_and_fee_are_least(desk: Desk) -> None:
    wanted = Sweep().route(desk)
    assert (wanted.take.sum(axis=1) == 250).all()
    assert (wanted.rest == 0).all()
    side = desk.memory["side"]
    far = side[:, None] * desk.orders.touch(side)[:, :, 1] + desk.orders.taker_fee
    first = np.argmin(far, axis=1)
    assert (wanted.take[np.arange(10), first] > 0).all()


def test_cont_and_kukanov_split_by_queue_and_take_more_when_in_a_hurry(desk: Desk) -> None:
    calm, hurried = (ContKukanov(urgency_ticks=ticks).route(desk) for ticks in (0.0, 20.0))
    assert (calm.take == 0).all()
    assert hurried.take.sum() > 0
    for wanted in (calm, hurried):
        assert (wanted.rest <= 250).all()
        assert ((wanted.rest > 0) == (wanted.placement == Placement.JOIN)).all()


@pytest.mark.parametrize("router", [EveryVenue(), ContKukanov(samples=10)])
def test_a_router_works_orders_to_their_end(router: Router) -> None:
    task = replace(small_task(), participation=(0.05, 0.1))
    worker = RouterWorker(name="router", router=router)
    found = evaluate(worker, SOURCE, task, markets=2, orders=2, seed=1)
    assert found.completion == 1.0
    assert np.isfinite(found.shortfall_bps).all()
