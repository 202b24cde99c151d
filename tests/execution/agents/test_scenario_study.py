from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from execution.agents.actions import default_actions
from execution.agents.child_orders import ChildOrderWorker
from execution.agents.observed_markets import ObservedMarkets
from execution.agents.scenario_study import study_scenario
from execution.agents.study_order import StudyOrder, study_order
from execution.agents.study_workers import worker_named
from execution.agents.task import ExecutionTask
from execution.agents.terms import terms_of_scenario
from execution.agents.worker import Outcome, Worker, agent_worker
from execution.market.agent_batch import AgentMarketBatch
from execution.market.scenario import MarketScenario, RegimeTerms, TimelineStretch, load_market
from execution.market.stated_order import StatedOrder
from execution.market.told_news import told_ticks
from execution.orders import Side

_TABLE = default_actions()
_JOIN, _TAKE = _TABLE.names.index("join 4"), _TABLE.names.index("keep, take 1")


class HalfTaker:
    """Takes a slice where it is behind the clock, else rests at the touch."""

    name = "half"

    def act(self, observation: npt.NDArray[np.float32], mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        wanted = np.where(observation[:, 2] > 0.0, _TAKE, _JOIN)
        return np.where(mask[np.arange(len(mask)), wanted], wanted, mask.argmax(axis=1))


def small_order(*, quantity: int = 6000, minutes: float = 3.0) -> StudyOrder:
    return StudyOrder(
        scenario=load_market("qdi"),
        stated=StatedOrder(side=Side.SELL, quantity=quantity, minutes=minutes, after_minutes=0.5),
    )


def observed(worker: Worker, order: StudyOrder, markets: int = 2) -> tuple[ObservedMarkets, Outcome]:
    task = ExecutionTask(horizon_seconds=60.0 * order.stated.minutes, decisions=36, pause=6)
    terms = [terms_of_scenario(order.scenario)] * markets
    batch = AgentMarketBatch([order.scenario] * markets, np.random.SeedSequence(5).spawn(markets))
    found = ObservedMarkets(batch, order.parent(), terms, steps=30)
    side = np.full(markets, int(order.stated.side), np.int64)
    lots = np.full(markets, order.stated.quantity, np.int64)
    return found, worker.session(found, terms, task).work(side, lots)


@pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
def test_what_is_observed_of_a_schedule_is_what_it_counts_itself(side: Side) -> None:
    order = small_order()
    order = replace(order, stated=replace(order.stated, side=side))
    found, outcome = observed(worker_named("twap", order), order)
    np.testing.assert_allclose(found.costs().total, outcome.shortfall, atol=1e-5)
    np.testing.assert_allclose(found.costs().fees, outcome.fees, atol=1e-9)
    np.testing.assert_array_equal(found.paths().left[:, -1], outcome.left)
    np.testing.assert_array_equal(found.paths().taker[:, -1], outcome.taken)


def test_what_is_observed_of_an_agent_is_what_its_children_count() -> None:
    order = small_order()
    worker = ChildOrderWorker(agent=agent_worker(HalfTaker()), child_seconds=60.0)
    found, outcome = observed(worker, order)
    np.testing.assert_allclose(found.costs().total, outcome.shortfall, rtol=1e-9, atol=1e-4)
    np.testing.assert_array_equal(found.paths().left[:, -1], outcome.left)


def test_an_order_of_one_child_is_the_agents_own() -> None:
    order = small_order(quantity=2000)
    whole = observed(ChildOrderWorker(agent=agent_worker(HalfTaker()), child_seconds=180.0), order)[1]
    own = observed(agent_worker(HalfTaker()), order)[1]
    np.testing.assert_allclose(whole.shortfall, own.shortfall, atol=1e-4)
    np.testing.assert_array_equal(whole.taken, own.taken)


def test_lots_left_made_and_taken_add_up_at_every_time_written_down() -> None:
    order = small_order()
    paths = observed(worker_named("vwap", order), order)[0].paths()
    np.testing.assert_array_equal(paths.left + paths.maker + paths.taker, order.stated.quantity)
    assert (np.diff(paths.left, axis=1) <= 0).all()
    assert (np.diff(paths.volume, axis=1) >= 0).all()


def stilled(scenario: MarketScenario) -> MarketScenario:
    """The scenario without chance: its jump and drift are all the news there are."""
    calm = RegimeTerms(volatility=0.0)
    shock = RegimeTerms(name="shock", volatility=0.0, drift=-6.0, jump=-0.5)
    timeline = (TimelineStretch(regime=calm, minutes=0.5), TimelineStretch(regime=shock, minutes=1.0))
    return replace(scenario, timeline=(*timeline, TimelineStretch(regime=calm, minutes=60.0)))


def test_without_chance_news_are_what_the_timeline_tells() -> None:
    scenario = stilled(load_market("qdi"))
    batch = AgentMarketBatch([scenario], [np.random.SeedSequence(0)])
    for seconds in (10.0, 29.95, 30.0, 31.0, 89.0, 90.0, 120.0):
        ts_ns = round(1e9 * seconds)
        batch.step_until(ts_ns)
        news = batch.markets[0].arrays.instruments["news_ticks"]
        np.testing.assert_allclose(told_ticks(scenario, np.array([ts_ns])), news, atol=0.1)


def test_a_derived_instrument_is_told_nothing() -> None:
    options = load_market("options")
    with pytest.raises(ValueError, match="valued on"):
        told_ticks(options, np.zeros(1, np.int64), venue=1)


def test_a_market_is_the_same_whatever_the_number_of_them() -> None:
    order = small_order()
    few, more = (
        study_scenario(order, [worker_named("twap", order)], episodes=count).workers[0] for count in (3, 4)
    )
    np.testing.assert_array_equal(more.shortfall_bps[:3], few.shortfall_bps)


def test_workers_meet_the_same_markets_and_their_parts_add_up() -> None:
    order = small_order()
    study = study_scenario(order, [worker_named(name, order) for name in ("twap", "pov")], episodes=4)
    first, second = study.workers
    np.testing.assert_array_equal(first.paths.mid[:, 0], second.paths.mid[:, 0])
    for one in study.workers:
        np.testing.assert_allclose(sum(one.parts_bps.values()), one.shortfall_bps)
        assert one.validity.makers_alive == 1.0
    assert [each.challenger for each in study.differences] == ["pov"]


def test_a_study_needs_workers_of_different_names() -> None:
    order = small_order()
    with pytest.raises(ValueError, match="twap, twap"):
        study_scenario(order, [worker_named("twap", order)] * 2, episodes=3)


def test_phases_are_the_timeline_as_the_order_meets_it() -> None:
    order = StudyOrder(
        scenario=load_market("qdi"),
        stated=StatedOrder(side=Side.SELL, quantity=300, minutes=4.0, after_minutes=68.0),
    )
    study = study_scenario(order, [worker_named("twap", order)], episodes=3)
    assert [(one.name, one.begin, one.end) for one in study.phases] == [
        ("calm", 0.0, 2.0),
        ("shock", 2.0, 4.0),
    ]


def test_an_order_that_nobody_states_is_a_tenth_of_an_hours_usual_volume_to_sell() -> None:
    order = study_order(load_market("calm"))
    assert order.stated.side is Side.SELL
    assert order.stated.minutes == 60.0
    assert order.stated.quantity == pytest.approx(0.1 * order.usual_volume(), abs=1.0)


def test_what_is_said_of_an_order_goes_before_what_the_scenario_states() -> None:
    order = study_order(load_market("qdi"), side=Side.BUY, quantity=700)
    assert order.stated == StatedOrder(side=Side.BUY, quantity=700, minutes=180.0, after_minutes=10.0)


def test_the_usual_volume_of_a_whole_session_is_the_average_day() -> None:
    order = study_order(load_market("calm"), quantity=1, minutes=390.0)
    assert order.usual_volume() == pytest.approx(4e6, rel=1e-3)
