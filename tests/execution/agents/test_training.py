"""Training of agents: rounds, resumption, and a challenger that must be surely cheaper."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from execution.agents.best_round import BestRound
from execution.agents.champion import Decision, PromotionRule, challenge
from execution.agents.child_orders import ChildOrderWorker
from execution.agents.evaluate import evaluate
from execution.agents.inference import Layer, Network
from execution.agents.learn.trained_agent import TrainedAgent
from execution.agents.no_signal import FairGameSource
from execution.agents.promotion_study import ORDERS, paired_episodes
from execution.agents.shipped_task import SIZES, shipped_curriculum, shipped_task
from execution.agents.task import ExecutionTask
from execution.agents.training import Lesson, load_agent, train_agent
from execution.agents.worker import agent_worker
from execution.errors import AgentError
from execution.impact.predictor import shipped_predictor
from tests.execution.agents.small_markets import small_task


def trained(out: Path, rounds: int = 2, tell: list[Lesson] | None = None) -> Path:
    return train_agent(
        "ppo",
        FairGameSource(),
        small_task(),
        out=out,
        steps=2 * 60 * 16,
        rounds=rounds,
        seed=3,
        markets=16,
        live_markets=8,
        tell=None if tell is None else tell.append,
    )


def test_weights_and_lessons_come_with_every_round_and_repeat(tmp_path: Path) -> None:
    lessons: list[Lesson] = []
    first, second = trained(tmp_path / "a", tell=lessons), trained(tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()
    assert [lesson.round for lesson in lessons] == [1, 2]
    assert lessons[0].difference.baseline == "twap"
    assert load_agent(first).card.notes["seed"] == "3"


def test_the_weights_are_those_of_the_cheapest_round(tmp_path: Path) -> None:
    lessons: list[Lesson] = []
    path = trained(tmp_path, rounds=3, tell=lessons)
    cheapest = min(lessons, key=lambda lesson: lesson.difference.mean_bps)
    assert path.read_bytes() == (tmp_path / f"ppo-{cheapest.round}.safetensors").read_bytes()
    assert load_agent(path).card.notes["round"] == f"{cheapest.round} of 3"


def test_what_rounds_cost_outlives_a_kill_and_a_dearer_round_replaces_nothing(tmp_path: Path) -> None:
    weights = {}
    for number, cost in ((1, 0.5), (2, -0.5), (3, 0.0)):
        layer = Layer(np.full((1, 2), number, np.float32), np.zeros(2, np.float32))
        one = np.ones(1, np.float32)
        agent = TrainedAgent(
            algorithm="ppo",
            network=Network.of([layer], mean=one, scale=one, is_tanh=True),
            steps=number,
            seed=1,
            episode_reward=0.0,
        )
        BestRound(tmp_path, "ppo").take(number, agent, agent.policy().card, cost=cost)
        weights[number] = BestRound(tmp_path, "ppo").path.read_bytes()
    assert weights[1] != weights[2] == weights[3]
    assert BestRound(tmp_path, "ppo").costs == {1: 0.5, 2: -0.5, 3: 0.0}


def test_an_agent_that_remembers_and_sees_forecasts_is_trained_and_works_orders(tmp_path: Path) -> None:
    path = train_agent(
        "recurrent-ppo",
        FairGameSource(),
        small_task(),
        out=tmp_path,
        steps=60 * 8,
        rounds=1,
        seed=3,
        markets=8,
        live_markets=4,
        predictor=shipped_predictor("cnn"),
    )
    worker = agent_worker(load_agent(path))
    assert worker.predictor == shipped_predictor("cnn")
    assert worker.name == "recurrent-ppo"
    first, again = (
        evaluate(worker, FairGameSource(), small_task(), markets=2, orders=2, seed=1) for _ in range(2)
    )
    assert np.array_equal(first.shortfall_bps, again.shortfall_bps)


def test_an_order_begins_with_nothing_remembered_of_the_last_one() -> None:
    policy, task = Forgets(), small_task()
    evaluate(agent_worker(policy), FairGameSource(), task, markets=3, orders=2, seed=1)
    assert policy.begun_for == [3, 3]


def test_a_child_order_begins_with_nothing_remembered_of_the_one_before() -> None:
    policy, task = Forgets(), small_task()
    worker = ChildOrderWorker(agent=agent_worker(policy), child_seconds=20.0)
    evaluate(worker, FairGameSource(), task, markets=2, orders=1, seed=1)
    assert policy.begun_for == [2, 2, 2]


def test_a_checkpoint_of_other_settings_is_refused(tmp_path: Path) -> None:
    trained(tmp_path)
    with pytest.raises(AgentError):
        trained(tmp_path, rounds=3)


def test_the_curriculum_ends_with_the_task_it_is_for() -> None:
    sizes = [shipped_curriculum(number, rounds=10).participation for number in range(10)]
    assert sizes[0][1] < SIZES[1]
    assert sizes[-1] == shipped_task().participation == SIZES


def test_a_challenger_that_is_no_cheaper_is_not_promoted(tmp_path: Path) -> None:
    path = trained(tmp_path)
    champion = agent_worker(load_agent(path))
    challenger = agent_worker(replace(load_agent(path), card=replace(load_agent(path).card, name="same")))
    task: ExecutionTask = small_task()
    rule = PromotionRule(looks=(32 * ORDERS, 64 * ORDERS))
    verdict = challenge(paired_episodes(champion, challenger, FairGameSource(), task), rule)
    assert verdict.decision is Decision.KEEP
    assert verdict.difference.mean_bps == pytest.approx(0.0, abs=1e-9)


def test_episodes_come_in_whole_batches() -> None:
    worker = agent_worker(Waits())
    with pytest.raises(ValueError, match="no whole batches"):
        paired_episodes(worker, worker, FairGameSource(), small_task())(0, 10)


class Waits:
    """Keeps what rests and takes nothing."""

    name = "waits"

    def act(self, observation: np.ndarray, mask: np.ndarray) -> np.ndarray:
        return np.zeros(len(observation), np.int64)


class Forgets(Waits):
    """Waits, and counts how often it was begun."""

    def __init__(self) -> None:
        self.begun_for: list[int] = []

    def begin(self, markets: int) -> Waits:
        self.begun_for.append(markets)
        return Waits()
