"""Orders at lit venues and in dark pools side by side: counted exactly, in the same markets."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from execution.agents.observed_markets import MARKOUT_SECONDS, ObservedMarkets
from execution.agents.scenario_study import ScenarioStudy, study_scenario
from execution.agents.study_control import LOOKS, control_batch, look_times
from execution.agents.study_fills import study_fills
from execution.agents.study_markets import FirstVenue, study_terms, study_venues, with_pools
from execution.agents.study_order import StudyOrder
from execution.agents.study_workers import default_workers, worker_named
from execution.agents.task import ExecutionTask
from execution.agents.venue_fills import after_dark_fills, venue_uses
from execution.agents.venue_workers import DARK_WORKERS, LIT_WORKERS, VenueWorker, lit_dark_schedule
from execution.agents.worker import Outcome
from execution.errors import AgentError
from execution.market.agent_batch import AgentMarketBatch
from execution.market.scenario import load_market
from execution.market.stated_order import StatedOrder
from execution.orders import Side
from execution.schedules.almgren_chriss import AlmgrenChriss

WORKERS = ("lit-rest", "lit-cross", "twap", "even-split", "lit-dark", "router")
REFERENCE = AlmgrenChriss(horizon=0.01, volatility=1.5, temporary_impact=1e-9, risk_aversion=5e-7)


def small_order(side: Side = Side.SELL, scenario: str = "dark") -> StudyOrder:
    return StudyOrder(
        scenario=load_market(scenario),
        stated=StatedOrder(side=side, quantity=5000, minutes=2.0, after_minutes=0.5),
    )


@cache
def small_study() -> ScenarioStudy:
    order = small_order()
    return study_scenario(order, [worker_named(name, order) for name in WORKERS], episodes=4)


def observed(name: str, order: StudyOrder, markets: int = 2) -> tuple[ObservedMarkets, Outcome]:
    task = ExecutionTask(horizon_seconds=60.0 * order.stated.minutes, decisions=24, pause=6)
    seeds, terms = np.random.SeedSequence(5).spawn(markets), [study_terms(order.scenario)] * markets
    batch = AgentMarketBatch([order.scenario] * markets, seeds, venue_count=2)
    found = ObservedMarkets(with_pools(batch, order.scenario, seeds), order.parent(), terms, steps=30)
    side = np.full(markets, int(order.stated.side), np.int64)
    lots = np.full(markets, order.stated.quantity, np.int64)
    return found, worker_named(name, order).session(found, terms, task).work(side, lots)


@pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
@pytest.mark.parametrize("name", [*LIT_WORKERS, *DARK_WORKERS])
def test_what_is_observed_at_all_venues_is_what_the_desk_counts(name: str, side: Side) -> None:
    found, outcome = observed(name, small_order(side))
    np.testing.assert_allclose(found.costs().total, outcome.shortfall, atol=1e-5)
    np.testing.assert_allclose(found.costs().fees, outcome.fees, atol=1e-9)
    np.testing.assert_array_equal(found.paths().left[:, -1], outcome.left)
    np.testing.assert_array_equal(found.paths().taker[:, -1], outcome.taken)


def test_fills_of_all_venues_add_up_to_the_order_and_to_its_cost() -> None:
    study = small_study()
    for one in study.workers:
        lots = np.bincount(one.fills["market"], weights=one.fills["lots"], minlength=4)
        np.testing.assert_array_equal(lots, study.order.quantity - one.paths.left[:, -1])
        moved = (one.paths.mid[one.fills["market"], 0] - one.fills["price_ticks"]) * one.fills["lots"]
        cost = 1e4 * np.bincount(one.fills["market"], weights=moved, minlength=4) / one.paths.mid[:, 0] / 5000
        parts = one.shortfall_bps - one.parts_bps["fees"] - one.parts_bps["opportunity"]
        np.testing.assert_allclose(cost, parts, atol=1e-9)


def test_dark_fills_are_at_the_mid_and_who_rests_in_no_pool_has_none() -> None:
    study = small_study()
    for one in study.workers:
        dark = one.fills[one.fills["venue"] >= 2]
        assert (len(dark) > 0) == (one.worker in DARK_WORKERS)
        assert dark["is_maker"].all()
        # Half a tick for an odd number of lots, never in our favour.
        beyond = 2.0 * (dark["mid_ticks"] - dark["price_ticks"]) * dark["lots"]
        assert set(np.round(beyond, 6)) <= {0.0, 1.0}
        assert len({*one.fills["venue"][one.fills["venue"] < 2]}) == (1 if one.worker == "twap" else 2)


def test_the_fee_and_the_name_of_every_fill_are_its_venue_s() -> None:
    study = small_study()
    rows = study_fills(study).to_pylist()
    fees = {one.name: (one.maker_fee, one.taker_fee) for one in study_venues(study.scenario)}
    assert {row["venue"] for row in rows} >= {"main", "inverted", "open pool"}
    for row in rows:
        fee = fees[row["venue"]][row["liquidity"] == "taker"]
        assert row["fee"] == pytest.approx(row["quantity"] * fee)
    for one in study.workers:
        charged = sum(row["fee"] for row in rows if row["algorithm"] == one.worker)
        told = (one.parts_bps["fees"] * one.paths.mid[:, 0] * 5000 * 0.01 / 1e4).sum()
        assert charged == pytest.approx(told)


def test_shares_by_venue_add_up_and_moves_after_dark_fills_are_those_of_a_slow_count() -> None:
    study = small_study()
    for one in study.workers:
        assert sum(use.share for use in venue_uses(study, one)) == pytest.approx(1.0)
        found = after_dark_fills(study, one)
        if one.worker not in DARK_WORKERS:
            assert found.moves.markets == 0
            continue
        counted, dark_lots = 0.0, 0.0
        for market in range(4):
            rows = [row for row in one.fills if row["market"] == market and not np.isnan(row["later_ticks"])]
            moves: list[tuple[float, float, float]] = []
            for row in (row for row in rows if row["venue"] >= 2):
                like = [
                    other
                    for other in rows
                    if other["venue"] < 2
                    and other["is_maker"]
                    and tenth(study, other["ts_ns"]) == tenth(study, row["ts_ns"])
                ]
                lots = sum(other["lots"] for other in like)
                if lots:
                    lit = sum(other["lots"] * against(other) for other in like) / lots
                    moves.append((row["lots"], against(row), lit))
            weight = sum(lots for lots, _, _ in moves)
            counted += weight
            if weight:
                dark = sum(lots * move for lots, move, _ in moves) / weight
                assert found.moves.moved_bps[market] == pytest.approx(dark)
                lit = sum(lots * move for lots, _, move in moves) / weight
                assert found.moves.control_bps[market] == pytest.approx(lit)
        dark_lots = one.fills["lots"][one.fills["venue"] >= 2].sum()
        assert found.matched == pytest.approx(counted / dark_lots)


def tenth(study: ScenarioStudy, ts_ns: int) -> int:
    return min(int((ts_ns - study.order.start_ns) * 10 // study.order.horizon_ns), 9)


def against(row: np.void) -> float:
    """Move against a sale [bps]."""
    return float(1e4 * (row["later_ticks"] - row["mid_ticks"]) / row["mid_ticks"])


def test_the_later_mid_is_the_first_seen_so_many_seconds_after_the_fill() -> None:
    order = small_order()
    found, _ = observed("lit-rest", order, markets=1)
    fills, looks = found.fills(), {}
    seen = [(int(ts[0]), float(mid[0])) for ts, mid in found._seen]
    for row in fills:
        looks = [mid for ts, mid in seen if ts >= row["ts_ns"] + 1e9 * MARKOUT_SECONDS]
        assert looks[0] == row["later_ticks"] if looks else np.isnan(row["later_ticks"])


def test_pools_are_those_of_their_markets_whatever_the_number_of_them() -> None:
    order = small_order()
    few, more = (
        study_scenario(order, [worker_named("router", order)], episodes=count).workers[0] for count in (3, 4)
    )
    np.testing.assert_array_equal(more.shortfall_bps[:3], few.shortfall_bps)


def test_a_worker_of_the_first_venue_fares_as_if_there_were_no_other() -> None:
    order = small_order(scenario="venues")
    seeds, terms = np.random.SeedSequence(5).spawn(2), [study_terms(order.scenario)] * 2
    task = ExecutionTask(horizon_seconds=120.0, decisions=24, pause=6)
    outcomes = []
    for count in (1, 2):
        batch = AgentMarketBatch([order.scenario] * 2, seeds, venue_count=count)
        markets = ObservedMarkets(batch, order.parent(), terms, steps=30)
        shown = FirstVenue(markets) if count == 2 else markets
        session = worker_named("pov", order).session(shown, terms, task)
        outcomes.append(session.work(np.full(2, -1), np.full(2, 5000)).shortfall)
    np.testing.assert_array_equal(*outcomes)


def test_the_markets_of_a_scenario_with_pools_are_those_without() -> None:
    order, parent = small_order(), small_order().parent()
    bare = replace(order.scenario, pools=())
    seeds = np.random.SeedSequence(1).spawn(1)
    batch = AgentMarketBatch([order.scenario], seeds, venue_count=2)
    markets, mids = with_pools(batch, order.scenario, seeds), []
    for ts_ns in look_times(parent)[:: LOOKS // 10]:
        markets.step_until(int(ts_ns))
        mids.append(markets.depth[0, :, 0, 0].mean())
    np.testing.assert_array_equal(mids, control_batch(bare, parent, seeds)[0, :: LOOKS // 10])


def test_the_lit_dark_schedule_is_told_the_part_that_the_pools_fill() -> None:
    order = small_order()
    told = lit_dark_schedule(order, REFERENCE)
    each = sum(pool.lots_per_second(2500) for pool in order.scenario.pools)
    expected = np.exp(-each / 5000 * 120.0)
    assert float(told.law.unfilled(0.0, np.array(REFERENCE.horizon))) == pytest.approx(expected)
    assert told.horizon == REFERENCE.horizon


def test_workers_of_pools_are_refused_where_there_is_none() -> None:
    for name in DARK_WORKERS:
        with pytest.raises(AgentError, match="calm has none"):
            worker_named(name, small_order(scenario="calm"))
    assert isinstance(worker_named("lit-rest", small_order(scenario="calm")), VenueWorker)


def test_pools_change_who_is_compared_when_nobody_is_named() -> None:
    assert set(default_workers(small_order())) == set(WORKERS)
    assert not set(default_workers(small_order(scenario="calm"))) & set(DARK_WORKERS)
