"""Schedules worked in many markets: lot for lot what the executor does in one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from execution.agents.classical import ScheduleWorker
from execution.agents.evaluate import evaluate
from execution.agents.terms import terms_of_scenario
from execution.executor import ExecutionSettings, work
from execution.market.agent_batch import AgentMarketBatch
from execution.market.market import Market
from execution.market.regime import MarketConditions
from execution.market.scenario import load_market
from execution.market.simulator import MarketSimulator
from execution.orders import ParentOrder, Side, TradingRules
from execution.schedules.twap import Twap
from tests.execution.agents.small_markets import small_source, small_task

CONDITIONS = MarketConditions(
    mid_price=100.0, tick_size=0.01, volatility=0.25, half_spread_ticks=1.0, average_daily_volume=4e6
)


@pytest.mark.parametrize(("side", "name"), [(Side.BUY, "calm"), (Side.SELL, "squeeze")])
def test_a_schedule_costs_what_the_executor_says_it_costs(side: Side, name: str) -> None:
    scenario, task, lots = load_market(name), small_task(), 4000
    worker = ScheduleWorker(name="twap", schedule_for=lambda *_: Twap(), slices=3)
    batch = AgentMarketBatch([scenario], [np.random.SeedSequence(9)])
    session = worker.session(batch, [terms_of_scenario(scenario)], task)
    outcome = session.work(np.array([side]), np.array([lots]))
    market: Market = MarketSimulator.from_scenario(scenario, np.random.SeedSequence(9))
    order = ParentOrder(
        parent_id="one",
        symbol="STOCK",
        side=side,
        quantity=lots,
        start_ns=10 * 10**9,
        horizon_ns=60 * 10**9,
        rules=TradingRules(symbol="STOCK", tick_size=0.01),
    )
    settings = ExecutionSettings(slice_ns=20 * 10**9)
    done = work(
        order,
        schedule=Twap(),
        conditions=CONDITIONS,
        rng=np.random.default_rng(0),
        settings=replace(settings),
        market=market,
    )
    paid = sum(side * fill.quantity * (fill.price_ticks - 100 * done.arrival_mid) for fill in done.fills)
    assert int(outcome.left[0]) == done.leaves_quantity == 0
    assert float(outcome.shortfall[0] - outcome.fees[0]) == pytest.approx(paid, abs=1e-3)
    assert float(outcome.fees[0]) == pytest.approx(100.0 * sum(fill.fee for fill in done.fills), abs=1e-6)


def test_workers_are_given_the_same_orders() -> None:
    source, task = small_source("calm"), small_task()
    found = [
        evaluate(
            ScheduleWorker(name="twap", schedule_for=lambda *_: Twap(), slices=slices),
            source,
            task,
            markets=3,
            orders=2,
            seed=1,
        )
        for slices in (1, 6)
    ]
    np.testing.assert_array_equal(found[0].quantity, found[1].quantity)
    assert found[0].completion == found[1].completion == 1.0
    assert (found[0].shortfall_bps != found[1].shortfall_bps).all()
