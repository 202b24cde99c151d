"""A study's markets without the order: what they are, what is measured against them, how sure that is."""

from __future__ import annotations

import numpy as np
import pytest

from execution.agents.observed_markets import FILL, ObservedMarkets
from execution.agents.scenario_study import study_scenario
from execution.agents.study_control import (
    LOOKS,
    LeakageByMarket,
    control_batch,
    leakage_by_market,
    look_times,
)
from execution.agents.study_workers import worker_named
from execution.agents.terms import terms_of_scenario
from execution.market.agent_batch import AgentMarketBatch
from tests.execution.agents.test_scenario_study import small_order


def test_a_market_without_the_order_is_the_one_in_which_nobody_acts() -> None:
    order, seeds = small_order(minutes=1.0), np.random.SeedSequence(5).spawn(2)
    parent = order.parent()
    batch = AgentMarketBatch([order.scenario] * 2, seeds)
    nobody = ObservedMarkets(batch, parent, [terms_of_scenario(order.scenario)] * 2, steps=30)
    nobody.step_until(parent.end_ns)
    control = control_batch(order.scenario, parent, seeds)
    np.testing.assert_array_equal(control[:, :: LOOKS // 30], nobody.paths().mid)


def test_a_worker_leaks_what_a_slow_count_of_its_fills_says() -> None:
    order = small_order(quantity=20_000, minutes=2.0)
    study = study_scenario(order, [worker_named("twap", order)], episodes=4)
    one, parent = study.workers[0], study.order
    rng = np.random.default_rng(0)
    control = one.paths.mid[:, :1] + rng.normal(size=(4, LOOKS + 1))
    found = leakage_by_market(parent, one.fills, one.paths.mid[:, 0], control)
    times = look_times(parent)
    for market in range(4):
        own = one.fills[one.fills["market"] == market]
        arrival = one.paths.mid[market, 0]
        seen = [control[market, np.flatnonzero(times <= fill["ts_ns"])[-1]] for fill in own]
        moves = [parent.side * (mid - arrival) / arrival for mid in seen]
        assert found.control_bps[market] == pytest.approx(1e4 * np.average(moves, weights=own["lots"]))
    assert one.leakage.lower > 0.0
    assert one.leakage.markets == 4


def test_a_market_without_a_fill_says_nothing_and_one_alone_has_no_interval() -> None:
    fills = np.zeros(1, FILL)
    fills["market"], fills["lots"], fills["mid_ticks"], fills["ts_ns"] = 1, 5, 99.0, 10**9
    order = small_order().parent()
    found = leakage_by_market(order, fills, np.full(3, 100.0), np.full((3, LOOKS + 1), 100.0))
    assert np.isnan(found.moved_bps).tolist() == [True, False, True]
    assert (found.markets, found.mean_bps) == (1, pytest.approx(100.0))
    assert np.isnan([found.lower, found.upper]).all()
    nothing = leakage_by_market(order, fills[:0], np.full(3, 100.0), np.full((3, LOOKS + 1), 100.0))
    assert nothing.markets == 0
    assert np.isnan(nothing.mean_bps)


@pytest.mark.parametrize("leak", [0.0, 2.0])
def test_the_paired_interval_holds_as_often_as_it_says(leak: float) -> None:
    held = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        anyway = rng.normal(0.0, 20.0, 12)
        found = LeakageByMarket.of(anyway + leak + rng.normal(0.0, 3.0, 12), anyway)
        held += found.lower <= leak <= found.upper
    assert 180 <= held <= 198
