"""Agents of the pace as workers: found by their files, and in batches of any size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from execution.agents.card import AgentCard
from execution.agents.child_orders import ChildOrderWorker
from execution.agents.inference import Layer, Network
from execution.agents.network_policy import NetworkPolicy
from execution.agents.observed_markets import ObservedMarkets
from execution.agents.pace.actions import pace_actions
from execution.agents.pace.observation import FEATURES
from execution.agents.pace.worker import PaceWorker
from execution.agents.study_order import StudyOrder, study_order
from execution.agents.study_workers import agent_named, worker_named
from execution.agents.task import ExecutionTask
from execution.agents.terms import terms_of_scenario
from execution.errors import AgentError
from execution.market.agent_batch import AgentMarketBatch
from execution.market.scenario import load_market
from execution.market.stated_order import StatedOrder
from execution.orders import Side


def policy(action: str = "eager 1", features: tuple[str, ...] = FEATURES) -> NetworkPolicy:
    """One that always prefers an action."""
    names = pace_actions().names
    bias = np.array([float(name == action) for name in names], np.float32)
    layer = Layer(np.zeros((len(features), len(names)), np.float32), bias)
    ones = np.ones(len(features), np.float32)
    network = Network.of([layer], mean=0.0 * ones, scale=ones, is_tanh=True)
    card = AgentCard(name="mine", algorithm="ppo", feature_names=features, action_names=names)
    return NetworkPolicy(card=card, network=network)


def test_a_file_says_which_kind_of_agent_it_is(tmp_path: Path) -> None:
    path = tmp_path / "mine.safetensors"
    policy().save(path)
    found = agent_named(str(path), horizon_seconds=300.0)
    assert isinstance(found, PaceWorker)
    assert found.name == "mine"


def test_a_file_of_other_features_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.safetensors"
    policy(features=("mood", *FEATURES[1:])).save(path)
    with pytest.raises(AgentError, match=r"mine\.safetensors.*other features"):
        agent_named(str(path), horizon_seconds=300.0)


@pytest.mark.parametrize("name", ["dqn", "ppo"])
def test_a_long_order_is_worked_by_its_pace_and_a_short_one_by_its_places(name: str) -> None:
    qdi = study_order(load_market("qdi"))
    assert isinstance(worker_named(name, qdi), PaceWorker)
    assert isinstance(agent_named(name, horizon_seconds=600.0), ChildOrderWorker)


@pytest.mark.parametrize("minutes", [2.0, 7.0])
def test_every_lot_is_sold_and_the_outcome_is_what_the_account_says(minutes: float) -> None:
    scenario = load_market("qdi")
    batch = AgentMarketBatch([scenario] * 2, np.random.SeedSequence(1).spawn(2))
    terms = [terms_of_scenario(scenario)] * 2
    task = ExecutionTask(horizon_seconds=60.0 * minutes, decisions=12, pause=2)
    lots = np.array([500, 2000])
    found = PaceWorker(policy=policy()).session(batch, terms, task).work(np.array([-1, 1]), lots)
    np.testing.assert_array_equal(found.left, 0)
    np.testing.assert_array_equal(batch.account["position"], [-500, 2000])
    np.testing.assert_array_equal(found.taken, batch.account["taker_lots"])
    paid = -1.0 * batch.account["cash"] - batch.account["position"] * found.arrival_ticks + found.fees
    np.testing.assert_allclose(found.shortfall, paid)
    assert np.isfinite(found.news).all()


def test_what_is_observed_of_an_order_is_what_its_desk_counts() -> None:
    scenario, task = load_market("qdi"), ExecutionTask(horizon_seconds=240.0, decisions=48, pause=4)
    stated = StatedOrder(side=Side.SELL, quantity=4000, minutes=4.0, after_minutes=1.0 / 3.0)
    order = StudyOrder(scenario=scenario, stated=stated).parent()
    terms = [terms_of_scenario(scenario)] * 2
    batch = AgentMarketBatch([scenario] * 2, np.random.SeedSequence(5).spawn(2))
    watched = ObservedMarkets(batch, order, terms, steps=24)
    session = PaceWorker(policy=policy("leading 1")).session(watched, terms, task)
    found = session.work(np.full(2, -1), np.full(2, 4000))
    np.testing.assert_allclose(watched.costs().total, found.shortfall, atol=1e-5)


def test_batches_of_any_size_work_an_order_alike() -> None:
    scenario, task = load_market("qdi"), ExecutionTask(horizon_seconds=300.0, decisions=60, pause=4)

    def work(seeds: list[np.random.SeedSequence]) -> float:
        batch = AgentMarketBatch([scenario] * len(seeds), seeds)
        session = PaceWorker(policy=policy("leading 1")).session(
            batch, [terms_of_scenario(scenario)] * len(seeds), task
        )
        side = np.full(len(seeds), 1)
        return float(session.work(side, 1000 * side).shortfall[0])

    assert work(np.random.SeedSequence(8).spawn(1)) == work(np.random.SeedSequence(8).spawn(2))
